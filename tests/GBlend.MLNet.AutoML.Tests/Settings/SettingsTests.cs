namespace GBlend.MLNet.AutoML.Tests;

public sealed class SettingsTests
{
    [Fact]
    public void Ready_spaces_name_columns()
    {
        Assert.Contains("Face.Width", SweepSpaces.Vectors("Face", "Voice").Settings.Select(s => s.Name));
        Assert.Contains("Clip.Kind", SweepSpaces.AudioVisual("Clip", "LogMel").Settings.Select(s => s.Name));
        Assert.Contains("Caption.Kind", SweepSpaces.ImageText("Photo", "Caption").Settings.Select(s => s.Name));
        Assert.DoesNotContain("Photo.Dropout", SweepSpaces.ImageText("Photo", "Caption").Settings.Select(s => s.Name));
    }

    [Fact]
    public void What_is_not_set_stays_as_it_is_in_the_options()
    {
        var options = Templates.Create("vectors");
        options.LearningRate = 0.123f;
        options.Fusion = Fusion.MidConcat(7, 5).WithDropout(0.3f);
        options.Optimizer = Optimizer.Sgd(0.5f);
        options.SamplingKeyColumnName = "Speaker";
        var copy = new GradientBlendingSettings().ToOptions(options);
        Assert.NotSame(options, copy);
        Assert.Equal(OptionsCode.Write(options), OptionsCode.Write(copy));
        Assert.Equal(options.Modalities, copy.Modalities);
    }

    [Fact]
    public void Settings_reach_the_options()
    {
        var options = Templates.Create("vectors");
        var settings = new GradientBlendingSettings
        {
            Modality1 = new() { Depth = 3, Width = 128, Dropout = 0.25 },
            Modality2 = new() { IsUsed = false },
            Blending = BlendingMethod.Online,
            SuperEpoch = 4,
            WeightFloor = 0.1,
            TrustByStandardError = false,
            KeepLearningRate = false,
            Fusion = FusionMethod.NonLocalGate,
            FusionWidth = 32,
            FusionDropout = 0.5,
            Optimizer = OptimizerMethod.AdamW,
            LearningRate = 0.02,
            WeightDecay = 1e-3,
            BatchSize = 16,
        };
        var made = settings.ToOptions(options);

        var mlp = Assert.IsType<MlpEncoder>(Assert.Single(made.Modalities).Encoder);
        Assert.Equal([128, 64, 32], mlp.Widths);
        Assert.Equal(0.25f, mlp.Dropout);
        Assert.Equal(Blending.Online(4, guards: new() { WeightFloor = 0.1, TrustByStandardError = false, KeepLearningRate = false }), made.Blending);
        Assert.Equal((FusionKind.NonLocalGate, 32, 0.5f), (made.Fusion.Kind, made.Fusion.HiddenWidths.Single(), made.Fusion.Dropout));
        Assert.Equal(Optimizer.AdamW(), made.Optimizer);
        Assert.Equal(0.02, made.LearningRate!.Value);
        Assert.Equal((1e-3, 16), (made.WeightDecay, made.BatchSize));
        Assert.Equal(2, options.Modalities.Count);
    }

    [Fact]
    public void Augmentation_levels_keep_crops_and_replace_the_rest()
    {
        var options = new GradientBlendingTrainer.Options
        {
            Modalities = { Modality.Image("Photo").WithAugmentation(
            Augmentation.RandomCrop(8, 8), Augmentation.RandomShift(2)), Modality.Audio("LogMel") }
        };
        var strong = new GradientBlendingSettings
        {
            Modality1 = new() { Augmentation = AugmentationLevel.Strong },
            Modality2 = new() { Augmentation = AugmentationLevel.Strong }
        }.ToOptions(options);
        Assert.Equal(["RandomCrop", "HorizontalFlip"], strong.Modalities[0].Augmentations.Select(a => a.Name));
        Assert.Equal(["SpecAugment"], strong.Modalities[1].Augmentations.Select(a => a.Name));
        var none = new GradientBlendingSettings { Modality1 = new() { Augmentation = AugmentationLevel.None } }.ToOptions(options);
        Assert.Equal(["RandomCrop"], none.Modalities[0].Augmentations.Select(a => a.Name));
        Assert.Contains("LogMel.Augmentation", SweepSpaces.AudioVisual("Clip", "LogMel").Settings.Select(s => s.Name));
        Assert.DoesNotContain("Face.Augmentation", SweepSpaces.Vectors("Face").Settings.Select(s => s.Name));
    }

