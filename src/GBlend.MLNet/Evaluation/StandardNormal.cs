namespace GBlend.MLNet;

/// <summary>The standard normal distribution.</summary>
internal static class StandardNormal
{
    /// <summary>Beyond this no probability but 0 and 1 fits a double in the upper tail.</summary>
    private const double Furthest = 9;

    /// <summary>Φ(x) = 1/2 + φ(x) (x + x³/3 + x⁵/(3·5) + ...), whose terms all have one sign.</summary>
    internal static double Probability(double x)
    {
        double sum = 0, term = x;
        for (int odd = 3; sum + term != sum; odd += 2)
        {
            sum += term;
            term *= x * x / odd;
        }
        return 0.5 + sum * Math.Exp(-x * x / 2) / Math.Sqrt(2 * Math.PI);
    }

    /// <summary>The x of Φ(x) = p, by halving the interval; infinite for 0 and 1.</summary>
    internal static double Quantile(double p)
    {
        if (p is 0 or 1)
            return p == 0 ? double.NegativeInfinity : double.PositiveInfinity;
        double low = -Furthest, high = Furthest;
        while (true)
        {
            double middle = (low + high) / 2;
            if (middle == low || middle == high)
                return middle;
            (low, high) = Probability(middle) < p ? (middle, high) : (low, middle);
        }
    }
}
