namespace GBlend.MLNet;

/// <summary>
/// The pool of heads for regression: sum_b a_b f_b with one coefficient a_b at least 0 a head, fitted on held-out rows by non-negative
/// least squares with the ridge of <see cref="LogPool"/>. Errors count in units of the best head's, so that the ridge means the same.
/// </summary>
internal static class LinearPool
{
    private const int MostSweeps = 10_000;
    private const double Tolerance = 1e-10, LeastVariance = 1e-12;

    /// <summary>Fits the coefficients by coordinate descent, which for a convex quadratic ends at its one minimum.</summary>
    /// <param name="predictions">[head][row].</param>
    /// <param name="targets">[row].</param>
    /// <param name="ridge">The pull towards equal coefficients of sum one.</param>
    internal static double[] Fit(double[][] predictions, double[] targets, double ridge = LogPool.DefaultRidge)
    {
        int heads = predictions.Length;
        double unit = Math.Max(predictions.Min(f => f.Zip(targets, (p, y) => (p - y) * (p - y)).Average()), LeastVariance);
        var a = Enumerable.Repeat(1.0 / heads, heads).ToArray();
        double[] linear = [.. predictions.Select(f => Dot(f, targets) / unit + 2 * ridge / heads)];
        double[][] square = [.. predictions.Select((f, b) => predictions.Select((g, d) => Dot(f, g) / unit + (b == d ? 2 * ridge : 0)).ToArray())];
        for (int sweep = 0; sweep < MostSweeps; sweep++)
        {
            double moved = 0;
            for (int b = 0; b < heads; b++)
            {
                double others = 0;
                for (int d = 0; d < heads; d++)
                    others += d == b ? 0 : square[b][d] * a[d];
                double next = Math.Max(0, (linear[b] - others) / square[b][b]);
                moved = Math.Max(moved, Math.Abs(next - a[b]));
                a[b] = next;
            }
            if (moved < Tolerance)
                break;
        }
        return a;
    }

    private static double Dot(double[] x, double[] y) => x.Zip(y, (p, q) => p * q).Sum();
}
