namespace GBlend.MLNet;

/// <summary>
/// A view of an epoch to come and of the network before it, for <see cref="BalanceStrategy.OnEpoch"/>. It is valid until that method returns: what is
/// asked of it later throws an <see cref="InvalidOperationException"/>.
/// </summary>
public sealed class EpochView
{
    private readonly IStrategyServices _training;
    private bool _hasEnded;

    internal EpochView(IStrategyServices training, int epoch) => (_training, Epoch) = (training, epoch);

    /// <summary>The epoch to come, counted from zero.</summary>
    public int Epoch { get; }

    /// <summary>The number of epochs of the run.</summary>
    public int NumberOfEpochs => Training.NumberOfEpochs;

    /// <summary>The names of the modalities' columns, in order.</summary>
    public IReadOnlyList<string> Modalities => Training.Modalities;

    /// <summary>The task that the network is trained for.</summary>
    public LearningTask Task => Training.Task;

    /// <summary>
    /// The mean losses of the network as it is now on a sample of the training rows, one per branch, the modalities in order and the joint branch
    /// last; NaN for a branch that the network does not have.
    /// </summary>
    public IReadOnlyList<double> TrainLosses => Training.MeanLosses(heldOut: false);

    /// <summary>
    /// The mean losses of the network as it is now on the held-out rows, one per branch, the modalities in order and the joint branch last; NaN for a
    /// branch that the network does not have.
    /// </summary>
    /// <exception cref="InvalidOperationException">
    /// No rows are held out. This can't happen to a strategy whose <see cref="BalanceStrategy.Needs"/> have <see cref="StrategyNeeds.HeldOutRows"/>.
    /// </exception>
    public IReadOnlyList<double> HeldOutLosses => Training.MeanLosses(heldOut: true);

    /// <summary>
    /// Estimates blending weights by the paper's GB-Estimate (Algorithm 1): trains a copy of every branch alone for some epochs, from the network as
    /// it is now, and weighs each branch by its generalization and overfitting. The strategy must need <see cref="StrategyNeeds.Heads"/> and
    /// <see cref="StrategyNeeds.HeldOutRows"/>.
    /// </summary>
    /// <param name="epochs">The number of epochs, at least 1; where fewer epochs are left in the run, only those are trained.</param>
    /// <param name="guards">The guards of the estimate; by default a new <see cref="BlendingGuards"/>.</param>
    /// <returns>The weights with their reasons, which the history keeps too.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="epochs"/> is below 1.</exception>
    /// <exception cref="InvalidOperationException">The network has no heads of single modalities, or no rows are held out.</exception>
    public BlendingEstimate Estimate(int epochs, BlendingGuards? guards = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(epochs, 1);
        return Training.Estimate(Epoch, Math.Min(epochs, NumberOfEpochs - Epoch), guards ?? new BlendingGuards());
    }

    /// <summary>
    /// The scores of the uni-modal networks, one per modality, where more is better: the mean probability that a network gives to the truth on a
    /// sample of the training rows (multi-label: to the true state of each label; regression: minus the mean squared error). The strategy must need
    /// <see cref="StrategyNeeds.UniModalRuns"/>.
    /// </summary>
    /// <exception cref="InvalidOperationException">The strategy did not ask for uni-modal runs.</exception>
    public IReadOnlyList<double> UniModalScores => Training.UniModal.Scores;

    /// <summary>
    /// Copies the weights of the uni-modal networks' encoders into the encoders of this network. The strategy must need
    /// <see cref="StrategyNeeds.UniModalRuns"/>.
    /// </summary>
    /// <exception cref="InvalidOperationException">The strategy did not ask for uni-modal runs.</exception>
    public void StartFromUniModalEncoders() => Training.StartFromUniModalEncoders();

    /// <summary>The epoch begins: the network is no longer what it was.</summary>
    internal void End() => _hasEnded = true;

    private IStrategyServices Training => !_hasEnded ? _training : throw new InvalidOperationException(
        $"This is the view of epoch {Epoch} (counted from 0), which has begun. A view is valid while OnEpoch runs: ask the one of the next epoch.");
}

/// <summary>What a view asks of the training behind it.</summary>
internal interface IStrategyServices
{
    int NumberOfEpochs { get; }

    IReadOnlyList<string> Modalities { get; }

    LearningTask Task { get; }

    UniModalNetworks UniModal { get; }

    void StartFromUniModalEncoders();

    IReadOnlyList<double> MeanLosses(bool heldOut);

    BlendingEstimate Estimate(int firstEpoch, int epochs, BlendingGuards guards);
}
