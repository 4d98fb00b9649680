namespace GBlend.MLNet;

/// <summary>A step whose gradients are there, for <see cref="BalanceStrategy.OnStep"/>.</summary>
/// <param name="Epoch">The epoch, counted from zero.</param>
/// <param name="NumberOfEpochs">The epochs of the run.</param>
/// <param name="Losses">Per branch (modalities in order, joint last) the mean loss of the batch; empty unless <see cref="StrategyNeeds.Losses"/> is asked for, NaN for a branch without weight.</param>
/// <param name="TrueScores">
/// Per modality, summed over the batch, the probability that its head gives to the truth (multi-label: the mean over labels of that of
/// their states; regression: the squared error). Empty unless <see cref="StrategyNeeds.TrueScores"/> is asked for.
/// </param>
public sealed record StepView(int Epoch, int NumberOfEpochs, IReadOnlyList<double> Losses, IReadOnlyList<double> TrueScores);

/// <summary>What is done to the gradients of encoders in a step.</summary>
/// <param name="Encoders">A factor per modality on its encoder's gradient.</param>
/// <param name="AddsNoise">
/// Whether noise is added to every parameter tensor of a scaled encoder: normal, of the standard deviation of that tensor's gradient before
/// scaling, as OGM-GE does. Drawn under the seed.
/// </param>
public sealed record StepScales(IReadOnlyList<double> Encoders, bool AddsNoise = false)
{
    /// <summary>A factor per modality on its encoder's gradient.</summary>
    public IReadOnlyList<double> Encoders
    {
        get;
        init => field = value ?? throw new ArgumentNullException(nameof(Encoders));
    } = Encoders ?? throw new ArgumentNullException(nameof(Encoders));

    /// <summary>Whether the factor of a modality also falls on its head (MLB). Default <see langword="false"/>.</summary>
    public bool ScalesHeads { get; init; }
}
