namespace GBlend.MLNet;

/// <summary>A view of a step whose gradients are computed, for <see cref="BalanceStrategy.OnStep"/>.</summary>
/// <param name="Epoch">The epoch, counted from zero.</param>
/// <param name="NumberOfEpochs">The number of epochs of the run.</param>
/// <param name="Losses">
/// The mean loss of the batch for each branch, the modalities in order and the joint branch last; NaN for a branch without weight. It is empty
/// unless <see cref="StrategyNeeds.Losses"/> is asked for.
/// </param>
/// <param name="TrueScores">
/// For each modality the probability that its head gives to the truth, summed over the batch; NaN for a head without weight. In multi-label tasks
/// it is the mean over the labels of the probabilities of their true states, in regression the squared error. It is empty unless
/// <see cref="StrategyNeeds.TrueScores"/> is asked for.
/// </param>
public sealed record StepView(int Epoch, int NumberOfEpochs, IReadOnlyList<double> Losses, IReadOnlyList<double> TrueScores);

/// <summary>The changes that a strategy makes to the gradients of encoders in a step.</summary>
/// <param name="Encoders">The factors on the gradients of the encoders, one finite number per modality in their order.</param>
/// <param name="AddNoise">
/// A value that says whether noise is added to the gradient of every parameter tensor of a scaled encoder, as in OGM-GE. The noise is normal, has
/// the standard deviation of that tensor's gradient before scaling, and is drawn under the seed. Default <see langword="false"/>.
/// </param>
public sealed record StepScales(IReadOnlyList<double> Encoders, bool AddNoise = false)
{
    /// <summary>The factors on the gradients of the encoders, one finite number per modality in their order.</summary>
    /// <exception cref="ArgumentNullException">The value is <see langword="null"/>.</exception>
    public IReadOnlyList<double> Encoders
    {
        get;
        init => field = value ?? throw new ArgumentNullException(nameof(Encoders));
    } = Encoders ?? throw new ArgumentNullException(nameof(Encoders));

    /// <summary>A value that says whether the factor of a modality also scales the gradient of its head, as in MLB. Default <see langword="false"/>.</summary>
    public bool ScaleHeads { get; init; }
}
