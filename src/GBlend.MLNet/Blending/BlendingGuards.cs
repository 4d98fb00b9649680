namespace GBlend.MLNet;

/// <summary>
/// The guards for cases where the published rule w_i = G_i / O_i^2 gives no weights or unstable ones. Every guard that acts is in the log and in the
/// history.
/// </summary>
/// <remarks>
/// Instances are immutable. One guard is always on, because the rule gives no weight there: a branch whose held-out loss does not fall (G is at most
/// 0), or whose losses are not finite, gets no weight from the estimate.
/// </remarks>
public sealed record BlendingGuards
{
    private readonly double _overfittingFloor = 1e-3;
    private readonly double _weightFloor = 0.05;

    /// <summary>
    /// The guards that keep the published rule and loss as they are, with only what is needed for finite weights: there is no floor under the weights,
    /// noise does not matter, and the weights that multiply the losses sum to one. (The paper's answer is <see cref="Answer.Joint"/>.)
    /// </summary>
    public static BlendingGuards Published { get; } = new() { WeightFloor = 0, TrustByStandardError = false, KeepLearningRate = false };

    /// <summary>
    /// The smallest overfitting |O|, in the unit of the loss, by whose square an estimate divides; smaller values are raised to it. Default 0.001.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not above 0 and finite.</exception>
    public double OverfittingFloor
    {
        get => _overfittingFloor;
        init
        {
            Check.Positive(value, nameof(OverfittingFloor));
            _overfittingFloor = value;
        }
    }

    /// <summary>
    /// The smallest weight of any branch, as a share of the weights' sum of one, so that every head learns, above all the joint one. It limits weights
    /// from above too: with B branches no weight is above 1 - (B - 1) times the floor. A floor of 1 / B or more makes all weights equal. Default 0.05.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not in [0, 1).</exception>
    public double WeightFloor
    {
        get => _weightFloor;
        init
        {
            Check.Probability(value, nameof(WeightFloor));
            _weightFloor = value;
        }
    }

    /// <summary>
    /// A value that says whether an estimate moves the weights only as far as it stands out of the noise of the rows on which it is measured. The
    /// weights start from those of naive joint training. They stay there when the held-out loss falls for no branch by about two standard errors (2.1
    /// with three branches, 2.5 with seven), or when the rows are too few to have an error (a single row, or a single group where a sampling key is
    /// set). Otherwise they move toward the published weights by the share 1 - v / d^2, at least 0, where d is the distance of the published weights
    /// from the start and v their variance over resampled rows (groups). Default <see langword="true"/>. With <see langword="false"/> the published
    /// weights are taken, and equal ones when no branch gains.
    /// </summary>
    public bool TrustByStandardError { get; init; } = true;

    /// <summary>
    /// A value that says whether the weights, which sum to one, are scaled before they multiply the losses, so that the encoder with the most weight
    /// (that of its own head and that of the joint branch) learns at the rate it would have alone, and no encoder learns faster. Default
    /// <see langword="true"/> (measured, see docs/gradient-blending.md); <see langword="false"/> gives the paper's loss.
    /// </summary>
    public bool KeepLearningRate { get; init; } = true;

    /// <summary>What weights (one per modality, joint branch last) are multiplied by: 1, or what makes the busiest encoder feel one whole loss.</summary>
    internal double LossScale(IReadOnlyList<double> weights) => KeepLearningRate ? 1 / (weights.SkipLast(1).Max() + weights[^1]) : 1;
}
