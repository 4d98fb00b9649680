using static TorchSharp.torch;
using Methods = GBlend.MLNet.Blending;

namespace GBlend.MLNet.Tests.Checkpoints;

/// <summary>Trainings of many kinds, by name or drawn by a seed, so that another process can make the same.</summary>
internal static class ResumeCases
{
    private static readonly Dictionary<string, Func<(TrainingRows, TrainingSettings)>> s_cases = new()
    {
        ["online"] = () => (ToyRows.Multiclass(), ToyRows.Settings(Methods.Online(2))),
        ["auto"] = () => (ToyRows.Multiclass(), Widths(5, 9, ToyRows.Settings(Methods.Auto(1)) with
        {
            FinalWeights = FinalWeights.BestEpoch,
            EarlyStoppingPatience = 4
        })),
        ["auto in folds"] = () => (InFolds(ToyRows.Multiclass(), 3),
            ToyRows.Settings(Methods.Auto(3)) with { NumberOfEpochs = 3, FinalWeights = FinalWeights.Auto, FinalNetworks = FinalNetworks.Refit }),
        ["umt"] = () => (ToyRows.Multiclass(), ToyRows.Settings(Methods.Umt()) with { NumberOfEpochs = 3, RefitJointHeadEpochs = 2 }),
        ["sequential"] = () => (ToyRows.Multiclass(), ToyRows.Settings(Methods.Sequential()) with { Optimizer = Optimizer.Sgd(0.5f), WeightDecay = 1e-3 }),
        ["adam"] = () => (ToyRows.Regression(), ToyRows.Settings(Methods.Online(3)) with
        {
            Optimizer = Optimizer.Adam(),
            LearningRate = 0.003,
            GradientClipping = 0.5,
            LearningRateSchedule = LearningRateSchedule.Cosine().WithWarmUp(2)
        }),
        ["pictures"] = () => Pictures(0),
        ["missing modalities"] = () => Lacking(ToyRows.Multiclass(), ToyRows.Settings(Methods.Online(2)), 0.3),
        ["missing modalities in folds"] = () => Lacking(InFolds(ToyRows.Multiclass(), 3), ToyRows.Settings(Methods.Auto(3)) with
        {
            NumberOfEpochs = 3,
            FinalWeights = FinalWeights.Auto,
            MicroBatchSize = 5
        }, 0),
        ["micro-batches"] = () => (ToyRows.MultiLabel(), Widths(7, 3, ToyRows.Settings(Methods.Online(2)) with { MicroBatchSize = 5, BatchSize = 13 })),
    };

    internal static IEnumerable<string> Names => s_cases.Keys;

    internal static (TrainingRows Rows, TrainingSettings Settings) Of(string name) =>
        name is ['#', .. var seed] ? Drawn(int.Parse(seed, System.Globalization.CultureInfo.InvariantCulture)) : s_cases[name]();

