using static TorchSharp.torch;

namespace GBlend.MLNet;

/// <summary>
/// Measures losses row by row in evaluation mode on two fixed sets of rows: a sample of the training rows and all held-out rows.
/// The same rows every time, so that differences between two measurements are paired. A glance, for the history of epochs between
/// estimates, takes only some of the training rows.
/// </summary>
internal sealed class LossMeter : IDisposable
{
    internal const int GlanceRows = 256;

    /// <summary>Rows that take no more than this are gathered once and kept.</summary>
    private const long KeptBytes = 64 << 20;

    private readonly RowStore _store;
    private readonly Loss _loss;
    private readonly double[]? _weights;
    private readonly IReadOnlyList<bool[]?>? _presence;
    private readonly int _rowsAtOnce;
    private readonly int[] _glance, _rest, _heldOut;
    private readonly Dictionary<int[], Batch[]> _kept = [];
    private readonly Lock _keeping = new();

    /// <param name="store">The rows.</param>
    /// <param name="train">The sample of training rows.</param>
    /// <param name="heldOut">The held-out rows.</param>
    /// <param name="loss">What is measured.</param>
    /// <param name="weights">How much each row of the store counts; <see langword="null"/> when all count alike.</param>
    /// <param name="presence">See <see cref="TrainingRows.Presence"/>.</param>
    /// <param name="rowsAtOnce">Rows per forward pass.</param>
    internal LossMeter(
        RowStore store, int[] train, int[] heldOut, Loss loss, double[]? weights, IReadOnlyList<bool[]?>? presence, int rowsAtOnce)
    {
        (_store, _loss, _weights, _presence, _rowsAtOnce) = (store, loss, weights, presence, rowsAtOnce);
        (_glance, _rest, _heldOut) = (train[..Math.Min(GlanceRows, train.Length)], train[Math.Min(GlanceRows, train.Length)..], heldOut);
    }

    /// <param name="network">What is measured.</param>
    /// <param name="branches">Its branches that are.</param>
    /// <param name="glance">Whether some of the training rows are enough.</param>
    /// <param name="keepsPredictions">Whether the predictions of the held-out rows are wanted too.</param>
    internal MeasuredLosses Measure(JointNetwork network, IReadOnlyList<int> branches, bool glance = false, bool keepsPredictions = false)
    {
        Reader[] readers = keepsPredictions ? [Losses, Predictions] : [Losses];
        int[][] trainRows = glance ? [_glance] : [_glance, _rest];
        var train = Collect(network, branches, trainRows, Losses)[0];
        var heldOut = Collect(network, branches, [_heldOut], readers);
        return new(branches, train, heldOut[0])
        {
            TrainWeights = WeightsOf(trainRows),
            HeldOutWeights = WeightsOf([_heldOut]),
            TrainPresence = PresenceOf(branches, trainRows),
            HeldOutPresence = PresenceOf(branches, [_heldOut]),
            HeldOutPredictions = keepsPredictions ? heldOut[1] : null,
        };
    }

    internal bool HasNoHeldOutRows => _heldOut.Length == 0;

    /// <summary>Per branch the mean of <see cref="Loss.TrueScore"/> on the training rows; of errors the negative, so that more is better.</summary>
    internal double[] TrueScores(JointNetwork network, IReadOnlyList<int> branches)
    {
        var scores = Collect(network, branches, [_glance, _rest], (prediction, batch) => _loss.TrueScore(prediction, batch.Targets))[0];
        double[]? weights = WeightsOf([_glance, _rest]);
        var presence = PresenceOf(branches, [_glance, _rest]);
        return [.. scores.Select((rows, b) => RowWeights.Mean(rows, RowWeights.Where(presence?[b], weights)))
            .Select(mean => _loss.Task == LearningTask.Regression ? -mean : mean)];
    }

    /// <summary>The held-out rows' predictions as the answer reads them: [branch][row x output].</summary>
    internal double[][] HeldOutPredictions(JointNetwork network, IReadOnlyList<int> branches) =>
        Collect(network, branches, [_heldOut], Predictions)[0];

    /// <summary>The held-out rows as the joint branch of a network reads them.</summary>
    internal EncodedRows Encode(JointNetwork network)
    {
        using var grad = no_grad();
        var batches = new List<Tensor[]>();
        foreach (var batch in Batches(_heldOut))
        {
            using var scope = NewDisposeScope();
            // A handle of its own where the features are what was read.
            batches.Add([.. network.JointFeatures(batch.Inputs, batch.Presence).Select(f => f.clone().DetachFromDisposeScope())]);
        }
        return new(network, batches);
    }

    public void Dispose()
    {
        foreach (var tensor in _kept.Values.SelectMany(b => b).SelectMany(b => b.Tensors))
            tensor.Dispose();
    }

    private double[]? WeightsOf(int[][] rows) => _weights is null ? null : [.. rows.SelectMany(r => r).Select(row => _weights[row])];

