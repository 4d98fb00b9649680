namespace GBlend.MLNet;

/// <summary>An epoch to come, for <see cref="BalanceStrategy.OnEpoch"/>.</summary>
public sealed class EpochView
{
    private readonly IStrategyServices _services;

    internal EpochView(IStrategyServices services, int epoch) => (_services, Epoch) = (services, epoch);

    /// <summary>Counted from zero.</summary>
    public int Epoch { get; }

    /// <summary>The epochs of the run.</summary>
    public int NumberOfEpochs => _services.NumberOfEpochs;

    /// <summary>The columns of the modalities, in order.</summary>
    public IReadOnlyList<string> Modalities => _services.Modalities;

    /// <summary>The task.</summary>
    public LearningTask Task => _services.Task;

    /// <summary>Per branch (modalities in order, joint last) the mean loss on a sample of the training rows as the network is now; NaN for a branch that the network has not.</summary>
    public IReadOnlyList<double> TrainLosses => _services.MeanLosses(heldOut: false);

    /// <summary>The same on the held-out rows.</summary>
    /// <exception cref="InvalidOperationException">No rows are held out. A strategy whose <see cref="BalanceStrategy.Needs"/> have <see cref="StrategyNeeds.HeldOutRows"/> never meets that.</exception>
    public IReadOnlyList<double> HeldOutLosses => _services.MeanLosses(heldOut: true);

    /// <summary>
    /// The paper's GB-Estimate (Algorithm 1): trains a copy of every branch alone for some epochs, from the network as it is, and weighs
    /// each by its generalization and overfitting. Needs heads and held-out rows.
    /// </summary>
    /// <param name="epochs">The epochs, at least 1; no more than are left count.</param>
    /// <param name="guards">See <see cref="BlendingGuards"/>; <see langword="null"/> for the defaults.</param>
    /// <returns>The weights with their reasons; also kept in the history.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="epochs"/> is below 1.</exception>
    public BlendingEstimate Estimate(int epochs, BlendingGuards? guards = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(epochs, 1);
        return _services.Estimate(Epoch, Math.Min(epochs, NumberOfEpochs - Epoch), guards ?? new BlendingGuards());
    }

    /// <summary>
    /// Per modality how good a network of it alone is: the mean probability it gives to the truth on the training rows (multi-label: to each
    /// label's state; regression: minus the mean squared error). Needs <see cref="StrategyNeeds.UniModalRuns"/>.
    /// </summary>
    /// <exception cref="InvalidOperationException">The strategy did not ask for uni-modal runs.</exception>
    public IReadOnlyList<double> UniModalScores => _services.UniModal.Scores;

    /// <summary>Puts the encoders of the uni-modal networks into this network. Needs <see cref="StrategyNeeds.UniModalRuns"/>.</summary>
    /// <exception cref="InvalidOperationException">The strategy did not ask for uni-modal runs.</exception>
    public void StartFromUniModalEncoders() => _services.UniModal.CopyEncodersTo(_services.Network);
}

/// <summary>What a view asks of the training behind it.</summary>
internal interface IStrategyServices
{
    int NumberOfEpochs { get; }

    IReadOnlyList<string> Modalities { get; }

    LearningTask Task { get; }

    JointNetwork Network { get; }

    UniModalNetworks UniModal { get; }

    IReadOnlyList<double> MeanLosses(bool heldOut);

    BlendingEstimate Estimate(int firstEpoch, int epochs, BlendingGuards guards);
}
