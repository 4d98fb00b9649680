using System.Security.Cryptography;
using System.Text.Json;
using static TorchSharp.torch;

namespace GBlend.MLNet.Tests.Checkpoints;

/// <summary>A training that writes down what it does: a digest of all networks before every batch, and in the end the history and the model.</summary>
internal static class TracedRun
{
    /// <summary>Trains to the end, or until it is stopped.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="settings">What is trained.</param>
    /// <param name="folder">Where checkpoints are; <see langword="null"/> for none.</param>
    /// <param name="stopAt">The batch before which it is stopped, as a process that is killed.</param>
    /// <param name="digests">Whether digests are taken, which only is possible while nothing trains side by side.</param>
    internal static Trace Run(TrainingRows rows, TrainingSettings settings, string? folder, int? stopAt = null, bool digests = true)
    {
        using var checkpoints = folder is null ? null : new CheckpointFolder(folder, TimeSpan.Zero);
        checkpoints?.Expect(RunIdentity.Of(rows, settings));
        var steps = new List<string>();
        int batches = 0;
        TrainingRun? run = null;
        var host = new QuietHost
        {
            OnCheckAlive = () =>
            {
                if (run is null)
                    return;
                if (Interlocked.Increment(ref batches) - 1 == stopAt)
                    throw new OperationCanceledException();
                if (digests)
                    steps.Add(DigestOf(run));
            },
        };
        using var owned = run = new TrainingRun(rows, settings, host, checkpoints);
        try
        {
            using var model = run.Run();
            using MemoryStream description = new(), weights = new();
            model.Save(description, weights);
            return new(steps, batches, JsonSerializer.Serialize(model.History), Convert.ToHexString(SHA256.HashData(weights.ToArray())),
                Convert.ToHexString(SHA256.HashData(description.ToArray())));
        }
        catch (Exception e) when (e.GetBaseException() is OperationCanceledException)
        {
            return new(steps, batches, null, null, null);
        }
    }

    private static string DigestOf(TrainingRun run)
    {
        using var scope = NewDisposeScope();
        using var grad = no_grad();
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var network in run.Networks)
        {
            foreach (var (_, tensor) in network.Network.Tensors)
                hash.AppendData(tensor.detach().contiguous().bytes);
        }
        return Convert.ToHexString(hash.GetHashAndReset())[..16];
    }
}

/// <summary>What a training did.</summary>
/// <param name="Steps">A digest of all networks before every batch.</param>
/// <param name="Batches">The number of batches, those of estimates included.</param>
/// <param name="History">The history, with every loss, weight and estimate; <see langword="null"/> where it was stopped.</param>
/// <param name="Weights">A digest of the model's weights.</param>
/// <param name="Settings">A digest of all else of the model.</param>
internal sealed record Trace(IReadOnlyList<string> Steps, int Batches, string? History, string? Weights, string? Settings)
{
    /// <summary>Compares a run that went on with the unbroken one, to the bit.</summary>
    internal object CompareWith(Trace unbroken, string name, IReadOnlyList<object> stops)
    {
        int compared = Math.Min(Steps.Count, unbroken.Steps.Count);
        int differs = Enumerable.Range(0, compared).Count(i => Steps[^(i + 1)] != unbroken.Steps[^(i + 1)]);
        return new
        {
            name,
            stops,
            stepsOfUnbrokenRun = unbroken.Steps.Count,
            stepsCompared = compared,
            stepsThatDiffer = differs,
            historyIsEqual = History == unbroken.History,
            weightsAreEqual = Weights == unbroken.Weights,
            settingsAreEqual = Settings == unbroken.Settings,
            isEqual = differs == 0 && Steps.Count <= unbroken.Steps.Count && History == unbroken.History && Weights == unbroken.Weights
                && Settings == unbroken.Settings,
        };
    }
}
