namespace GBlend.MLNet;

/// <summary>What an answer costs on rows that it was not chosen or fitted on.</summary>
/// <param name="Losses">One a row.</param>
/// <param name="Weights">How much each row counts; <see langword="null"/> when all count alike.</param>
/// <param name="Groups">Which rows belong together; <see langword="null"/> when nothing says so.</param>
internal sealed record JudgedAnswer(double[] Losses, double[]? Weights, int[]? Groups)
{
    internal double Mean { get; } = RowWeights.Mean(Losses, Weights);

    /// <summary>The standard error of the difference between this mean and another answer's on the same rows, or groups of rows.</summary>
    internal double ErrorOfDifference(JudgedAnswer other) =>
        new RowUnits([[.. Losses.Zip(other.Losses, (mine, theirs) => mine - theirs)]], Groups, Weights).StandardErrors[0];
}