    [Fact]
    public void A_super_epoch_is_never_longer_than_the_run()
    {
        var options = Templates.Create("vectors");
        options.NumberOfEpochs = 3;
        OptionChecks.CheckOptions(new GradientBlendingSettings { Blending = BlendingMethod.Online, SuperEpoch = 10 }.ToOptions(options));
    }

    [Fact]
    public void A_sweep_says_no_longer_super_epochs_than_the_trainer_gets()
    {
        var options = Templates.Create("vectors");
        options.NumberOfEpochs = 4;
        var ready = SweepSpaces.For(options);
        Assert.All(SweepEpochs(ready), n => Assert.InRange(n, 1, 4));
        Assert.Equal([2, 3, 4], SweepEpochs(new SweepSpace<GradientBlendingSettings>()));
        Assert.Equal([3, 4], SweepEpochs(ready.Choice(s => s.SuperEpoch, 3, 5, 9)));
        Assert.Equal([4], SweepEpochs(ready.Range(s => s.SuperEpoch, 5, 9)));
        Assert.Equal([2, 3], SweepEpochs(ready.Range(s => s.SuperEpoch, 2, 3)));

        int[] SweepEpochs(SweepSpace space)
        {
            var setting = SweepSpaces.Fitted(space, options).Settings.Single(s => s.Path == "SuperEpoch");
            return [.. Enumerable.Range(0, 1000).Select(i => (int)setting.At((i + 0.5) / 1000)).Distinct().Order()];
        }
    }

    [Fact]
    public void Settings_that_do_not_fit_are_refused()
    {
        var options = Templates.Create("vectors");
        var none = new GradientBlendingSettings { Modality1 = new() { IsUsed = false }, Modality2 = new() { IsUsed = false } };
        Assert.Contains("No modality", Assert.Throws<ArgumentException>(() => none.ToOptions(options)).Message);
        Assert.False(SweepSpaces.For(options).Accepts(none));
        Assert.Contains("no modality", Assert.Throws<ArgumentException>(() => SweepSpaces.For(new())).Message);
    }

    private sealed class WithSchedule : GradientBlendingSettings
    {
        [Microsoft.ML.SearchSpace.Choice("constant", "cosine")]
        public string Schedule { get; set; } = "constant";

        protected override void Configure(GradientBlendingTrainer.Options options)
        {
            options.LearningRateSchedule = Schedule == "cosine" ? LearningRateSchedule.Cosine() : LearningRateSchedule.Constant();
        }
    }

    [Fact]
    public void Settings_of_ones_own_are_swept_like_the_librarys()
    {
        var options = Templates.Create("vectors");
        var space = SweepSpaces.For<WithSchedule>(options);
        Assert.Contains("Schedule", space.Settings.Select(s => s.Path));
        var made = new WithSchedule { Schedule = "cosine", LearningRate = 0.1, BatchSize = 16 }.ToOptions(options);
        Assert.Equal("cosine", made.LearningRateSchedule.ToString());
        Assert.Equal((0.1, 16), (made.LearningRate, made.BatchSize));
    }

    [Fact]
    public void The_given_settings_are_as_given_whatever_defaults_a_class_of_ones_own_has()
    {
        var options = Templates.Create("vectors");
        options.LearningRateSchedule = LearningRateSchedule.Cosine();
        var space = SweepSpaces.For<WithSchedule>(options);
        Assert.Equal(OptionsCode.Write(options), OptionsCode.Write(space.Given().ToOptions(options)));
        Assert.Equal(16, space.Fix(s => s.BatchSize, 16).Given().ToOptions(options).BatchSize);

        options.LearningRateSchedule = LearningRateSchedule.Constant();
        Assert.Equal("cosine", space.Fix(s => s.Schedule, "cosine").Given().ToOptions(options).LearningRateSchedule.ToString());
    }
}
