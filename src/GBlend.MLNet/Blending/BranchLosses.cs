namespace GBlend.MLNet;

/// <summary>The losses of every row of a branch at both ends of a span, on the same rows both times.</summary>
/// <param name="Branch">The modality's column, or <c>Joint</c>.</param>
/// <param name="TrainBefore">Training rows, start of the span.</param>
/// <param name="HeldOutBefore">Held-out rows, start of the span.</param>
/// <param name="TrainAfter">Training rows, end of the span.</param>
/// <param name="HeldOutAfter">Held-out rows, end of the span.</param>
internal sealed record BranchLosses(string Branch, double[] TrainBefore, double[] HeldOutBefore, double[] TrainAfter, double[] HeldOutAfter)
{
    /// <summary>How much the loss of each training row changed over the span.</summary>
    internal double[] TrainChange { get; } = [.. TrainAfter.Zip(TrainBefore, (after, before) => after - before)];

    /// <summary>How much the loss of each held-out row changed over the span.</summary>
    internal double[] HeldOutChange { get; } = [.. HeldOutAfter.Zip(HeldOutBefore, (after, before) => after - before)];

    /// <summary>Which of the training rows the branch reads; <see langword="null"/> when it reads all.</summary>
    internal bool[]? TrainPresence { get; init; }

    /// <summary>Which of the held-out rows the branch reads; <see langword="null"/> when it reads all.</summary>
    internal bool[]? HeldOutPresence { get; init; }

    /// <summary>The means, with the standard errors of the mean changes.</summary>
    /// <param name="trainError">The standard error of the mean change of the training rows' losses.</param>
    /// <param name="heldOutError">The same of the held-out rows.</param>
    /// <param name="trainWeights">How much each training row counts; <see langword="null"/> when all count alike.</param>
    /// <param name="heldOutWeights">The same of the held-out rows.</param>
    internal BranchEstimate Summarize(double trainError, double heldOutError, double[]? trainWeights = null, double[]? heldOutWeights = null) => new(
        Branch,
        RowWeights.Mean(TrainBefore, RowWeights.Where(TrainPresence, trainWeights)),
        RowWeights.Mean(HeldOutBefore, RowWeights.Where(HeldOutPresence, heldOutWeights)),
        RowWeights.Mean(TrainAfter, RowWeights.Where(TrainPresence, trainWeights)),
        RowWeights.Mean(HeldOutAfter, RowWeights.Where(HeldOutPresence, heldOutWeights)))
    {
        GeneralizationStandardError = heldOutError,
        OverfittingStandardError = Math.Sqrt(heldOutError * heldOutError + trainError * trainError),
    };
}
