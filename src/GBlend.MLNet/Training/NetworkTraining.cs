namespace GBlend.MLNet;

/// <summary>One network of a fit and what trains it, epoch by epoch. Networks of one fit share the rows and nothing that is written.</summary>
internal sealed class NetworkTraining : IStrategyServices, IDisposable
{
    private readonly TrainingRun _run;
    private readonly NetworkPlan _plan;
    private readonly NetworkShape _shape;
    private readonly BalanceStrategy _strategy;
    private readonly BranchTrainer _trainer;
    private readonly List<BlendingEstimate> _newEstimates = [];
    private GradientBlendingEstimator? _estimator;
    private UniModalNetworks? _uniModal;
    private (MeasuredLosses Losses, bool IsGlance, int Version)? _measured;

    internal NetworkTraining(TrainingRun run, NetworkPlan plan, NetworkShape shape)
    {
        (_run, _plan, _shape) = (run, plan, shape);
        _strategy = plan.Strategy() ?? throw new InvalidOperationException("The function given to Blending.By made no strategy (null).");
        CheckNeeds(_strategy);
        if (run.Settings.MicroBatchSize < run.Settings.BatchSize && StrategySteps.HooksInto(_strategy))
            throw new ArgumentException($"MicroBatchSize is set, but {_strategy.GetType().Name} looks at whole batches in every step. Leave MicroBatchSize out, or take another blending.", nameof(TrainingSettings.MicroBatchSize));
        Network = Create();
        _trainer = new BranchTrainer(Network, run.Settings, run.Loss);
    }

    internal JointNetwork Network { get; }

    public int NumberOfEpochs => _run.Settings.NumberOfEpochs;

    public IReadOnlyList<string> Modalities => [.. _shape.Modalities.Select(m => m.Column)];

    public LearningTask Task => _run.Loss.Task;

    /// <summary>Passes over the training rows that this network takes in all.</summary>
    internal long Epochs => NumberOfEpochs + _strategy.ExtraEpochs(NumberOfEpochs);

    internal JointNetwork Create() => new(_shape, _plan.Start == 0 ? _run.SeedOf("network") : _run.SeedOf("network", _plan.Start), _run.Settings.Precision, _run.Device) { ReadsFeatures = _run.ReadsFeatures };

    /// <summary>Trains one epoch and measures the losses after it.</summary>
    internal NetworkEpoch Train(int epoch)
    {
        using var threads = new TorchThreadScope(_run.NumberOfThreads);
        _newEstimates.Clear();
        var plan = CheckedPlan(_strategy.OnEpoch(new EpochView(this, epoch)));
        _trainer.SetPlan(plan);
        Network.SeedDropout(_run.SeedOf("epoch", epoch));
        var steps = StrategySteps.For(_strategy, Network, _run.Loss, _uniModal, epoch, NumberOfEpochs, _run.SeedOf("strategy", epoch));
        _trainer.TrainEpoch(_run.Store, _run.OrderOf(epoch), _run.DrawOf(epoch), _run.LearningRateOf(epoch), rows => _run.OnBatch(TrainingPhase.Training, rows), steps);
        var losses = _run.Meter.Measure(Network, _shape.Branches, glance: true, keepsPredictions: _run.FollowsAnswer);
        _measured = (losses, true, Network.Parameters.Version);
        return new([.. _shape.Branches.Select(b => plan.Weights[b])], losses, [.. _newEstimates]);
    }

