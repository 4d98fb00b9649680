namespace GBlend.MLNet;

/// <summary>What is trained in an epoch.</summary>
public sealed record EpochPlan
{
    /// <summary>A plan of loss weights.</summary>
    /// <param name="weights">One per modality in their order, the joint branch last; finite, not negative, not all zero. A branch of weight zero is left out.</param>
    /// <exception cref="ArgumentException">A weight is negative or not finite, or all are zero.</exception>
    public EpochPlan(params IReadOnlyList<double> weights)
    {
        ArgumentNullException.ThrowIfNull(weights);
        if (weights.Any(w => !double.IsFinite(w) || w < 0) || weights.All(w => w == 0))
            throw new ArgumentException(FormattableString.Invariant($"The weights of an epoch must be finite, not negative and not all zero, got [{string.Join(", ", weights.Select(w => FormattableString.Invariant($"{w}")))}]."), nameof(weights));
        Weights = [.. weights];
    }

    /// <summary>The weights, as the history records them.</summary>
    public IReadOnlyList<double> Weights { get; }

    /// <summary>What all weights are multiplied by before they meet the losses. Default 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not above 0, or not finite.</exception>
    public double LossScale
    {
        get;
        init
        {
            Check.Positive(value, nameof(LossScale));
            field = value;
        }
    } = 1;

    /// <summary>Per modality whether its encoder stays as it is in this epoch, momentum and weight decay included. Default: none does.</summary>
    public IReadOnlyList<bool>? FrozenEncoders { get; init; }

    /// <summary>Whether the joint branch reads features that carry no gradient back, so that encoders learn from their own heads alone. Default <see langword="false"/>.</summary>
    public bool DetachesJoint { get; init; }

    /// <summary>Whether the heads of single modalities only watch: they learn, but carry no gradient back to the encoders. Default <see langword="false"/>.</summary>
    public bool DetachesHeads { get; init; }
}
