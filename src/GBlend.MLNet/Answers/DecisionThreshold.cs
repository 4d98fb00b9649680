namespace GBlend.MLNet;

/// <summary>Chooses the probability above which a binary answer is yes. Pure.</summary>
internal static class DecisionThreshold
{
    /// <summary>What is taken where nobody chooses.</summary>
    internal const double Usual = 0.5;

    /// <summary>
    /// The threshold with the best value of a metric on rows: in the middle between two neighboring probabilities, and where several are best the one that
    /// is nearest to a half.
    /// </summary>
    /// <param name="metric">The metric.</param>
    /// <param name="probabilities">Of yes, a row each; one or more.</param>
    /// <param name="isYes">What is true of each row.</param>
    /// <param name="weights">How much each row counts; <see langword="null"/> when all count alike.</param>
    internal static double Choose(DecisionMetric metric, IReadOnlyList<double> probabilities, IReadOnlyList<bool> isYes, IReadOnlyList<double>? weights)
    {
        int[] order = [.. Enumerable.Range(0, probabilities.Count).OrderBy(row => probabilities[row])];
        double Weight(int row) => weights?[row] ?? 1;
        double yes = order.Where(row => isYes[row]).Sum(Weight), no = order.Where(row => !isYes[row]).Sum(Weight);
        // From all rows answered yes to none: as the threshold passes a row, it is answered no.
        double missed = 0, refused = 0;
        var (best, threshold) = (Value(metric, yes, no, 0, 0), probabilities[order[0]] / 2);
        for (int i = 0; i < order.Length; i++)
        {
            if (isYes[order[i]])
                missed += Weight(order[i]);
            else
                refused += Weight(order[i]);
            double here = probabilities[order[i]], next = i + 1 < order.Length ? probabilities[order[i + 1]] : 1;
            if (next == here && i + 1 < order.Length)
                continue;
            double value = Value(metric, yes - missed, no - refused, missed, refused), between = here < Usual && Usual < next ? Usual : (here + next) / 2;
            if (value > best || (value == best && Math.Abs(between - Usual) < Math.Abs(threshold - Usual)))
                (best, threshold) = (value, between);
        }
        return threshold;
    }

    /// <summary>A metric of how many of the rows are right and wrong.</summary>
    /// <param name="metric">The metric.</param>
    /// <param name="hits">Yes that is answered yes.</param>
    /// <param name="alarms">No that is answered yes.</param>
    /// <param name="misses">Yes that is answered no.</param>
    /// <param name="rejections">No that is answered no.</param>
    internal static double Value(DecisionMetric metric, double hits, double alarms, double misses, double rejections)
    {
        double Share(double part, double whole) => whole == 0 ? 0 : part / whole;
        return metric switch
        {
            DecisionMetric.Accuracy => Share(hits + rejections, hits + alarms + misses + rejections),
            DecisionMetric.BalancedAccuracy => (Share(hits, hits + misses) + Share(rejections, rejections + alarms)) / 2,
            DecisionMetric.F1 => Share(2 * hits, 2 * hits + alarms + misses),
            _ => Share(hits * rejections - alarms * misses,
                Math.Sqrt((hits + alarms) * (hits + misses) * (rejections + alarms) * (rejections + misses))),
        };
    }
}
