namespace GBlend.MLNet;

/// <summary>
/// The pool of heads for regression: sum_b a_b f_b + c with one coefficient a_b at least 0 a head and an intercept c. On held-out rows it
/// minimizes the sum over rows of (error)^2 / (2 u) plus ridge * sum_b (a_b - 1/B)^2; the intercept bears no ridge. With u, the best head's
/// variance of errors, the sum is what the rows' labels cost under normal errors, so that the ridge means what it means in <see cref="LogPool"/>,
/// whatever the unit of the label and however good the heads.
/// </summary>
/// <remarks>
/// Squared errors give a single row any say: one held-out row with a number that stands for a missing value made the coefficients of all useless. So
/// up to a twentieth of the rows, where a head's prediction is beyond all labels by more than 30 times their range, are left out. Where there are more of
/// them, that is how the heads predict, and all rows count.
/// </remarks>
internal static class LinearPool
{
    /// <summary>The distance between two neighboring float32 numbers at 1: predictions are no better than that.</summary>
    private const double FloatRounding = 1.2e-7;

    /// <summary>No head that learned predicts so many ranges of the labels beyond them, unless what it read was no measurement.</summary>
    private const double Far = 30;

    /// <summary>The largest share of rows that is left out because of a prediction that is beyond all labels.</summary>
    private const double MostFar = 0.05;

    /// <summary>Fits the coefficients and the intercept.</summary>
    /// <param name="predictions">[head][row].</param>
    /// <param name="targets">[row].</param>
    /// <param name="weights">How much each row counts; <see langword="null"/> when all count as one.</param>
    /// <param name="ridge">The pull toward equal coefficients of sum one.</param>
    internal static PoolFit Fit(double[][] predictions, double[] targets, double[]? weights = null, double ridge = LogPool.DefaultRidge)
    {
        int heads = predictions.Length;
        (predictions, targets, weights) = WithoutFarPredictions(predictions, targets, weights);
        double Mean(double[] values) => RowWeights.Mean(values, weights);
        double MeanSquare(double[] values) => Mean([.. values.Select(v => v * v)]);
        double[] Centered(double[] values)
        {
            double mean = Mean(values);
            return [.. values.Select(v => v - mean)];
        }
        double[] Scaled(double[] values) => weights is null ? values : [.. values.Zip(weights, (v, w) => v * Math.Sqrt(w))];
        // The best intercept makes the mean error zero, so that the coefficients are those of centered columns.
        double[] y = Centered(targets);
        double[][] f = [.. predictions.Select(Centered)];
        double least = f.Min(p => MeanSquare([.. p.Zip(y, (a, b) => a - b)])), size = Math.Max(MeanSquare(y), f.Max(MeanSquare));
        double unit = size == 0 ? 1 : Math.Max(least, FloatRounding * FloatRounding * size), pull = Math.Sqrt(2 * ridge * unit);
        var a = NonNegativeLeastSquares.Solve(
            [.. f.Select((p, b) => (double[])[.. Scaled(p), .. Enumerable.Range(0, heads).Select(d => b == d ? pull : 0)])],
            [.. Scaled(y), .. Enumerable.Repeat(pull / heads, heads)]);
        return new(a, Mean(targets) - a.Zip(predictions, (w, p) => w * Mean(p)).Sum());
    }

    private static (double[][] Predictions, double[] Targets, double[]? Weights) WithoutFarPredictions(
        double[][] predictions, double[] targets, double[]? weights)
    {
        double range = targets.Max() - targets.Min(), least = targets.Min() - Far * range, most = targets.Max() + Far * range;
        int[] near = [.. Enumerable.Range(0, targets.Length).Where(row => predictions.All(head => head[row] >= least && head[row] <= most))];
        if (range == 0 || near.Length == targets.Length || near.Length < (1 - MostFar) * targets.Length)
            return (predictions, targets, weights);
        T[] Kept<T>(T[] values) => [.. near.Select(row => values[row])];
        return ([.. predictions.Select(Kept)], Kept(targets), weights is null ? null : Kept(weights));
    }
}

/// <summary>What was fitted for a pool.</summary>
/// <param name="Coefficients">One per head, at least 0.</param>
/// <param name="Intercept">Regression: what is added to the sum, in the unit of the predictions; else 0.</param>
internal sealed record PoolFit(double[] Coefficients, double Intercept);
