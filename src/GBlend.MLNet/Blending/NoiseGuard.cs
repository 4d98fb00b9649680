namespace GBlend.MLNet;

/// <summary>
/// How far an estimate is to be followed: only as far as it stands out of the noise of the rows that it was measured on. First some branch's
/// G must be above zero by more than its error. Then the weights are shrunk toward where they start from: their squared distance from there,
/// d^2, holds what the rows say and the noise, v in the mean, so that (d^2 - v) / d^2 of it is to be believed, as in James and Stein's rule.
/// </summary>
internal static class NoiseGuard
{
    private const int Resamples = 200;

    /// <summary>The fewest equal units whose differences say something of the noise, less what rounding may take from them.</summary>
    private const double LeastUnits = 2 - 1e-9;

    /// <summary>The share of the way from the start to the published weights, in [0, 1], and what to say where it is less than half.</summary>
    /// <param name="branches">The estimates of the branches.</param>
    /// <param name="published">The weights by the published rule.</param>
    /// <param name="train">The changes of the training rows' losses.</param>
    /// <param name="heldOut">The changes of the held-out rows' losses.</param>
    /// <param name="overfittingFloor">The least |O|.</param>
    /// <param name="seed">The seed of the draws of rows.</param>
    internal static (double Trust, string? Why) Trust(
        IReadOnlyList<BranchEstimate> branches, double[] published, RowUnits train, RowUnits heldOut, double overfittingFloor, int seed)
    {
        foreach (var (units, rows) in ((RowUnits, string)[])[(heldOut, "held-out"), (train, "training")])
        {
            if (units.EffectiveCount >= LeastUnits)
                continue;
            string what = units.Count < 2 ? $"are one {units.Unit}" : $"are hardly more than one {units.Unit}, because one counts so much more than the others";
            return (0, $"the {rows} rows that it is measured on {what}, which says nothing of the noise, so the weights are those of naive joint training; it "
                + $"takes at least two");
        }
        double most = branches.Max(b => GainGuard.HasGain(b) ? Normal(b.Generalization / b.GeneralizationStandardError, heldOut.EffectiveCount - 1) : 0);
        if (most < LeastErrors(branches.Count))
            return (0, FormattableString.Invariant(
                $"no branch's held-out loss fell by more than noise ({most:0.0} standard errors at best), so the weights are those of naive joint training"));
        double distance = BlendingWeights.SquaredDistance(published, BlendingWeights.Start(published.Length));
        double variance = Variance(published, train, heldOut, overfittingFloor, seed), trust = distance > 0 ? Math.Max(0, 1 - variance / distance) : 0;
        return (trust, trust < 0.5
            ? FormattableString.Invariant($"the estimate differs from naive joint training by hardly more than its error, so it moves the weights by only ")
                + FormattableString.Invariant($"{100 * trust:0} %")
            : null);
    }

    /// <summary>
    /// The standard errors by which some branch's G must be above zero: 1.9 with two branches, 2.1 with three, 2.5 with seven. Where no branch
    /// gains anything, one of them is above that in about one estimate of twenty (Bonferroni's bound; the tail of the normal distribution is
    /// about exp(-z^2 / 2) / 6 there).
    /// </summary>
    private static double LeastErrors(int branches) => Math.Sqrt(2 * Math.Log(3 * branches));

    /// <summary>
    /// The summed variance of the published weights when the rows, the same for every branch, are drawn again with replacement; rows of
    /// a group, which are alike, are drawn together.
    /// </summary>
    private static double Variance(double[] published, RowUnits train, RowUnits heldOut, double overfittingFloor, int seed)
    {
        var random = new Random(seed);
        double variance = 0;
        for (int r = 0; r < Resamples; r++)
        {
            double[] heldOutChange = heldOut.Draw(random), trainChange = train.Draw(random);
            double[] g = [.. heldOutChange.Select(change => -change)], o = [.. heldOutChange.Zip(trainChange, (h, t) => h - t)];
            variance += BlendingWeights.SquaredDistance(PublishedRule.Weights(g, o, overfittingFloor), published);
        }
        return variance / Resamples;
    }

    /// <summary>
    /// The number of a normal distribution that is as rare as a number of Student's, which errors estimated from few units make (Wallace 1959;
    /// within 0.2 from one degree of freedom on).
    /// </summary>
    private static double Normal(double student, double degrees)
    {
        double t = Math.Min(student, 1e9);
        return Math.Sqrt(degrees * Math.Log(1 + t * t / degrees)) * (8 * degrees + 1) / (8 * degrees + 3);
    }
}
