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

    /// <summary>The variance of that mean over other rows like these, of which there are at least two; rows that count more do not make it smaller.</summary>
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
        return sum / all / all * values.Length / (values.Length - 1);
    }
}
