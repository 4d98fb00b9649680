namespace GBlend.MLNet.Reports;

/// <summary>An estimate with the ends of its 95 % interval; NaN where nothing says how far to trust it.</summary>
/// <param name="Value">The estimate.</param>
/// <param name="Low">The lower end.</param>
/// <param name="High">The upper end.</param>
internal readonly record struct Interval(double Value, double Low, double High)
{
    private const double Z = 1.959963984540054;

    /// <summary>The 97.5 % points of Student's t by degrees of freedom, from 1.</summary>
    private static readonly double[] s_student =
    [
        12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131,
        2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042,
    ];

    /// <summary>Whether it lies on one side of zero.</summary>
    internal bool IsClear => Low > 0 || High < 0;

    /// <summary>A share of independent rows (Wilson, "Probable inference", 1927).</summary>
    internal static Interval OfShare(int hits, int rows)
    {
        if (rows == 0)
            return new(double.NaN, double.NaN, double.NaN);
        double p = (double)hits / rows, z2 = Z * Z, middle = (p + z2 / (2 * rows)) / (1 + z2 / rows);
        double half = Z / (1 + z2 / rows) * Math.Sqrt(p * (1 - p) / rows + z2 / (4.0 * rows * rows));
        return new(p, hits == 0 ? 0 : Math.Max(0, middle - half), hits == rows ? 1 : Math.Min(1, middle + half));
    }

    /// <summary>The mean of independent numbers, by Student's t.</summary>
    internal static Interval OfMean(IReadOnlyCollection<double> values)
    {
        if (values.Count == 0)
            return new(double.NaN, double.NaN, double.NaN);
        double mean = values.Average();
        if (values.Count == 1)
            return new(mean, double.NaN, double.NaN);
        double t = values.Count - 1 <= s_student.Length ? s_student[values.Count - 2] : Z + 2.45 / (values.Count - 1);
        double half = t * Math.Sqrt(values.Sum(v => (v - mean) * (v - mean)) / (values.Count - 1) / values.Count);
        return new(mean, mean - half, mean + half);
    }

    /// <summary>
    /// The difference of two shares of the same rows, with half a row added to each of the four cases, so that few rows, or none that differ, don't look
    /// certain (Agresti and Min, "Simple improved confidence intervals for comparing matched proportions", 2005).
    /// </summary>
    /// <param name="better">The rows that only the first gets right.</param>
    /// <param name="worse">The rows that only the second gets right.</param>
    /// <param name="rows">All rows.</param>
    internal static Interval OfPairedShares(int better, int worse, int rows)
    {
        if (rows == 0)
            return new(double.NaN, double.NaN, double.NaN);
        double n = rows + 2, difference = (better - worse) / n, half = Z * Math.Sqrt((better + worse + 1 - n * difference * difference) / n / n);
        return new((double)(better - worse) / rows, Math.Max(-1, difference - half), Math.Min(1, difference + half));
    }
}