    private bool[]?[]? PresenceOf(IReadOnlyList<int> branches, int[][] rows) => _presence is null ? null
        : [.. branches.Select(b => (b < _presence.Count ? _presence[b] : null) is { } isThere
            ? rows.SelectMany(r => r).Select(row => isThere[row]).ToArray() : null)];

    private Tensor Losses(Tensor prediction, Batch batch) => _loss.PerRow(prediction, batch.Targets);

    private static Tensor Predictions(Tensor prediction, Batch batch) => prediction;

    /// <summary>What readers make of the predictions: [reader][branch][values of all rows].</summary>
    private double[][][] Collect(JointNetwork network, IReadOnlyList<int> branches, int[][] rows, params Reader[] readers)
    {
        using var grad = no_grad();
        var parts = readers.Select(_ => branches.Select(_ => new List<double[]>()).ToArray()).ToArray();
        foreach (var batch in rows.SelectMany(Batches))
        {
            using var scope = NewDisposeScope();
            var predictions = network.Forward(batch.Inputs, branches, batch.Presence);
            for (int b = 0; b < predictions.Length; b++)
            {
                for (int r = 0; r < readers.Length; r++)
                    parts[r][b].Add(readers[r](predictions[b], batch).ToDoubles());
            }
        }
        return [.. parts.Select(branch => branch.Select(p => p.SelectMany(x => x).ToArray()).ToArray())];
    }

    /// <summary>What is kept of a branch's predictions for a batch, row by row.</summary>
    private delegate Tensor Reader(Tensor prediction, Batch batch);

    /// <summary>The rows as they were gathered the first time they were measured; <see langword="null"/> when they are too many to keep.</summary>
    private Batch[]? Kept(int[] rows)
    {
        if ((_glance.Length + _rest.Length + _heldOut.Length) * _store.RowBytes > KeptBytes)
            return null;
        lock (_keeping)
        {
            if (!_kept.TryGetValue(rows, out var kept))
                _kept.Add(rows, kept = [.. rows.Chunk(_rowsAtOnce).Select(chunk => Detached(_store.Gather(chunk)))]);
            return kept;
        }
    }

    private static Batch Detached(Batch batch)
    {
        foreach (var tensor in batch.Tensors)
            tensor.DetachFromDisposeScope();
        return batch;
    }

    private IEnumerable<Batch> Batches(int[] rows)
    {
        if (Kept(rows) is not { } kept)
        {
            foreach (var batch in _store.Batches(rows, _rowsAtOnce))
                yield return batch;
            yield break;
        }
        foreach (var batch in kept)
        {
            using var scope = NewDisposeScope();
            yield return _store.Prepare(batch);
        }
    }
}

/// <summary>Losses per row.</summary>
/// <param name="Branches">The branches measured.</param>
/// <param name="Train">Per branch, the training rows'.</param>
/// <param name="HeldOut">Per branch, the held-out rows'; empty arrays without held-out rows.</param>
internal sealed record MeasuredLosses(IReadOnlyList<int> Branches, double[][] Train, double[][] HeldOut)
{
    /// <summary>Per branch what it predicts for the held-out rows, [row x output]; <see langword="null"/> when nobody asked.</summary>
    internal double[][]? HeldOutPredictions { get; init; }

    /// <summary>How much each measured training row counts; <see langword="null"/> when all count alike.</summary>
    internal double[]? TrainWeights { get; init; }

    /// <summary>How much each held-out row counts; <see langword="null"/> when all count alike.</summary>
    internal double[]? HeldOutWeights { get; init; }

    /// <summary>Per branch which of the measured training rows it reads; <see langword="null"/>, for a branch or for all, where it reads all.</summary>
    internal IReadOnlyList<bool[]?>? TrainPresence { get; init; }

    /// <summary>The same of the held-out rows.</summary>
    internal IReadOnlyList<bool[]?>? HeldOutPresence { get; init; }

    internal double[] TrainMeans => [.. Train.Select((rows, b) => RowWeights.Mean(rows, RowWeights.Where(TrainPresence?[b], TrainWeights)))];

    /// <summary>NaN for a branch that reads none of the held-out rows.</summary>
    internal double[] HeldOutMeans => HeldOut.All(rows => rows.Length > 0)
        ? [.. HeldOut.Select((rows, b) => RowWeights.Mean(rows, RowWeights.Where(HeldOutPresence?[b], HeldOutWeights)))] : [];

    internal double[] TrainOf(int branch) => Train[IndexOf(branch)];

    internal double[] HeldOutOf(int branch) => HeldOut[IndexOf(branch)];

    internal bool[]? TrainPresenceOf(int branch) => TrainPresence?[IndexOf(branch)];

    internal bool[]? HeldOutPresenceOf(int branch) => HeldOutPresence?[IndexOf(branch)];

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
