using TorchSharp;
using static TorchSharp.torch;

namespace GBlend.MLNet;

/// <summary>Trains some branches of one network: their weighted losses, an optimiser per part, nothing else. One epoch a call.</summary>
internal sealed class BranchTrainer : IDisposable
{
    private readonly JointNetwork _network;
    private readonly TrainingSettings _settings;
    private readonly Loss _loss;
    private readonly Dictionary<ParameterSegment, SegmentOptimizer> _optimizers = [];
    private int[] _branches = [];
    private bool _freezeEncoders;
    private Tensor[] _weights = [];
    private ParameterSegment[] _learning = [];
    private ParameterSegment[][] _clipped = [];

    internal BranchTrainer(JointNetwork network, TrainingSettings settings, Loss loss) => (_network, _settings, _loss) = (network, settings, loss);

    /// <summary>
    /// Says what is trained from now on. A part keeps the optimiser state it has; parts that no branch with a weight uses don't move.
    /// </summary>
    /// <param name="weights">Per branch of the network's shape; a branch of weight 0 is left out.</param>
    /// <param name="clipApart">Whether gradients are clipped branch by branch, as if each were trained alone (they must share no part), or all together.</param>
    /// <param name="freezeEncoders">Whether encoders stay as they are and only heads and fusion learn.</param>
    internal void SetWeights(IReadOnlyList<(int Branch, double Weight)> weights, bool clipApart = false, bool freezeEncoders = false)
    {
        _freezeEncoders = freezeEncoders;
        var live = weights.Where(w => w.Weight > 0).ToArray();
        Array.ForEach(_weights, w => w.Dispose());
        _branches = [.. live.Select(w => w.Branch)];
        _weights = [.. live.Select(w => tensor(w.Weight, _settings.Precision, _network.Device).DetachFromDisposeScope())];
        var groups = _branches.Select(b => _network.LearningSegments(b, freezeEncoders).ToArray()).ToArray();
        _learning = [.. groups.SelectMany(g => g).Distinct()];
        _clipped = clipApart ? groups : [_learning];
        foreach (var segment in _learning)
        {
            if (!_optimizers.ContainsKey(segment))
                _optimizers.Add(segment, SegmentOptimizer.Create(_settings.Optimizer, _settings.WeightDecay, segment));
        }
    }

    /// <summary>One pass over the rows in the order given.</summary>
    /// <param name="store">The rows.</param>
    /// <param name="order">Row numbers.</param>
    /// <param name="draw">The seed of what is random about the rows in this epoch.</param>
    /// <param name="learningRate">The rate of this epoch.</param>
    /// <param name="onBatch">Called before every batch with its row count; throws to stop.</param>
    internal void TrainEpoch(RowStore store, int[] order, int draw, double learningRate, Action<long> onBatch)
    {
        _network.Train(true, _freezeEncoders);
        foreach (var batch in store.Batches(order, _settings.BatchSize, draw))
        {
            onBatch(batch.Rows);
            foreach (var segment in _learning)
                segment.Gradient.zero_();
            var losses = _network.Forward(batch.Inputs, _branches, _freezeEncoders).Select(p => _loss.Mean(p, batch.Targets)).ToArray();
            autograd.backward(losses, _weights);
            using var grad = no_grad();
            if (_settings.GradientClipping > 0)
                Array.ForEach(_clipped, Clip);
            foreach (var segment in _learning)
                _optimizers[segment].Step(learningRate);
        }
        _network.Train(false);
    }

    public void Dispose()
    {
        foreach (var optimizer in _optimizers.Values)
            optimizer.Dispose();
        Array.ForEach(_weights, w => w.Dispose());
    }

    private void Clip(ParameterSegment[] segments)
    {
        double norm = Math.Sqrt(segments.Sum(s => s.Gradient.square().sum().ToDouble()));
        if (norm <= _settings.GradientClipping)
            return;
        using Scalar shrink = _settings.GradientClipping / norm;
        foreach (var segment in segments)
            segment.Gradient.mul_(shrink);
    }
}
