using System.Diagnostics;
using GBlend.MLNet.Tests;
using Microsoft.ML;
using Microsoft.ML.Data;
using TorchSharp;

namespace GBlend.MLNet.Benchmarks;

/// <summary>Training on rows that do not fit in memory.</summary>
internal static class MediaBenchmarks
{
    internal const int BudgetMegabytes = 64, TimesTheBudget = 10, Frames = 8, Side = 64, Channels = 3;
    private const int RowBytes = Frames * Side * Side * Channels, Classes = 4;

    /// <summary>Whole fits of a narrow video network on bytes, the rows in a file and in memory.</summary>
    internal static IReadOnlyList<double> VideoFromDiskOverMemory() => FromDiskOverMemory(160, Encoders.R3D(18, 1.0 / 16), 5);

    /// <summary>The same where little is computed per byte that is read.</summary>
    internal static IReadOnlyList<double> DenseFromDiskOverMemory() => FromDiskOverMemory(640, Encoders.Mlp(64, 32), 9);

    /// <summary>Random crops of 56 x 56 from the clips and flips, over clips that are 56 x 56 already.</summary>
    internal static IReadOnlyList<double> AugmentedOverPlain()
    {
        using var large = Rows(96, Frames * Side * Side * Channels, new RowMemory(long.MaxValue));
        using var small = Rows(96, Frames * 56 * 56 * Channels, new RowMemory(long.MaxValue));
        var encoder = Encoders.R3D(18, 1.0 / 16);
        return Pairs.Ratios(
            () => Fit(large, Settings(encoder, [Frames, Side, Side, Channels], Augmentation.RandomCrop(56, 56), Augmentation.HorizontalFlip())),
            () => Fit(small, Settings(encoder, [Frames, 56, 56, Channels])),
            pairs: 5);
    }

    /// <summary>
    /// An epoch of the narrow network of examples/AudioVisual on clips, over matrix products of as many multiply-adds: a forward pass for each
    /// held-out row, and three times one for each training row.
    /// </summary>
    internal static IReadOnlyList<double> ClipStepsOverMatrixProducts()
    {
        const int Count = 96, ExampleSide = 40, Size = 512;
        int[] shape = [Frames, ExampleSide, ExampleSide, Channels];
        var encoder = Encoders.R2Plus1D(18, 1.0 / 8, stemPooling: true);
        using var rows = Rows(Count, shape.Aggregate(1, (product, size) => product * size), new RowMemory(long.MaxValue));
        const int HeldOut = Count / 8;
        double multiplyAdds;
        // The first network loads torch.
        Fit(rows, Settings(encoder, shape));
        using (var network = (EncoderModule)encoder.Build(shape))
            multiplyAdds = network.MultiplyAdds * (3.0 * (Count - HeldOut) + HeldOut);
        using var left = torch.randn([Size, Size]);
        using var right = torch.randn([Size, Size]);
        return Pairs.Ratios(
            () => Fit(rows, Settings(encoder, shape)),
            () =>
            {
                for (double done = 0; done < multiplyAdds; done += (double)Size * Size * Size)
                    left.matmul(right).Dispose();
            },
            pairs: 5);
    }

    internal static IReadOnlyList<double> FrozenEveryEpochOverOnce()
    {
        using var rows = Rows(96, RowBytes, new RowMemory(long.MaxValue));
        var settings = Settings(Encoders.R3D(18, 1.0 / 16), [Frames, Side, Side, Channels]);
        using var start = TrainingRun.Fit(rows, settings, new SilentHost());
        settings = settings with { NumberOfEpochs = 5, Modalities = [settings.Modalities[0] with { IsFrozen = true, Start = start.EncoderWeights("Clip") }] };
        return Pairs.Ratios(() => Fit(rows, settings with { ComputesFrozenFeaturesOnce = false }), () => Fit(rows, settings), pairs: 3);
    }

    /// <summary>A fit on rows of ten times the budget, in this process.</summary>
    /// <returns>The most memory that the process had resident, in megabytes.</returns>
    internal static double PeakOfFit()
    {
        var ml = new MLContext(seed: 1);
        var view = ml.Data.LoadFromEnumerable(Stream((int)((long)TimesTheBudget * BudgetMegabytes * (1 << 20) / RowBytes)));
        using var model = ml.MulticlassClassification.Trainers.GradientBlending(new GradientBlendingTrainer.Options
        {
            Modalities = { Modality.Video("Clip", Encoders.Mlp(16)).WithAugmentation(Augmentation.RandomCrop(56, 56), Augmentation.HorizontalFlip()) },
            Blending = Blending.None(),
            NumberOfEpochs = 2,
            BatchSize = 16,
            MemoryBudgetInMegabytes = BudgetMegabytes,
        }).Fit(view);
        using var process = Process.GetCurrentProcess();
        return process.PeakWorkingSet64 / (double)(1 << 20);
    }

    private static IReadOnlyList<double> FromDiskOverMemory(int rows, Encoder encoder, int pairs)
    {
        using var inMemory = Rows(rows, RowBytes, new RowMemory(long.MaxValue));
        using var onDisk = Rows(rows, RowBytes, new RowMemory(0));
        var settings = Settings(encoder, [Frames, Side, Side, Channels]);
        return Pairs.Ratios(() => Fit(onDisk, settings), () => Fit(inMemory, settings), pairs);
    }

    private static void Fit(TrainingRows rows, TrainingSettings settings) => TrainingRun.Fit(rows, settings, new SilentHost()).Dispose();

    private static TrainingSettings Settings(Encoder encoder, int[] stored, params Augmentation[] augmentations) => PlainSettings.Of(
        Blending.None(),
        ModalitySpec.Create("Clip", ModalityKind.Video, stored, encoder,
            AugmentationSettings.Of(augmentations)) with
        { Scaling = InputScaling.ForBytes(ModalityKind.Video, Channels) }) with
    {
        Fusion = Fusion.Concat(16),
        NumberOfEpochs = 1,
        BatchSize = 16,
        LearningRate = 0.01,
    };

    private static TrainingRows Rows(int count, int rowBytes, RowMemory memory)
    {
        var random = new Random(1);
        var writer = new RowWriter<byte>(rowBytes, count, memory);
        for (int row = 0; row < count; row++)
            random.NextBytes(writer.Add());
        return new([writer.Finish()], new(LearningTask.Multiclass, Classes, [.. Enumerable.Range(0, count).Select(i => (long)(i % Classes))], null),
            [.. Enumerable.Range(0, count).Select(i => i % 8 == 0)], null, memory);
    }

    /// <summary>Rows that are made when they are read, all in the memory of one.</summary>
    private static IEnumerable<Row> Stream(int count)
    {
        var random = new Random(1);
        var row = new Row { Clip = new byte[RowBytes] };
        for (int i = 0; i < count; i++)
        {
            row.Label = (uint)(i % Classes);
            random.NextBytes(row.Clip);
            yield return row;
        }
    }

    private sealed class Row
    {
        [KeyType(Classes)]
        public uint Label { get; set; }

        [VectorType(Frames, Side, Side, Channels)]
        public byte[] Clip { get; set; } = [];
    }
}