    /// <summary>A training that chance decides.</summary>
    internal static (TrainingRows Rows, TrainingSettings Settings) Drawn(int seed)
    {
        var random = new Random(seed);
        T One<T>(params T[] values) => values[random.Next(values.Length)];
        int task = random.Next(4);
        var blending = One<Func<Blending>>(
            () => Methods.Online(random.Next(1, 3)), () => Methods.Offline(), () => Methods.Auto(1), Methods.Equal,
            () => Methods.Umt(), () => Methods.Sequential(), () => Methods.Mlb(), () => Methods.MmPareto(),
            () => Methods.UniModalStart(One(true, false)), () => task == 3 ? Methods.Dgl() : Methods.OgmGe(),
            () => task > 1 ? Methods.None() : Methods.Mcr(), () => task > 1 ? Methods.Separate() : Methods.Midas())();
        var rows = task switch
        {
            2 => ToyRows.MultiLabel(80 + random.Next(60), seed),
            3 => ToyRows.Regression(80 + random.Next(60), seed),
            _ =>
            ToyRows.Multiclass(80 + random.Next(60), seed)
        };
        var plain = Widths(random.Next(1, 12), random.Next(1, 12), ToyRows.Settings(blending), random.Next(2) * 0.3f);
        return (rows, plain with
        {
            NumberOfEpochs = random.Next(2, 5),
            BatchSize = random.Next(5, 40),
            MicroBatchSize = StepsAreWhole(blending) ? null : One<int?>(null, random.Next(2, 20)),
            Optimizer = One(Optimizer.Sgd(), Optimizer.Sgd(0), Optimizer.Adam(), Optimizer.AdamW()),
            LearningRate = 0.01,
            WeightDecay = One(0, 0.01),
            GradientClipping = One(0, 0.3),
            LearningRateSchedule = One(LearningRateSchedule.Constant(), LearningRateSchedule.Step(1, 0.5f), LearningRateSchedule.Cosine()),
            FinalWeights = One(FinalWeights.LastEpoch, FinalWeights.BestEpoch),
            EarlyStoppingPatience = One<int?>(null, 2),
            RefitJointHeadEpochs = One(0, 0, 1),
            Shuffle = One(true, true, false),
            Seed = random.Next(),
            Precision = One(ScalarType.Float32, ScalarType.Float32, ScalarType.BFloat16, ScalarType.Float64),
        });
    }

    private static bool StepsAreWhole(Blending blending) => blending.Networks(2, 4).Any(network => StrategySteps.HooksInto(network.Strategy()));

    private static TrainingSettings Widths(int first, int second, TrainingSettings settings, float dropout = 0.2f) => settings with
    {
        Modalities =
        [
            new("Clear", [ToyRows.ClearWidth], Encoders.Mlp(first, second).WithDropout(dropout), null),
            new("Faint", [ToyRows.FaintWidth], Encoders.Mlp(second).WithDropout(dropout), null),
        ],
    };

    /// <summary>A part of the rows lacks a modality, and dropout hides one.</summary>
    private static (TrainingRows, TrainingSettings) Lacking(TrainingRows rows, TrainingSettings settings, double dropout) =>
        (new(rows.Modalities, rows.Targets, rows.HeldOut)
        {
            Folds = rows.Folds,
            Presence = [null, [.. Enumerable.Range(0, rows.Count).Select(row => row % 5 > 0)]],
        }, settings with
        {
            LeavesOutMissing = true,
            Modalities =
            [
                settings.Modalities[0] with { Dropout = dropout, HasPlaceholder = dropout > 0 }, settings.Modalities[1] with { HasPlaceholder = true },
            ],
        });

    private static TrainingRows InFolds(TrainingRows rows, int folds) =>
        rows.Divided(new bool[rows.Count], [.. Enumerable.Range(0, rows.Count).Select(row => row / 3 % folds)], null);

    /// <summary>Batch normalization, augmentation, and rows of which most are in a file.</summary>
    private static (TrainingRows, TrainingSettings) Pictures(int seed)
    {
        const int Rows = 60, Size = 8, Channels = 3;
        var random = new Random(seed);
        var plain = ToyRows.Multiclass(Rows);
        var memory = new RowMemory(Rows * Size * Size * Channels / 2);
        var writer = new RowWriter<byte>(Size * Size * Channels, Rows, memory);
        for (int row = 0; row < Rows; row++)
        {
            var pixels = writer.Add();
            random.NextBytes(pixels);
            for (int i = 0; i < pixels.Length; i++)
                pixels[i] = (byte)(pixels[i] / 2 + 60 * plain.Targets.Classes![row]);
        }
        var pictures = ModalitySpec.Create("Picture", ModalityKind.Image, [Size, Size, Channels], Encoders.ImageResNet(18, 1.0 / 16),
            AugmentationSettings.Of([Augmentation.HorizontalFlip(), Augmentation.RandomShift(2)]));
        var settings = ToyRows.Settings(Methods.Online(1)) with { NumberOfEpochs = 2, NumberOfThreads = 2 };
        return (new([writer.Finish(), plain.Modalities[1]], plain.Targets, plain.HeldOut, null, memory),
            settings with { Modalities = [pictures, settings.Modalities[1]] });
    }
}
