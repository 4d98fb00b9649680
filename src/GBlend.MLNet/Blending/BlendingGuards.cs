namespace GBlend.MLNet;

/// <summary>What is done where the published rule w_i = G_i / O_i^2 is silent or unstable. Every guard that acts is in the log and in the history.</summary>
/// <remarks>
/// Always on, because the rule gives no weight there: a branch whose held-out loss does not fall (G at most 0) or whose losses are not
/// finite gets no weight from the estimate.
/// </remarks>
public sealed record BlendingGuards
{
    private readonly double _overfittingFloor = 1e-3;
    private readonly double _weightFloor = 0.05;

    /// <summary>
    /// The published rule and loss with nothing but what is needed to keep the weights finite: no floor under weights, no regard for
    /// noise, weights that sum to one. (The paper's answer is <see cref="Answer.Joint"/>.)
    /// </summary>
    public static BlendingGuards Published { get; } = new() { WeightFloor = 0, TrustsByStandardError = false, KeepsLearningRate = false };

    /// <summary>The least |O| (in the unit of the loss) that an estimate is divided by. Default 0.001.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not above 0.</exception>
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
    /// The least weight of any branch, as a share of the sum of one, so that no head, above all the joint one, starves. Default 0.05.
    /// It is a cap as well: with B branches no weight is above 1 - (B - 1) times the floor. From 1 / B on it makes all weights equal.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Not in [0, 1).</exception>
    public double WeightFloor
    {
        get => _weightFloor;
        init
        {
            Check.Probability((float)value, nameof(WeightFloor));
            _weightFloor = value;
        }
    }

    /// <summary>
    /// Whether an estimate moves the weights only as far as it stands out of the noise of the rows that it is measured on. Weights start from
    /// those of naive joint training. They stay there when no branch's held-out loss falls by about two standard errors (2.1 with three
    /// branches, 2.5 with seven), or when the rows
    /// are too few to have an error (a single row, or a single group where a sampling key is set). Else they move towards the published
    /// weights by the share 1 - v / d^2, at least 0, where d is the distance of the published weights from the start and v their variance over
    /// resampled rows (groups). Default <see langword="true"/>. <see langword="false"/> takes the published weights, equal ones when no branch
    /// gains.
    /// </summary>
    public bool TrustsByStandardError { get; init; } = true;

    /// <summary>
    /// Whether the weights, which sum to one, are scaled before they meet the losses, such that the encoder with the most weight (its
    /// own head's and the joint one) learns at the rate it would have alone, and none learns faster. Default <see langword="true"/>
    /// (measured, see the README); <see langword="false"/> is the paper's loss.
    /// </summary>
    public bool KeepsLearningRate { get; init; } = true;

    /// <summary>What weights (one per modality, joint branch last) are multiplied by: 1, or what makes the busiest encoder feel one whole loss.</summary>
    internal double LossScale(IReadOnlyList<double> weights) => KeepsLearningRate ? 1 / (weights.SkipLast(1).Max() + weights[^1]) : 1;
}
