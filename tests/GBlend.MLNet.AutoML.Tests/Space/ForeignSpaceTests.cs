namespace GBlend.MLNet.AutoML.Tests;

/// <summary>What the bridge to Microsoft.ML.AutoML does with points, without that package.</summary>
public sealed class ForeignSpaceTests
{
    private static ForeignSpace Space(GradientBlendingTrainer.Options trainer, Func<SweepSpace<GradientBlendingSettings>, SweepSpace>? change = null) =>
        new(SweepSpaces.Fitted(change is null ? SweepSpaces.For(trainer) : change(SweepSpaces.For(trainer)), trainer), trainer);

    private static SweepPoint PointAt(ForeignSpace space, Func<ForeignSetting, object> value) =>
        space.PointOf(setting => Plain(value(space.Settings.Single(s => s.Setting.Path == setting.Path))))!;

    /// <summary>As the other library has values: no enumerations, whole numbers as doubles.</summary>
    private static object Plain(object value) => value switch
    {
        Enum e => e.ToString(),
        int or long => Convert.ToDouble(value),
        _ => value,
    };

    [Theory]
    [MemberData(nameof(SettingsBattery.All), MemberType = typeof(SettingsBattery))]
    public void The_search_begins_at_the_trainers_own_settings(string name)
    {
        foreach (var optimizer in new[] { Optimizer.Sgd(), Optimizer.Adam() })
        {
            var trainer = Templates.Create(name);
            trainer.Optimizer = optimizer;
            trainer.LearningRate = optimizer.Kind == OptimizerKind.Sgd ? 0.1f : 0.002f;
            var space = Space(trainer);
            var options = PointAt(space, s => s.Start).ToOptions(trainer);
            Assert.Equal(trainer.LearningRate.Value, options.LearningRate!.Value, 1e-6f);
            Assert.Equal((trainer.BatchSize, trainer.Optimizer, trainer.WeightDecay), (options.BatchSize, options.Optimizer, options.WeightDecay));
            Assert.DoesNotContain("LearningRate", space.Note ?? "");
        }
    }

    [Theory]
    [InlineData(1, 0.5)]
    [InlineData(0.0005, 0.002)]
    public void A_learning_rate_outside_of_the_space_begins_at_the_nearest_end_and_that_is_said(double given, double begins)
    {
        var trainer = Templates.Create("vectors");
        trainer.LearningRate = (float)given;
        var space = Space(trainer);
        Assert.Equal(begins, space.Settings.Single(s => s.Setting.Path == "LearningRate").Start);
        Assert.Contains(FormattableString.Invariant($"LearningRate at {begins}, not at {given}"), space.Note);
        Assert.Null(Space(trainer, s => s.Range(s => s.LearningRate, 1e-4, 2, logarithmic: true)).Settings.Single(s => s.Setting.Path == "LearningRate").Note);
    }

    [Fact]
    public void A_rate_outside_for_adam_is_said_as_adam_gets_it()
    {
        var trainer = Templates.Create("vectors");
        (trainer.Optimizer, trainer.LearningRate) = (Optimizer.Adam(), 0.05f);
        var space = Space(trainer);
        Assert.Contains("LearningRate at 0.01, not at 0.05", space.Note);
        Assert.Equal(0.01f, PointAt(space, s => s.Start).ToOptions(trainer).LearningRate!.Value, 1e-6f);
    }

    [Fact]
    public void Every_other_setting_outside_of_the_space_begins_near_and_is_said_too()
    {
        var trainer = Templates.Create("vectors");
        (trainer.BatchSize, trainer.WeightDecay, trainer.Fusion) = (256, 0.002f, Fusion.Concat(48));
        var space = Space(trainer);
        Assert.Equal((128, 1e-3, 32), (
            space.Settings.Single(s => s.Setting.Path == "BatchSize").Start, (double)space.Settings.Single(s => s.Setting.Path == "WeightDecay").Start,
            Assert.IsType<int>(space.Settings.Single(s => s.Setting.Path == "FusionWidth").Start)));
        foreach (string part in new[] { "BatchSize at 128, not at 256", "WeightDecay at 0.001, not at 0.002", "FusionWidth at 32, not at 48" })
            Assert.Contains(part, space.Note);
        Assert.Null(Space(Templates.Create("vectors"), s => s.Without(s => s.Modality2)).Note);
    }

    [Fact]
    public void Values_are_brought_into_the_space_and_combinations_to_the_nearest_that_is_accepted()
    {
        var trainer = Templates.Create("vectors");
        var space = Space(trainer);
        // AutoML never draws the maximum of whole numbers and so gets one more; no modality used is what its random search draws every fourth time.
        var point = PointAt(
            space, s => s.Setting.Path.EndsWith("IsUsed", StringComparison.Ordinal) ? false : s.Setting.Path == "Modality1.Depth" ? 4 : s.Start);
        var settings = (GradientBlendingSettings)point.Settings;
        Assert.True(settings.Modality1.IsUsed == true || settings.Modality2.IsUsed == true);
        Assert.Equal(3, settings.Modality1.Depth);
        Assert.Null(Space(trainer, s => s.Where(_ => false)).PointOf(s => Plain(s.At(0.5))));
    }

    [Fact]
    public void A_setting_with_one_value_is_not_searched_and_is_had()
    {
        var trainer = Templates.Create("vectors");
        var space = Space(trainer, s => s.Choice(s => s.BatchSize, 16));
        Assert.DoesNotContain(space.Settings, s => s.Setting.Path == "BatchSize");
        Assert.Equal(16, PointAt(space, s => s.Start).ToOptions(trainer).BatchSize);
    }

    private sealed class WithSchedule : GradientBlendingSettings
    {
        [Microsoft.ML.SearchSpace.Choice("constant", "cosine")]
        public string Schedule { get; set; } = "constant";
    }

    [Fact]
    public void Settings_of_ones_own_begin_where_their_range_does()
    {
        var trainer = Templates.Create("vectors");
        var space = new ForeignSpace(SweepSpaces.Fitted(SweepSpaces.For<WithSchedule>(trainer), trainer), trainer);
        Assert.Equal("constant", space.Settings.Single(s => s.Setting.Path == "Schedule").Start);
        Assert.Equal("cosine", ((WithSchedule)PointAt(space, s => s.Setting.Path == "Schedule" ? "cosine" : s.Start).Settings).Schedule);
    }
}
