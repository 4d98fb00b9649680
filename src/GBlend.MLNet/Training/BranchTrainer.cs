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

    /// <summary>How many steps of the pass that is under way, or of the last one, are done.</summary>
    internal int StepsDone { get; private set; }

    /// <summary>One pass over rows.</summary>
    /// <param name="store">The rows.</param>
    /// <param name="pass">Which of them, in which order.</param>
    /// <param name="onBatch">Called before every batch with its row count; throws to stop.</param>
    /// <param name="betweenSteps">Called before every step, when the training can be saved; <see langword="null"/> for nothing.</param>
    /// <param name="steps">What a strategy does in every step; <see langword="null"/> when there is no more to it than the weights.</param>
    internal void TrainEpoch(RowStore store, EpochPass pass, Action<long> onBatch, Action? betweenSteps = null, StrategySteps? steps = null)
    {
        StepsDone = pass.FirstStep;
        if (StepsDone == 0)
            _network.SeedDropout(pass.DropoutSeed);
        _network.Train(true, _cuts);
        bool beginsStep = true;
        foreach (var batch in store.Batches(pass.Order, _settings.BatchSize, pass.Draw, _settings.MicroBatchSize, StepsDone))
        {
            if (beginsStep)
                betweenSteps?.Invoke();
            onBatch(batch.Rows);
            if (beginsStep)
            {
                _optimizer.ZeroGradients();
                steps?.Begin(StepsDone);
            }
            bool shapesBackward = steps?.ShapesBackward == true;
            var forward = _network.Pass(batch.Inputs, _branches, _cuts, withHeads: shapesBackward, batch.Presence, batch.Heard);
            var predictions = forward.Predictions;
            if (shapesBackward)
                steps!.Backward(_branches, _cuts, batch, forward, _weights);
            else
                predictions = _blended.Run(forward, _cuts, batch);
            steps?.AfterBackward(_branches, _cuts, batch, predictions);
            using var grad = no_grad();
            _optimizer.AddGradients();
            beginsStep = batch.EndsStep;
            if (!beginsStep)
                continue;
            if (_settings.GradientClipping > 0)
                Array.ForEach(_clipped, Clip);
            _optimizer.Step(pass.LearningRate);
            StepsDone++;
        }
        _network.Train(false);
    }

    /// <summary>
    /// The network and the optimizer's state as a part of a checkpoint: between two steps, all that changes but <see cref="StepsDone"/>.
    /// </summary>
    internal CheckpointPart ToPart(string name) => new(name, _network.Parameters.Version, stream =>
        new StateDict([.. _network.Save(), .. _optimizer.Save(AllParts)]).Save(stream));

    /// <summary>Goes on from such a part. To be called before the first plan, or with the plan that it had.</summary>
    internal void Load(StateDict state, int stepsDone)
    {
        _network.Load(state);
        _optimizer.Load(state, AllParts);
        StepsDone = stepsDone;
    }

    private ParameterSegment[] AllParts => [.. _network.Parts.Select(part => part.Segment)];

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
