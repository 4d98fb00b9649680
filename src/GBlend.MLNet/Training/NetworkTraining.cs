using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace GBlend.MLNet;

/// <summary>One network of a fit and what trains it, epoch by epoch. Networks of one fit share the rows and nothing that is written.</summary>
internal sealed class NetworkTraining : IStrategyServices, IDisposable
{
    private readonly FitContext _fit;
    private readonly PlannedNetwork _planned;
    private readonly BranchTrainer _trainer;
    private readonly List<BlendingEstimate> _newEstimates = [];
    private GradientBlendingEstimator? _estimator;
    private UniModalTraining? _preparation;
    private UniModalNetworks? _uniModal;
    private EpochUnderWay? _underWay;
    private JsonObject? _strategyBeforePlan;
    private (MeasuredLosses Losses, bool IsGlance, int Version)? _measured;

    /// <param name="fit">What it shares with the others.</param>
    /// <param name="planned">Its plan.</param>
    /// <param name="network">The network as it begins; owned from now on.</param>
    internal NetworkTraining(FitContext fit, PlannedNetwork planned, JointNetwork network)
    {
        (_fit, _planned, Network) = (fit, planned, network);
        _trainer = new BranchTrainer(Network, fit.Settings, fit.Loss);
    }

    internal JointNetwork Network { get; }

    public int NumberOfEpochs => _fit.Settings.NumberOfEpochs;

    public IReadOnlyList<string> Modalities => [.. Shape.Modalities.Select(m => m.Column)];

    public LearningTask Task => _fit.Loss.Task;

    private NetworkShape Shape => _planned.Shape;

    private BalanceStrategy Strategy => _planned.Strategy;

    /// <summary>Trains one epoch and measures the losses after it.</summary>
    internal NetworkEpoch Train(int epoch)
    {
        using var threads = new TorchThreadScope(_fit.NumberOfThreads);
        return _fit.Checkpointing.Train(() =>
        {
            int firstStep = _underWay?.Epoch == epoch ? _trainer.StepsDone : 0;
            var (_, plan, estimates) = _underWay = _underWay?.Epoch == epoch ? _underWay : Begin(epoch);
            _trainer.SetPlan(plan);
            var steps = StrategySteps.For(Strategy, Network, _fit.Loss, _uniModal, epoch, NumberOfEpochs, _fit.Settings.SeedOf("strategy", epoch));
            _fit.TrainEpoch(_trainer, epoch, TrainingPhase.Training, _fit.Settings.SeedOf("epoch", epoch), firstStep, steps);
            var losses = _fit.Meter.Measure(Network, Shape.Branches, glance: true, keepsPredictions: _fit.FollowsAnswer);
            _measured = (losses, true, Network.Parameters.Version);
            return new NetworkEpoch([.. Shape.Branches.Select(b => plan.Weights[b])], losses, estimates);
        });
    }

    private EpochUnderWay Begin(int epoch)
    {
        _newEstimates.Clear();
        _strategyBeforePlan = Strategy.SaveState();
        var view = new EpochView(this, epoch);
        var plan = CheckedPlan(Strategy.OnEpoch(view));
        view.End();
        _strategyBeforePlan = null;
        return new(epoch, plan, [.. _newEstimates]);
    }

    /// <summary>
    /// Trains the joint head from its start again, on the encoders as they are, and keeps it unless the held-out rows say that the one before was
    /// better.
    /// </summary>
    /// <returns>Whether the new one is kept.</returns>
    internal bool RefitJointHead()
    {
        if (!Shape.HasJoint)
            return false;
        using var threads = new TorchThreadScope(_fit.NumberOfThreads);
        double? before = HeldOutLossOfJoint();
        using var old = _planned.Create();
        old.Parts.Joint.CopyFrom(Network.Parts.Joint);
        TrainJointHead();
        double? after = HeldOutLossOfJoint();
        string epochs = $"The head of {Shape.JointName} was trained again for {_fit.Settings.RefitJointHeadEpochs} epochs on the encoders as they are";
        if (before is null)
        {
            _fit.Progress.Info($"{epochs}. No rows are held out that could say whether it is better than before.");
            return true;
        }
        bool isBetter = after < before;
        if (!isBetter)
            Network.Parts.Joint.CopyFrom(old.Parts.Joint);
        _fit.Progress.Info(string.Create(
            CultureInfo.InvariantCulture,
            $"{epochs}: its held-out loss was {before:0.000} and is {after:0.000}, so that "
            + $"{(isBetter ? "it replaces the one before" : "the one before stays")}."));
        return isBetter;
    }

