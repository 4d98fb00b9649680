using GBlend.MLNet.Native;
using static TorchSharp.torch;

namespace GBlend.MLNet.Tests;

/// <summary>What every component must do, whichever it is: learn, repeat under a seed, come back from a model file, and say in plain data what it is.</summary>
[Trait("Speed", "Slow")]
public sealed class EveryComponentTests
{
    private static readonly (ModalityKind Kind, int[] Shape)[] s_shapes =
        [(ModalityKind.Vector, [7]), (ModalityKind.Image, [24, 20, 3]), (ModalityKind.Video, [4, 16, 12, 3]), (ModalityKind.Audio, [50, 20]),
            (ModalityKind.Text, [6])];

    public static TheoryData<string> EncoderNames => Factories.Of<Encoder>(typeof(Encoders));

    public static TheoryData<string> FusionNames => Factories.Of<Fusion>(typeof(Fusion));

    public static TheoryData<string> BlendingNames => Factories.Of<Blending>(typeof(Blending));

    public static TheoryData<string> OptimizerNames => Factories.Of<Optimizer>(typeof(Optimizer));

    public static TheoryData<string> ScheduleNames => Factories.Of<LearningRateSchedule>(typeof(LearningRateSchedule));

    public static TheoryData<string> AugmentationNames => Factories.Of<Augmentation>(typeof(Augmentation));

    public static TheoryData<Answer> Answers => [.. Enum.GetValues<Answer>()];

    [Theory]
    [MemberData(nameof(EncoderNames))]
    public void An_encoder_reads_a_kind_of_rows_and_holds_what_it_promises(string name)
    {
        TorchNativeLoader.EnsureLoaded();
        var encoder = Factories.Make<Encoder>(typeof(Encoders), name);
        var again = EncoderSamples.Again(encoder);
        Assert.Equal((encoder.GetType(), encoder.Kind, encoder.ToString()), (again.GetType(), again.Kind, again.ToString()));
        var readable = s_shapes.Where(s => Reads(encoder, s.Shape)).ToArray();
        Assert.NotEmpty(readable);
        foreach (var (kind, shape) in readable)
        {
            var rows = new TrainingRows([RowColumn.Of(EncoderSamples.Rows(shape, 24), 24)],
                new(LearningTask.Multiclass, 2, [.. Enumerable.Range(0, 24).Select(i => (long)(i % 2))], null),
                [.. Enumerable.Range(0, 24).Select(i => i % 4 == 0)]);
            var settings = ToyRows.Settings(GBlend.MLNet.Blending.None()) with
            {
                Modalities = [ModalitySpec.Create("X", kind, shape, encoder, AugmentationSettings.Of([]))],
                NumberOfEpochs = 2,
                LearningRate = 0.01,
            };
            FitsRepeatsAndComesBack(rows, settings);
        }
    }

    [Theory]
    [MemberData(nameof(FusionNames))]
    public void A_fusion_fits_repeats_and_comes_back(string name)
    {
        var fusion = Factories.Make<Fusion>(typeof(Fusion), name);
        Assert.Equal(fusion.ToString(), Fusion.FromSettings(fusion.ToSettings()).ToString());
        foreach (var blending in new[] { GBlend.MLNet.Blending.None(), GBlend.MLNet.Blending.Equal() })
            FitsRepeatsAndComesBack(ToyRows.Multiclass(), ToyRows.Settings(blending) with { Fusion = fusion.WithDropout(0.2f), NumberOfEpochs = 3 });
    }

    [Theory]
    [MemberData(nameof(BlendingNames))]
    public void A_blending_fits_every_task_that_it_knows(string name)
    {
        var blending = Factories.Make<Blending>(typeof(Blending), name);
        Assert.NotEmpty(blending.ToString());
        int known = 0;
        foreach (var rows in new[] { ToyRows.Multiclass(), ToyRows.MultiLabel(), ToyRows.Regression() })
        {
            var settings = ToyRows.Settings(blending) with { NumberOfEpochs = 4 };
            if (Record.Exception(() => blending.CheckFits(rows.Targets.Task, settings.Fusion)) is { } refused)
            {
                Assert.Contains(rows.Targets.Task.ToString(), Assert.IsType<ArgumentException>(refused).Message);
                continue;
            }
            known++;
            FitsRepeatsAndComesBack(rows, settings);
        }
        Assert.True(known > 0);
    }

