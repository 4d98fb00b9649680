using TorchSharp;
using static TorchSharp.torch;

namespace GBlend.MLNet;

/// <summary>Trains some branches of one network: their weighted losses, an optimizer, nothing else. One epoch a call.</summary>
internal sealed class BranchTrainer : IDisposable
{
    private readonly JointNetwork _network;
    private readonly TrainingSettings _settings;
    private readonly Loss _loss;
    private readonly NetworkOptimizer _optimizer;
    private readonly BlendedBackward _blended;
    private EpochPlan? _plan;
    private int[] _branches = [];
    private GradientCuts _cuts;
    private double[] _weights = [];
    private ParameterSegment[][] _clipped = [];

    internal BranchTrainer(JointNetwork network, TrainingSettings settings, Loss loss)
    {
        (_network, _settings, _loss) = (network, settings, loss);
        _optimizer = NetworkOptimizer.Create(settings.Optimizer, settings.WeightDecay, network.Parameters);
        _blended = new BlendedBackward(network, loss, settings.LossPrecision);
    }

    /// <summary>The branches that are trained now.</summary>
    internal IReadOnlyList<int> Branches => _branches;

    /// <summary>
    /// Says what is trained from now on. A part keeps the optimizer state it has; parts that no branch with a weight uses don't move.
    /// </summary>
    /// <param name="plan">A weight per modality, the joint branch last; those of branches that the network has not must be 0.</param>
    /// <param name="clipApart">
    /// Whether gradients are clipped branch by branch, as if each were trained alone (they must share no part), or all together.
    /// </param>
    internal void SetPlan(EpochPlan plan, bool clipApart = false)
    {
        if (ReferenceEquals(plan, _plan))
            return;
        _plan = plan;
        _cuts = new GradientCuts(plan.FrozenEncoders, plan.DetachJoint, plan.DetachHeads);
        _branches = [.. _network.Shape.Branches.Where(b => plan.Weights[b] > 0)];
        _weights = [.. _branches.Select(b => plan.Weights[b] * plan.LossScale)];
        _blended.SetWeights(_branches, _weights);
        var groups = _branches.Select(b => _network.LearningSegments(b, _cuts).ToArray()).ToArray();
        ParameterSegment[] learning = [.. groups.SelectMany(g => g).Distinct()];
        _clipped = clipApart ? groups : [learning];
        _optimizer.SetLearning(learning);
    }

    /// <summary>Has the encoders begin as if they had taken no step, because their parameters are now others.</summary>
    internal void ForgetEncoders() => _optimizer.Forget([.. Enumerable.Range(0, _network.Shape.Modalities.Count).Select(_network.Parts.Encoder)]);

    /// <summary>One pass over the rows in the order given.</summary>
    /// <param name="store">The rows.</param>
    /// <param name="order">Row numbers.</param>
    /// <param name="draw">The seed of what is random about the rows in this epoch.</param>
    /// <param name="learningRate">The rate of this epoch.</param>
    /// <param name="onBatch">Called before every batch with its row count; throws to stop.</param>
    /// <param name="steps">What a strategy does in every step; <see langword="null"/> when there is no more to it than the weights.</param>
    internal void TrainEpoch(RowStore store, int[] order, int draw, double learningRate, Action<long> onBatch, StrategySteps? steps = null)
    {
        _network.Train(true, _cuts);
        bool beginsStep = true;
        foreach (var batch in store.Batches(order, _settings.BatchSize, draw, _settings.MicroBatchSize))
        {
            onBatch(batch.Rows);
            if (beginsStep)
                _optimizer.ZeroGradients();
            bool shapesBackward = steps?.ShapesBackward == true;
            var pass = _network.Pass(batch.Inputs, _branches, _cuts, withHeads: shapesBackward);
            var predictions = pass.Predictions;
            if (shapesBackward)
                steps!.Backward(_branches, _cuts, batch, pass, _weights);
            else
                predictions = _blended.Run(pass, _cuts, batch);
            steps?.AfterBackward(_branches, _cuts, batch, predictions);
            using var grad = no_grad();
            _optimizer.AddGradients();
            beginsStep = batch.EndsStep;
            if (!beginsStep)
                continue;
            if (_settings.GradientClipping > 0)
                Array.ForEach(_clipped, Clip);
            _optimizer.Step(learningRate);
        }
        _network.Train(false);
    }

    public void Dispose()
    {
        _optimizer.Dispose();
        _blended.Dispose();
    }

    private void Clip(ParameterSegment[] segments)
    {
        double norm = Math.Sqrt(segments.Sum(s => s.StepGradient.square().sum().ToDouble()));
        if (norm <= _settings.GradientClipping)
            return;
        using Scalar shrink = _settings.GradientClipping / norm;
        foreach (var segment in segments)
            segment.StepGradient.mul_(shrink);
    }
}
