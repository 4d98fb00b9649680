using MathNet.Numerics.Distributions;
using MathNet.Numerics.Integration;
using MathNet.Numerics.RootFinding;

namespace Compare;

/// <summary>A mean and its standard error; not a number with fewer than two values.</summary>
internal readonly record struct Estimate(double Mean, double Error, int Count);

/// <summary>The statistics of the tables.</summary>
internal static class Statistics
{
    public static Estimate Mean(IEnumerable<double> values)
    {
        double[] all = [.. values];
        double mean = all.DefaultIfEmpty(double.NaN).Average();
        return new(mean, all.Length < 2 ? double.NaN : Math.Sqrt(all.Sum(v => (v - mean) * (v - mean)) / (all.Length - 1) / all.Length), all.Length);
    }

    /// <summary>The mean of the differences of the pairs that both have, and its standard error.</summary>
    public static Estimate PairedDifference<T>(IReadOnlyDictionary<T, double> one, IReadOnlyDictionary<T, double> other) where T : notnull =>
        Mean(one.Where(pair => other.ContainsKey(pair.Key)).Select(pair => pair.Value - other[pair.Key]));

    public static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length == 0 ? double.NaN : (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    /// <summary>Ranks from 1 for the best; equals share the mean of their ranks, and what is not a number comes last.</summary>
    public static double[] Ranks(IReadOnlyList<double> values, bool higherIsBetter)
    {
        double[] goodness = [.. values.Select(v => double.IsNaN(v) ? double.NegativeInfinity : higherIsBetter ? v : -v)];
        return [.. goodness.Select(own => 1 + goodness.Count(g => g > own) + ((goodness.Count(g => g == own) - 1) / 2.0))];
    }

    /// <summary>
    /// The critical difference of the Nemenyi test, q sqrt(k (k + 1) / (6 N)): average ranks of k methods over N sets that are further apart
    /// differ at the level alpha. q is the upper quantile of the Studentized range of k with infinite degrees of freedom, over the
    /// square root of 2 (Demsar, "Statistical Comparisons of Classifiers over Multiple Data Sets", JMLR 7, 2006, section 3.2.2).
    /// </summary>
    public static double CriticalDifference(int methods, int sets, double alpha = 0.05)
    {
        double q = Brent.FindRoot(range => 1 - alpha - RangeProbability(range, methods), 1e-3, 20, 1e-8) / Math.Sqrt(2);
        return q * Math.Sqrt(methods * (methods + 1) / (6.0 * sets));
    }

    /// <summary>
    /// The probability of average ranks at least so far apart if all methods were alike: Friedman's test with the F distribution of Iman and
    /// Davenport (Demsar, section 3.2.2).
    /// </summary>
    public static double FriedmanProbability(IReadOnlyList<double> averageRanks, int sets)
    {
        int k = averageRanks.Count;
        double chiSquare = 12.0 * sets / (k * (k + 1)) * (averageRanks.Sum(r => r * r) - (k * (k + 1) * (k + 1) / 4.0));
        double most = sets * (k - 1);
        return chiSquare >= most ? 0 : 1 - FisherSnedecor.CDF(k - 1, (k - 1) * (sets - 1), (sets - 1) * chiSquare / (most - chiSquare));
    }

    /// <summary>The probability that the range of so many standard normal numbers is below a value.</summary>
    private static double RangeProbability(double range, int count) => GaussLegendreRule.Integrate(
        x => count * Normal.PDF(0, 1, x) * Math.Pow(Normal.CDF(0, 1, x) - Normal.CDF(0, 1, x - range), count - 1), -9, 9 + range, 128);
}