    private double? HeldOutLossOfJoint() =>
        _fit.Meter.HasNoHeldOutRows ? null : _fit.Meter.Measure(Network, [Shape.JointBranch], glance: true).HeldOutMeans[0];

    /// <summary>A training of its own, with the schedule over its own epochs.</summary>
    private void TrainJointHead()
    {
        using (var fresh = _planned.Create())
            Network.Parts.Joint.CopyFrom(fresh.Parts.Joint);
        using var trainer = new BranchTrainer(Network, _fit.Settings, _fit.Loss);
        int k = Shape.Modalities.Count;
        trainer.SetPlan(new EpochPlan([.. Enumerable.Repeat(0.0, k), 1]) { FrozenEncoders = [.. Enumerable.Repeat(true, k)] });
        int epochs = _fit.Settings.RefitJointHeadEpochs;
        for (int epoch = 0; epoch < epochs; epoch++)
        {
            double rate = _fit.Settings.LearningRate * _fit.Settings.LearningRateSchedule.Factor(epoch, epochs);
            var pass = new EpochPass(_fit.Rows.OrderOf(epoch), _fit.Rows.DrawOf(NumberOfEpochs + epoch), _fit.Settings.SeedOf("refit", epoch), rate);
            trainer.TrainEpoch(_fit.Store, pass, rows => _fit.Progress.OnBatch(TrainingPhase.Training, rows));
        }
    }

    public IReadOnlyList<double> MeanLosses(bool heldOut)
    {
        if (heldOut && _fit.Meter.HasNoHeldOutRows)
            throw new InvalidOperationException($"{Strategy.GetType().Name} reads HeldOutLosses, but no rows are held out. Set ValidationFraction, "
                + $"SamplingKeyColumnName or HoldOutColumnName, and add StrategyNeeds.HeldOutRows to its Needs.");
        double[] means = [.. Enumerable.Repeat(double.NaN, Shape.Modalities.Count + 1)];
        var losses = Measured(glanceIsEnough: true);
        var measured = heldOut ? losses.HeldOutMeans : losses.TrainMeans;
        for (int i = 0; i < measured.Length; i++)
            means[losses.Branches[i]] = measured[i];
        return means;
    }

    public BlendingEstimate Estimate(int firstEpoch, int epochs, BlendingGuards guards)
    {
        if (!Shape.HasHeads || _fit.Meter.HasNoHeldOutRows)
            throw new InvalidOperationException($"{Strategy.GetType().Name} asks for an estimate, which needs heads and held-out rows. Add StrategyNeeds.Heads "
                + $"and StrategyNeeds.HeldOutRows to its Needs.");
        _estimator ??= new GradientBlendingEstimator(_fit, _planned.Create);
        var estimate = _fit.Checkpointing.StandStill(() => _estimator.Estimate(Network, Measured(glanceIsEnough: false), firstEpoch, epochs, guards));
        _newEstimates.Add(estimate);
        return estimate;
    }

    public void StartFromUniModalEncoders()
    {
        UniModal.CopyEncodersTo(Network);
        _trainer.ForgetEncoders();
    }

    public UniModalNetworks UniModal => _uniModal ?? throw UniModalNetworks.NotAskedFor();

    /// <summary>Whether uni-modal networks are to be trained before the first epoch.</summary>
    internal bool IsToPrepare => Strategy.Needs.HasFlag(StrategyNeeds.UniModalRuns) && _uniModal is null;

    /// <summary>Before the first epoch: an epoch of the uni-modal networks.</summary>
    internal void Prepare()
    {
        using var threads = new TorchThreadScope(_fit.NumberOfThreads);
        _fit.Checkpointing.Train(() =>
        {
            _preparation ??= new UniModalTraining(_fit, _planned.CreateUniModal());
            if (_preparation.EpochsDone < NumberOfEpochs)
                _preparation.TrainEpoch();
            if (_preparation.EpochsDone < NumberOfEpochs)
                return false;
            _uniModal = _preparation.Finish();
            _preparation.Dispose();
            _preparation = null;
            return true;
        });
    }

    /// <summary>All that it needs to go on; tensors become parts.</summary>
    /// <param name="epoch">The epoch that is under way, or is next.</param>
    /// <param name="index">Which of the networks of the run it is.</param>
    /// <param name="parts">Receives the parts.</param>
    internal JsonObject Save(int epoch, int index, ICollection<CheckpointPart> parts)
    {
        parts.Add(_trainer.ToPart(PartOf(index)));
        var state = new JsonObject { ["strategy"] = (_strategyBeforePlan ?? Strategy.SaveState())?.DeepClone() };
        if (_preparation is not null)
            state["preparation"] = _preparation.Save(PartOfTeachers(index), parts);
        if (_uniModal is not null)
            state["teachers"] = _uniModal.Save(PartOfTeachers(index), parts);
        if (_underWay is { } underWay && underWay.Epoch == epoch && _strategyBeforePlan is null)
        {
            state["plan"] = JsonSerializer.SerializeToNode(underWay.Plan, ModelFile.Json);
            state["estimates"] = JsonSerializer.SerializeToNode(underWay.Estimates, ModelFile.Json);
            state["stepsDone"] = _trainer.StepsDone;
        }
        return state;
    }