    /// <summary>
    /// Trains the joint head from its start again, on the encoders as they are, and keeps it unless the held-out rows say that the one before was
    /// better.
    /// </summary>
    /// <returns>Whether the new one is kept.</returns>
    internal bool RefitJointHead()
    {
        if (!_shape.HasJoint)
            return false;
        using var threads = new TorchThreadScope(_run.NumberOfThreads);
        double? before = HeldOutLossOfJoint();
        using var old = Create();
        old.JointSegment.CopyFrom(Network.JointSegment);
        TrainJointHead();
        double? after = HeldOutLossOfJoint();
        string epochs = $"The head of {_shape.JointName} was trained again for {_run.Settings.RefitJointHeadEpochs} epochs on the encoders as they are";
        if (before is null)
        {
            _run.Say($"{epochs}. No rows are held out that could say whether it is better than before.");
            return true;
        }
        bool isBetter = after < before;
        if (!isBetter)
            Network.JointSegment.CopyFrom(old.JointSegment);
        _run.Say(FormattableString.Invariant($"{epochs}: its held-out loss was {before:0.000} and is {after:0.000}, so that {(isBetter ? "it replaces the one before" : "the one before stays")}."));
        return isBetter;
    }

    private double? HeldOutLossOfJoint() =>
        _run.Meter.HasNoHeldOutRows ? null : _run.Meter.Measure(Network, [_shape.JointBranch], glance: true).HeldOutMeans[0];

    /// <summary>A training of its own, with the schedule over its own epochs.</summary>
    private void TrainJointHead()
    {
        using (var fresh = Create())
            Network.JointSegment.CopyFrom(fresh.JointSegment);
        using var trainer = new BranchTrainer(Network, _run.Settings, _run.Loss);
        int k = _shape.Modalities.Count;
        trainer.SetPlan(new EpochPlan([.. Enumerable.Repeat(0.0, k), 1]) { FrozenEncoders = [.. Enumerable.Repeat(true, k)] });
        int epochs = _run.Settings.RefitJointHeadEpochs;
        for (int epoch = 0; epoch < epochs; epoch++)
        {
            Network.SeedDropout(_run.SeedOf("refit", epoch));
            double rate = _run.Settings.LearningRate * _run.Settings.LearningRateSchedule.Factor(epoch, epochs);
            trainer.TrainEpoch(_run.Store, _run.OrderOf(epoch), _run.DrawOf(NumberOfEpochs + epoch), rate, rows => _run.OnBatch(TrainingPhase.Training, rows));
        }
    }

    public IReadOnlyList<double> MeanLosses(bool heldOut)
    {
        if (heldOut && _run.Meter.HasNoHeldOutRows)
            throw new InvalidOperationException($"{_strategy.GetType().Name} reads HeldOutLosses, but no rows are held out. Set ValidationFraction, SamplingKeyColumnName or HoldOutColumnName, and add StrategyNeeds.HeldOutRows to its Needs.");
        double[] means = [.. Enumerable.Repeat(double.NaN, _shape.Modalities.Count + 1)];
        var losses = Measured(glanceIsEnough: true);
        var measured = heldOut ? losses.HeldOutMeans : losses.TrainMeans;
        for (int i = 0; i < measured.Length; i++)
            means[losses.Branches[i]] = measured[i];
        return means;
    }

    public BlendingEstimate Estimate(int firstEpoch, int epochs, BlendingGuards guards)
    {
        if (!_shape.HasHeads || _run.Meter.HasNoHeldOutRows)
            throw new InvalidOperationException($"{_strategy.GetType().Name} asks for an estimate, which needs heads and held-out rows. Add StrategyNeeds.Heads and StrategyNeeds.HeldOutRows to its Needs.");
        _estimator ??= new GradientBlendingEstimator(_run, Create);
        var estimate = _estimator.Estimate(Network, Measured(glanceIsEnough: false), firstEpoch, epochs, guards);
        _newEstimates.Add(estimate);
        return estimate;
    }

    public void StartFromUniModalEncoders()
    {
        UniModal.CopyEncodersTo(Network);
        _trainer.ForgetEncoders();
    }

    public UniModalNetworks UniModal => _uniModal ?? throw UniModalNetworks.NotAskedFor();

    /// <summary>Before the first epoch: the uni-modal networks, if the strategy wants them.</summary>
    internal void Prepare()
    {
        if (_strategy.Needs.HasFlag(StrategyNeeds.UniModalRuns))
            _uniModal = TrainUniModal();
    }

