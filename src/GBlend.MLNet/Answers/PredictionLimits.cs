using System.Globalization;

namespace GBlend.MLNet;

/// <summary>
/// Split conformal prediction (Vovk et al., 2005; Lei et al., 2018): on rows that the model did not learn from, how far the truth is from an answer, and
/// from that a limit within which a new row's truth lies with a promised probability, if it comes from where those rows came from.
/// </summary>
internal static class PredictionLimits
{
    /// <summary>The fewest rows that can promise a coverage.</summary>
    internal static int FewestRows(double coverage) => (int)Math.Ceiling(coverage / (1 - coverage) - 1e-9);

    /// <summary>Refuses, before anything is trained, a coverage for which there are too few held-out rows.</summary>
    /// <param name="coverage">The coverage.</param>
    /// <param name="weights">How much each held-out row counts.</param>
    /// <exception cref="InvalidOperationException">There are too few.</exception>
    internal static void RequireRows(double coverage, IReadOnlyList<double> weights)
    {
        int fewest = FewestRows(coverage);
        if (RowWeights.EffectiveNumber(weights) < fewest - 1e-9)
            throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture,
                $"PredictionSetCoverage = {coverage} needs at least {fewest} held-out rows, but there are {weights.Count}. Hold out more, or promise less."));
    }

    /// <summary>
    /// The distance that at least the promised share of n + 1 rows does not exceed, the new row being the one that is worst of all; infinite where there
    /// are too few rows.
    /// </summary>
    /// <param name="distances">How far the truth of each row is from the answer.</param>
    /// <param name="coverage">The promised share, above 0 and below 1.</param>
    /// <param name="weights">How much each row counts; <see langword="null"/> when all count alike.</param>
    internal static double Of(IReadOnlyList<double> distances, double coverage, IReadOnlyList<double>? weights = null)
    {
        int[] order = [.. Enumerable.Range(0, distances.Count).OrderBy(row => distances[row])];
        double all = weights?.Sum() ?? distances.Count, wanted = coverage * (all + (weights is null ? 1 : all / distances.Count)), sum = 0;
        foreach (int row in order)
        {
            sum += weights?[row] ?? 1;
            if (sum >= wanted - 1e-9 * all)
                return distances[row];
        }
        return double.PositiveInfinity;
    }
}