    [Theory]
    [MemberData(nameof(OptimizerNames))]
    public void An_optimizer_fits_and_repeats(string name)
    {
        var optimizer = Factories.Make<Optimizer>(typeof(Optimizer), name);
        FitsRepeatsAndComesBack(
            ToyRows.Multiclass(), ToyRows.Settings() with { Optimizer = optimizer, LearningRate = 0.01, WeightDecay = 1e-3, NumberOfEpochs = 4 });
    }

    [Theory]
    [MemberData(nameof(ScheduleNames))]
    public void A_schedule_gives_finite_rates_and_is_kept_to(string name)
    {
        var schedule = Factories.Make<LearningRateSchedule>(typeof(LearningRateSchedule), name).WithWarmUp(2);
        var model = FitsRepeatsAndComesBack(
            ToyRows.Multiclass(), ToyRows.Settings(GBlend.MLNet.Blending.None()) with { LearningRateSchedule = schedule, NumberOfEpochs = 5 });
        Assert.Equal(Enumerable.Range(0, 5).Select(epoch => 0.05 * schedule.Factor(epoch, 5)), model.Epochs.Select(epoch => epoch.LearningRate));
        Assert.All(model.Epochs, epoch => Assert.InRange(epoch.LearningRate, double.Epsilon, 0.05));
    }

    [Theory]
    [MemberData(nameof(AugmentationNames))]
    public void An_augmentation_repeats_and_comes_back_for_the_kinds_that_it_is_for(string name)
    {
        var augmentation = Factories.Make<Augmentation>(typeof(Augmentation), name);
        int known = 0;
        foreach (var (kind, shape) in s_shapes)
        {
            var encoder = Encoders.Mlp(4);
            if (Record.Exception(() => AugmentationSettings.Of([augmentation]).CheckKind(kind)) is not null)
                continue;
            known++;
            var rows = new TrainingRows([RowColumn.Of(EncoderSamples.Rows(shape, 24), 24)],
                new(LearningTask.Multiclass, 2, [.. Enumerable.Range(0, 24).Select(i => (long)(i % 2))], null),
                [.. Enumerable.Range(0, 24).Select(i => i % 4 == 0)]);
            var spec = ModalitySpec.Create("X", kind, shape, encoder, AugmentationSettings.Of([augmentation]));
            FitsRepeatsAndComesBack(rows, ToyRows.Settings(GBlend.MLNet.Blending.None()) with { Modalities = [spec], NumberOfEpochs = 2, LearningRate = 1e-4 });
        }
        Assert.True(known > 0);
    }

    [Theory]
    [MemberData(nameof(Answers))]
    public void An_answer_is_given_by_every_blending_and_says_what_it_is(Answer answer)
    {
        foreach (string name in ((IEnumerable<object[]>)BlendingNames).Select(row => (string)row[0]))
        {
            var blending = Factories.Make<Blending>(typeof(Blending), name);
            var history = FitsRepeatsAndComesBack(
                ToyRows.Multiclass(), ToyRows.Settings(blending) with { Answer = answer, NumberOfEpochs = 2 }, repeats: false);
            Assert.NotEmpty(history.Answer);
            Assert.True(history.HeldOutLoss is { } loss && double.IsFinite(loss), $"{name}: {history.HeldOutLoss}");
        }
    }

    /// <summary>Fits twice, and saves and loads: the same finite scores every time.</summary>
    private static TrainingHistory FitsRepeatsAndComesBack(TrainingRows rows, TrainingSettings settings, bool repeats = true)
    {
        using var model = TrainingRun.Fit(rows, settings, new QuietHost());
        float[] scores = ToyRows.Score(model, rows);
        Assert.All(scores, score => Assert.True(float.IsFinite(score)));
        Assert.All(model.History.Epochs, epoch => Assert.All(epoch.TrainLoss.Concat(epoch.HeldOutLoss), loss => Assert.True(double.IsFinite(loss))));
        if (repeats)
        {
            using var again = TrainingRun.Fit(rows, settings, new QuietHost());
            Assert.Equal(scores, ToyRows.Score(again, rows));
        }
        using MemoryStream json = new(), weights = new();
        model.Save(json, weights);
        json.Position = weights.Position = 0;
        using var loaded = TrainedModel.Load(json, weights, TrainingDevice.Cpu, null, true);
        Assert.Equal(scores, ToyRows.Score(loaded, rows));
        Assert.Equal(model.History.Answer, loaded.History.Answer);
        return model.History;
    }

    private static bool Reads(Encoder encoder, int[] shape)
    {
        try
        {
            using var random = new TorchRandomScope(1);
            using var scope = NewDisposeScope();
            using var module = encoder.Build(shape);
            TensorCount.CorrectFor(module.parameters().Count());
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
