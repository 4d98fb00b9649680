using System.Diagnostics;
using GBlend.MLNet.Tests;

namespace GBlend.MLNet.Benchmarks;

/// <summary>What a checkpoint takes of the minute that passes between two of them by default.</summary>
internal static class CheckpointBenchmarks
{
    private static readonly TimeSpan s_interval = new GradientBlendingTrainer.Options().CheckpointInterval;

    /// <summary>The default in five folds, of which every network writes a file.</summary>
    internal static IReadOnlyList<double> OfTheDefault(TrainingRows rows)
    {
        var folds = rows.Divided(new bool[rows.Count], RowFolds.Divide(rows.Targets.Classes, null, rows.Count, 5, new Random(1)), rows.Targets.Weights);
        return Shares(folds, PlainSettings.Of(
            Blending.Auto(),
            new("Image", [BenchmarkRows.ImageWidth], Encoders.Mlp(64, 32), null),
            new("Sound", [BenchmarkRows.SoundWidth], Encoders.Mlp(64, 32), null)) with
        { FinalWeights = FinalWeights.Auto });
    }

    /// <summary>Two ResNet-18 of full width under Adam: 22 million parameters, twice as many numbers of the optimizer, and those of the best epoch.</summary>
    internal static IReadOnlyList<double> OfLargeNetworks(TrainingRows rows) => Shares(rows, PlainSettings.Of(
        Blending.Equal(), new("Image", [8, 8, 1], Encoders.ImageResNet(18), null), new("Sound", [40, 20], Encoders.AudioResNet(18), null)) with
    {
        Optimizer = Optimizer.Adam(),
        LearningRate = 0.001,
        FinalWeights = FinalWeights.BestEpoch,
    });

    /// <summary>The time of whole checkpoints, each after an epoch that changed all there is, as a share of the interval.</summary>
    private static IReadOnlyList<double> Shares(TrainingRows rows, TrainingSettings settings)
    {
        string path = Directory.CreateTempSubdirectory("gblend-benchmark").FullName;
        try
        {
            // No checkpoint of its own in between.
            using var folder = new CheckpointFolder(path, TimeSpan.FromDays(1));
            folder.Expect(RunIdentity.Of(rows, settings));
            using var run = new TrainingRun(rows, settings, new SilentHost(), folder);
            var shares = new List<double>();
            for (int epoch = 1; epoch <= 5; epoch++)
            {
                run.Advance(epoch);
                var clock = Stopwatch.StartNew();
                folder.Write(run.ToCheckpoint());
                shares.Add(clock.Elapsed / s_interval);
            }
            return shares[1..];
        }
        finally
        {
            Directory.Delete(path, recursive: true);
        }
    }
}
