namespace GBlend.MLNet;

/// <summary>Means over rows that need not count alike.</summary>
internal static class RowWeights
{
    /// <summary>The mean of one value a row.</summary>
    /// <param name="values">The values.</param>
    /// <param name="weights">How much each counts; <see langword="null"/> when all count alike.</param>
    internal static double Mean(double[] values, double[]? weights)
    {
        if (weights is null)
            return values.Average();
        double sum = 0, all = 0;
        for (int row = 0; row < values.Length; row++)
        {
            sum += weights[row] * values[row];
            all += weights[row];
        }
        return sum / all;
    }

    /// <summary>How much each row counts where only some do; <see langword="null"/> when all count alike.</summary>
    /// <param name="counts">Per row whether it counts; <see langword="null"/> when all do.</param>
    /// <param name="weights">How much each counts then; <see langword="null"/> when all count alike.</param>
    internal static double[]? Where(bool[]? counts, double[]? weights) =>
        counts is null ? weights : [.. counts.Select((has, row) => has ? weights?[row] ?? 1 : 0)];

    /// <summary>
    /// The number of rows that count alike and say as much of a mean as rows of these weights (Kish 1965): (sum of w)^2 / (sum of w^2). A row that
    /// counts more than all others together makes it less than 4, and near 1 where it counts far more.
    /// </summary>
    /// <param name="weights">How much each row counts.</param>
    internal static double EffectiveNumber(IReadOnlyList<double> weights)
    {
        // Weights may be so large that their squares are infinite.
        double most = weights.Count == 0 ? 0 : weights.Max();
        if (most == 0)
            return 0;
        double sum = weights.Sum(w => w / most);
        return sum * sum / weights.Sum(w => w / most * (w / most));
    }

    /// <summary>
    /// The variance of that mean over other rows like these, whose effective number is at least two; rows that count more do not make it smaller.
    /// </summary>
    /// <param name="values">The values.</param>
    /// <param name="weights">How much each counts; <see langword="null"/> when all count alike.</param>
    internal static double VarianceOfMean(double[] values, double[]? weights)
    {
        double mean = Mean(values, weights), all = weights?.Sum() ?? values.Length, sum = 0;
        for (int row = 0; row < values.Length; row++)
        {
            double off = (weights?[row] ?? 1) * (values[row] - mean);
            sum += off * off;
        }
        double number = weights is null ? values.Length : EffectiveNumber(weights);
        return sum / all / all * number / (number - 1);
    }
}
