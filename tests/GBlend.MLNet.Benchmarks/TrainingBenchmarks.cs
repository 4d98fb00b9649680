using GBlend.MLNet.Tests;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace GBlend.MLNet.Benchmarks;

internal static class TrainingBenchmarks
{
    private const int Epochs = 24, SuperEpoch = 6, BatchSize = 64;

    /// <summary>Whole fits on rows in memory, losses of every epoch and the copy of the model included, over nothing but the loop.</summary>
    internal static IReadOnlyList<double> NaiveOverHandWritten(TrainingRows rows) =>
        Pairs.Ratios(() => Fit(rows, Blending.None()), () => HandWrittenLoop(rows));

    /// <summary>What a blending costs, its networks and branches side by side or, which is its work, one after another.</summary>
    internal static IReadOnlyList<double> OverNaive(TrainingRows rows, Blending blending, bool sideBySide) =>
        Pairs.Ratios(() => Fit(rows, blending, sideBySide), () => Fit(rows, Blending.None()));

    /// <summary>The default in five folds, its networks side by side, over naive training on the rows that are not held out.</summary>
    internal static IReadOnlyList<double> CrossFittedOverNaive(TrainingRows rows)
    {
        var folds = rows.Divided(new bool[rows.Count], RowFolds.Divide(rows.Targets.Classes, null, rows.Count, 5, new Random(1)), rows.Targets.Weights);
        return Pairs.Ratios(() => Fit(folds, Blending.Auto()), () => Fit(rows, Blending.None()));
    }

    /// <summary>The same for small convolutional networks, where arithmetic outweighs what is done around it.</summary>
    internal static IReadOnlyList<double> OverNaiveConvolutional(TrainingRows rows, Blending blending)
    {
        var settings = Settings(Blending.None(), sideBySide: false) with
        {
            Modalities =
            [
                new("Image", [8, 8, 1], Encoders.ImageResNet(18, 1.0 / 8), null),
                new("Sound", [40, 20], Encoders.AudioResNet(18, 1.0 / 8), null),
            ],
            NumberOfEpochs = SuperEpoch,
            NumberOfThreads = 1,
        };
        return Pairs.Ratios(() => Fit(rows, settings with { Blending = blending }), () => Fit(rows, settings), pairs: 3);
    }

    /// <summary>Every blending there is, and the most that its cost, one after another, should be.</summary>
    internal static IEnumerable<(string Name, Blending Blending, double Most)> Blendings() =>
    [
        ("auto (the default)", Blending.Auto(), 2.2),
        ("equal, pooled (the one-network form)", Blending.Equal(), 1.2),
        ("separate", Blending.Separate(), 1.1),
        ("online G-Blend", Blending.Online(SuperEpoch), 3.3),
        ("offline G-Blend", Blending.Offline(), 3.3),
        ("DGL", Blending.Dgl(), 1.1),
        ("uni-modal start, fine-tuned", Blending.UniModalStart(), 2.2),
        ("uni-modal start, frozen", Blending.UniModalStart(freeze: true), 2.2),
        ("UMT", Blending.Umt(), 2.53),
        ("OGM-GE", Blending.OgmGe(), 1.1),
        ("MLB", Blending.Mlb(), 1.1),
        ("MMPareto", Blending.MmPareto(), 1.84),
        ("sequential (G2D)", Blending.Sequential(), 2.2),
        ("MIDAS", Blending.Midas(), 1.1),
        ("MCR", Blending.Mcr(), 1.1),
    ];

    internal static TrainedModel Train(TrainingRows rows, Blending blending, bool sideBySide = true) =>
        TrainingRun.Fit(rows, Settings(blending, sideBySide), new SilentHost());

    private static TrainingSettings Settings(Blending blending, bool sideBySide) => PlainSettings.Of(
        blending,
        new("Image", [BenchmarkRows.ImageWidth], Encoders.Mlp(64, 32), null),
        new("Sound", [BenchmarkRows.SoundWidth], Encoders.Mlp(64, 32), null)) with
    {
        Fusion = Fusion.Concat(64),
        NumberOfEpochs = Epochs,
        BatchSize = BatchSize,
        LearningRate = 0.05,
        TrainsSideBySide = sideBySide,
    };

    private static void Fit(TrainingRows rows, Blending blending, bool sideBySide = true) => Train(rows, blending, sideBySide).Dispose();

    private static void Fit(TrainingRows rows, TrainingSettings settings) => TrainingRun.Fit(rows, settings, new SilentHost()).Dispose();

    /// <summary>What a TorchSharp user writes for the same network: tensors ready, one thread, a dispose scope a step, SGD with momentum.</summary>
    private static void HandWrittenLoop(TrainingRows rows)
    {
        int threads = get_num_threads();
        set_num_threads(1);
        using var outer = NewDisposeScope();
        int[] training = [.. Enumerable.Range(0, rows.Count).Where(r => !rows.HeldOut[r])];
        using var keep = tensor(training.Select(r => (long)r).ToArray());
        var image = tensor(rows.Floats(0), [rows.Count, BenchmarkRows.ImageWidth]).index_select(0, keep);
        var sound = tensor(rows.Floats(1), [rows.Count, BenchmarkRows.SoundWidth]).index_select(0, keep);
        var labels = tensor(rows.Targets.Classes!).index_select(0, keep);
        using var imageEncoder = Encoder(BenchmarkRows.ImageWidth);
        using var soundEncoder = Encoder(BenchmarkRows.SoundWidth);
        using var head = Sequential(Linear(64, 64), ReLU(), Linear(64, BenchmarkRows.Classes));
        Parameter[] parameters = [.. imageEncoder.parameters(), .. soundEncoder.parameters(), .. head.parameters()];
        // Not TorchSharp's optim.SGD: it leaves its native scalars to the finalizer and fails at random under load.
        Tensor[] velocities = [.. parameters.Select(p => p.detach().zeros_like())];
        using Scalar momentum = 0.9, minusRate = -0.05, one = 1;
        for (int epoch = 0; epoch < Epochs; epoch++)
        {
            using var order = randperm(training.Length);
            for (int from = 0; from < training.Length; from += BatchSize)
            {
                using var scope = NewDisposeScope();
                var batch = order.narrow(0, from, Math.Min(BatchSize, training.Length - from));
                foreach (var parameter in parameters)
                    parameter.grad?.zero_();
                var features = cat([imageEncoder.call(image.index_select(0, batch)), soundEncoder.call(sound.index_select(0, batch))], 1);
                functional.cross_entropy(head.call(features), labels.index_select(0, batch)).backward();
                using var grad = no_grad();
                foreach (var (parameter, velocity) in parameters.Zip(velocities))
                {
                    velocity.mul_(momentum).add_(parameter.grad!, one);
                    parameter.add_(velocity, minusRate);
                }
            }
        }
        set_num_threads(threads);
    }

    private static Sequential Encoder(int width) => Sequential(Linear(width, 64), ReLU(), Linear(64, 32), ReLU());
}
