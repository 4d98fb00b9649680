namespace GBlend.MLNet;

/// <summary>
/// The part of an estimate that is about one branch. Losses are means per row; differences are taken between the start and the end of the span of
/// epochs.
/// </summary>
/// <param name="Branch">The name of the branch: the modality's column, or <c>Joint</c>.</param>
/// <param name="TrainLossBefore">The mean loss on the fixed training rows at the start of the span.</param>
/// <param name="HeldOutLossBefore">The mean loss on the held-out rows at the start of the span.</param>
/// <param name="TrainLossAfter">The mean loss on the fixed training rows at the end of the span, after training this branch alone.</param>
/// <param name="HeldOutLossAfter">The mean loss on the held-out rows at the end of the span, after training this branch alone.</param>
public sealed record BranchEstimate(string Branch, double TrainLossBefore, double HeldOutLossBefore, double TrainLossAfter, double HeldOutLossAfter)
{
    /// <summary>The generalization G that was gained: how far the held-out loss fell over the span (positive is good).</summary>
    public double Generalization => HeldOutLossBefore - HeldOutLossAfter;

    /// <summary>The overfitting O that was added: how far the gap between the held-out loss and the training loss grew over the span.</summary>
    public double Overfitting => HeldOutLossAfter - TrainLossAfter - (HeldOutLossBefore - TrainLossBefore);

    /// <summary>The overfitting-to-generalization ratio |O / G|, which is infinite where G is 0.</summary>
    public double OverfittingToGeneralizationRatio => Generalization == 0 ? double.PositiveInfinity : Math.Abs(Overfitting / Generalization);

    /// <summary>
    /// The standard error of <see cref="Generalization"/>, from the differences between the held-out rows (between their groups, where a sampling
    /// key is set); 0 when a single row or group says nothing of it.
    /// </summary>
    public double GeneralizationStandardError { get; init; }

    /// <summary>The standard error of <see cref="Overfitting"/>, from the held-out and the training rows (their groups, where a sampling key is set).</summary>
    public double OverfittingStandardError { get; init; }

    /// <summary>The weight that the published rule alone gives to this branch; the weights of an estimate sum to one.</summary>
    public double PublishedWeight { get; init; }

    /// <summary>The weight of this branch after the guards, which the training used; the weights of an estimate sum to one.</summary>
    public double Weight { get; init; }
}

/// <summary>An estimate of the blending weights.</summary>
/// <param name="FirstEpoch">The epoch before which the estimate was made, counted from zero.</param>
/// <param name="Epochs">The number of epochs of the span, for which every branch was trained alone and then the network with the weights.</param>
/// <param name="Branches">The estimates of the branches, one per modality in their order and that of the joint branch last.</param>
/// <param name="Trust">
/// The share, in [0, 1], of the published weights in <see cref="BranchEstimate.Weight"/> before the floor; the rest is the weights from which
/// estimates start.
/// </param>
/// <param name="Guards">The actions of the guards; empty when no guard acted.</param>
public sealed record BlendingEstimate(
    int FirstEpoch, int Epochs, IReadOnlyList<BranchEstimate> Branches, double Trust, IReadOnlyList<BlendingGuardAction> Guards);