    /// <summary>Goes on from what <see cref="Save"/> gave.</summary>
    internal void Load(int epoch, int index, JsonObject state, CheckpointFolder folder)
    {
        bool isInEpoch = state.Has("plan");
        _trainer.Load(folder.ReadTensors(PartOf(index)), isInEpoch ? state.Whole("stepsDone") : 0);
        if (state.Has("strategy"))
            Strategy.LoadState(state.Object("strategy"));
        if (state.Has("preparation"))
            (_preparation = new UniModalTraining(_fit, _planned.CreateUniModal())).Load(state.Object("preparation"), folder.ReadTensors(PartOfTeachers(index)));
        if (state.Has("teachers"))
            _uniModal = UniModalNetworks.Load(_planned.CreateUniModal(), state.Object("teachers"), folder.ReadTensors(PartOfTeachers(index)));
        if (isInEpoch)
            _underWay = new(epoch, CheckedPlan(state.Object("plan").Deserialize<EpochPlan>(ModelFile.Json)!),
                state["estimates"].Deserialize<BlendingEstimate[]>(ModelFile.Json)!);
    }

    private static string PartOf(int index) => $"network.{index}.safetensors";

    private static string PartOfTeachers(int index) => $"teachers.{index}.safetensors";

    public void Dispose()
    {
        _trainer.Dispose();
        _estimator?.Dispose();
        _preparation?.Dispose();
        _uniModal?.Dispose();
        Network.Dispose();
    }

    /// <summary>The losses of the network as it is now.</summary>
    /// <param name="glanceIsEnough">Whether some of the training rows are enough.</param>
    private MeasuredLosses Measured(bool glanceIsEnough)
    {
        if (_measured is not { } measured || measured.Version != Network.Parameters.Version || (measured.IsGlance && !glanceIsEnough))
            _measured = measured = (_fit.Meter.Measure(Network, Shape.Branches, glanceIsEnough), glanceIsEnough, Network.Parameters.Version);
        return measured.Losses;
    }

    /// <summary>A user's strategy may be wrong.</summary>
    private EpochPlan CheckedPlan(EpochPlan plan)
    {
        int k = Shape.Modalities.Count;
        string who = Strategy.GetType().Name;
        if (plan is null || plan.Weights.Count != k + 1)
            throw new InvalidOperationException(
                $"{who}.OnEpoch gave {(plan is null ? "no plan" : plan.Weights.Count == 1 ? "1 weight" : $"{plan.Weights.Count} weights")}, but {k} modalities "
                + $"and the joint branch need {k + 1}: one per modality in order, the joint branch last.");
        if (plan.FrozenEncoders is { } frozen && frozen.Count != k)
            throw new InvalidOperationException($"{who}.OnEpoch gave {frozen.Count} FrozenEncoders, but there are {k} modalities.");
        if (Enumerable.Range(0, k + 1).Any(b => plan.Weights[b] != 0 && !Shape.Branches.Contains(b)))
        {
            throw new InvalidOperationException(Shape.HasHeads
                ? $"{who}.OnEpoch gave weight to the joint branch, which a network of a single modality does not have."
                : $"{who}.OnEpoch gave weight to heads of modalities, which the network does not have. Add StrategyNeeds.Heads to its Needs, or give weight to "
                    + $"the joint branch alone.");
        }
        return plan;
    }
}

/// <summary>What an epoch of one network came to.</summary>
/// <param name="Weights">Per branch of the network.</param>
/// <param name="Losses">After the epoch.</param>
/// <param name="Estimates">Made before it.</param>
internal sealed record NetworkEpoch(double[] Weights, MeasuredLosses Losses, IReadOnlyList<BlendingEstimate> Estimates);

/// <summary>An epoch that has begun.</summary>
/// <param name="Epoch">The epoch.</param>
/// <param name="Plan">What is trained in it.</param>
/// <param name="Estimates">Made before it.</param>
internal sealed record EpochUnderWay(int Epoch, EpochPlan Plan, IReadOnlyList<BlendingEstimate> Estimates);
