using static TorchSharp.torch;

namespace GBlend.MLNet;

/// <summary>
/// Measures losses row by row in evaluation mode on two fixed sets of rows: a sample of the training rows and all held-out rows.
/// The same rows every time, so that differences between two measurements are paired. A glance, for the history of epochs between
/// estimates, takes only some of the training rows.
/// </summary>
internal sealed class LossMeter : IDisposable
{
    private const int RowsAtOnce = 1024, GlanceRows = 256;
    private readonly Loss _loss;
    private readonly Batch[] _glance;
    private readonly Batch[] _train;
    private readonly Batch[] _heldOut;

    internal LossMeter(RowStore store, int[] train, int[] heldOut, Loss loss)
    {
        _loss = loss;
        _glance = [store.Gather(train.AsSpan(0, Math.Min(GlanceRows, train.Length)))];
        _train = [.. _glance, .. train.Skip(GlanceRows).Chunk(RowsAtOnce).Select(rows => store.Gather(rows))];
        _heldOut = [.. heldOut.Chunk(RowsAtOnce).Select(rows => store.Gather(rows))];
    }

    internal MeasuredLosses Measure(JointNetwork network, IReadOnlyList<int> branches, bool glance = false) =>
        new(branches, PerRow(network, branches, glance ? _glance : _train), PerRow(network, branches, _heldOut));

    internal bool HasNoHeldOutRows => _heldOut.Length == 0;

    /// <summary>Per branch the mean of <see cref="Loss.TrueScore"/> on the training rows; of errors the negative, so that more is better.</summary>
    internal double[] TrueScores(JointNetwork network, IReadOnlyList<int> branches)
    {
        var scores = Collect(network, branches, _train, (prediction, batch) => _loss.TrueScore(prediction, batch.Targets));
        return [.. scores.Select(rows => _loss.Task == LearningTask.Regression ? -rows.Average() : rows.Average())];
    }

    /// <summary>The held-out rows' predictions as the answer reads them: [branch][row x output].</summary>
    internal double[][] HeldOutPredictions(JointNetwork network, IReadOnlyList<int> branches) =>
        Collect(network, branches, _heldOut, (prediction, _) => prediction);

    public void Dispose()
    {
        foreach (var batch in _train.Concat(_heldOut))
        {
            foreach (var input in batch.Inputs)
                input.Dispose();
            batch.Targets.Dispose();
        }
    }

    private double[][] PerRow(JointNetwork network, IReadOnlyList<int> branches, Batch[] batches) =>
        Collect(network, branches, batches, (prediction, batch) => _loss.PerRow(prediction, batch.Targets));

    private static double[][] Collect(JointNetwork network, IReadOnlyList<int> branches, Batch[] batches, Func<Tensor, Batch, Tensor> read)
    {
        using var grad = no_grad();
        var parts = branches.Select(_ => new List<double[]>()).ToArray();
        foreach (var batch in batches)
        {
            using var scope = NewDisposeScope();
            var predictions = network.Forward(batch.Inputs, branches);
            for (int b = 0; b < parts.Length; b++)
                parts[b].Add(read(predictions[b], batch).ToDoubles());
        }
        return [.. parts.Select(p => p.SelectMany(x => x).ToArray())];
    }
}

/// <summary>Losses per row.</summary>
/// <param name="Branches">The branches measured.</param>
/// <param name="Train">Per branch, the training rows'.</param>
/// <param name="HeldOut">Per branch, the held-out rows'; empty arrays without held-out rows.</param>
internal sealed record MeasuredLosses(IReadOnlyList<int> Branches, double[][] Train, double[][] HeldOut)
{
    internal double[] TrainMeans => [.. Train.Select(rows => rows.Average())];

    internal double[] HeldOutMeans => HeldOut.All(rows => rows.Length > 0) ? [.. HeldOut.Select(rows => rows.Average())] : [];

    internal double[] TrainOf(int branch) => Train[IndexOf(branch)];

    internal double[] HeldOutOf(int branch) => HeldOut[IndexOf(branch)];

    private int IndexOf(int branch)
    {
        for (int i = 0; i < Branches.Count; i++)
        {
            if (Branches[i] == branch)
                return i;
        }
        throw new ArgumentOutOfRangeException(nameof(branch));
    }
}
