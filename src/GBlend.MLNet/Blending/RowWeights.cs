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
}