    public void Dispose()
    {
        _trainer.Dispose();
        _estimator?.Dispose();
        _uniModal?.Dispose();
        Network.Dispose();
    }

    private UniModalNetworks TrainUniModal()
    {
        using var threads = new TorchThreadScope(_run.NumberOfThreads);
        var network = new JointNetwork(_shape with { HasHeads = true, HasJoint = false }, _run.SeedOf("uni-modal"), _run.Settings.Precision, _run.Device) { ReadsFeatures = _run.ReadsFeatures };
        try
        {
            using var trainer = new BranchTrainer(network, _run.Settings, _run.Loss);
            trainer.SetPlan(new EpochPlan([.. Enumerable.Repeat(1.0, _shape.Modalities.Count), 0]), clipApart: true);
            for (int epoch = 0; epoch < NumberOfEpochs; epoch++)
            {
                network.SeedDropout(_run.SeedOf("uni-modal dropout", epoch));
                trainer.TrainEpoch(_run.Store, _run.OrderOf(epoch), _run.DrawOf(epoch), _run.LearningRateOf(epoch), rows => _run.OnBatch(TrainingPhase.Preparing, rows));
            }
            return new UniModalNetworks(network, _run.Meter.TrueScores(network, network.Shape.Branches));
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    /// <summary>The losses of the network as it is now.</summary>
    /// <param name="glanceIsEnough">Whether some of the training rows are enough.</param>
    private MeasuredLosses Measured(bool glanceIsEnough)
    {
        if (_measured is not { } measured || measured.Version != Network.Parameters.Version || (measured.IsGlance && !glanceIsEnough))
            _measured = measured = (_run.Meter.Measure(Network, _shape.Branches, glanceIsEnough), glanceIsEnough, Network.Parameters.Version);
        return measured.Losses;
    }

    /// <summary>What a strategy overrides and does not ask for would silently not be called.</summary>
    private static void CheckNeeds(BalanceStrategy strategy)
    {
        foreach (var (method, need) in new[] { (nameof(BalanceStrategy.ExtraLoss), StrategyNeeds.ExtraLoss), (nameof(BalanceStrategy.Combine), StrategyNeeds.BothGradients) })
        {
            if (!strategy.Needs.HasFlag(need) && strategy.Overrides(method))
                throw new InvalidOperationException($"{strategy.GetType().Name} overrides {method}, but its Needs do not ask for it. Add StrategyNeeds.{need} to its Needs.");
        }
    }

    /// <summary>A user's strategy may be wrong.</summary>
    private EpochPlan CheckedPlan(EpochPlan plan)
    {
        int k = _shape.Modalities.Count;
        string who = _strategy.GetType().Name;
        if (plan is null || plan.Weights.Count != k + 1)
            throw new InvalidOperationException($"{who}.OnEpoch gave {plan?.Weights.Count ?? 0} weights, but {k} modalities and the joint branch need {k + 1}: one per modality in order, the joint branch last.");
        if (plan.FrozenEncoders is { } frozen && frozen.Count != k)
            throw new InvalidOperationException($"{who}.OnEpoch gave {frozen.Count} FrozenEncoders, but there are {k} modalities.");
        if (_shape.Branches.All(b => plan.Weights[b] == 0))
            throw new InvalidOperationException($"{who}.OnEpoch gave weight only to branches that the network has not. Give the joint branch weight, or add StrategyNeeds.Heads to its Needs.");
        return plan;
    }
}

/// <summary>What an epoch of one network came to.</summary>
/// <param name="Weights">Per branch of the network.</param>
/// <param name="Losses">After the epoch.</param>
/// <param name="Estimates">Made before it.</param>
internal sealed record NetworkEpoch(double[] Weights, MeasuredLosses Losses, IReadOnlyList<BlendingEstimate> Estimates);
