namespace GBlend.MLNet;

/// <summary>A plan of what is trained in an epoch.</summary>
public sealed record EpochPlan
{
    /// <summary>Makes a plan of the weights of the losses.</summary>
    /// <param name="weights">
    /// The weights, one per modality in their order and that of the joint branch last. They must be finite, not negative and not all zero. A branch
    /// of weight zero is not trained.
    /// </param>
    /// <exception cref="ArgumentException">A weight is negative or not finite, or all are zero.</exception>
    public EpochPlan(params IReadOnlyList<double> weights)
    {
        ArgumentNullException.ThrowIfNull(weights);
        if (weights.Any(w => !double.IsFinite(w) || w < 0) || weights.All(w => w == 0))
            throw new ArgumentException(
                FormattableString.Invariant(
                $"The weights of an epoch must be finite, not negative and not all zero, got [{string.Join(", "
                + $"", weights.Select(w => FormattableString.Invariant($"{w}")))}]."), nameof(weights));
        Weights = [.. weights];
    }

    /// <summary>The weights of the losses, as the history records them.</summary>
    public IReadOnlyList<double> Weights { get; }

    /// <summary>The factor by which all weights are multiplied before they multiply the losses. The history does not show it. Default 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not above 0 and finite.</exception>
    public double LossScale
    {
        get;
        init
        {
            Check.Positive(value, nameof(LossScale));
            field = value;
        }
    } = 1;

    /// <summary>
    /// The values that say, one per modality, whether its encoder stays as it is in this epoch, without momentum and weight decay. Default
    /// <see langword="null"/>: no encoder does.
    /// </summary>
    public IReadOnlyList<bool>? FrozenEncoders
    {
        get;
        init => field = value is null ? null : [.. value];
    }

    /// <summary>
    /// A value that says whether the joint branch reads features that carry no gradient back, so that encoders learn from their own heads alone.
    /// Default <see langword="false"/>.
    /// </summary>
    public bool DetachJoint { get; init; }

    /// <summary>
    /// A value that says whether the heads of single modalities learn without teaching the encoders, because they carry no gradient back to them.
    /// Default <see langword="false"/>.
    /// </summary>
    public bool DetachHeads { get; init; }
}
