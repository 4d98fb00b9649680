using System.Text.Json.Nodes;

namespace GBlend.MLNet;

/// <summary>The training of the networks of single modalities, before that of the network that they teach.</summary>
internal sealed class UniModalTraining : IDisposable
{
    private readonly FitContext _fit;
    private readonly JointNetwork _network;
    private readonly BranchTrainer _trainer;
    private bool _isInEpoch, _isGivenAway;

    internal UniModalTraining(FitContext fit, JointNetwork network)
    {
        (_fit, _network) = (fit, network);
        _trainer = new BranchTrainer(network, fit.Settings, fit.Loss);
        _trainer.SetPlan(new EpochPlan([.. Enumerable.Repeat(1.0, network.Shape.Modalities.Count), 0]), clipApart: true);
    }

    internal int EpochsDone { get; private set; }

    /// <summary>Trains the next epoch, or what is left of it.</summary>
    internal void TrainEpoch()
    {
        int firstStep = _isInEpoch ? _trainer.StepsDone : 0;
        _isInEpoch = true;
        _fit.TrainEpoch(_trainer, EpochsDone, TrainingPhase.Preparing, _fit.Settings.SeedOf("uni-modal dropout", EpochsDone), firstStep);
        _isInEpoch = false;
        EpochsDone++;
    }

    /// <summary>Gives the networks away.</summary>
    internal UniModalNetworks Finish()
    {
        _isGivenAway = true;
        return new UniModalNetworks(_network, _fit.Meter.TrueScores(_network, _network.Shape.Branches));
    }

    /// <summary>Where the training is; its tensors become a part.</summary>
    internal JsonObject Save(string name, ICollection<CheckpointPart> parts)
    {
        parts.Add(_trainer.ToPart(name));
        return new JsonObject { ["epochsDone"] = EpochsDone, ["isInEpoch"] = _isInEpoch, ["stepsDone"] = _trainer.StepsDone };
    }

    /// <summary>Goes on from what <see cref="Save"/> gave.</summary>
    internal void Load(JsonObject state, StateDict tensors)
    {
        (EpochsDone, _isInEpoch) = (state.Whole("epochsDone"), state.Flag("isInEpoch"));
        _trainer.Load(tensors, state.Whole("stepsDone"));
    }

    public void Dispose()
    {
        _trainer.Dispose();
        if (!_isGivenAway)
            _network.Dispose();
    }
}
