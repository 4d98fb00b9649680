namespace GBlend.MLNet;

/// <summary>
/// The pool of heads for classes: softmax(sum_b a_b log p_b) with one coefficient a_b at least 0 a head. On held-out rows it minimizes the sum
/// over rows of -log p(label) plus ridge * sum_b (a_b - 1/B)^2, which is strictly convex, so that the fit is unique.
/// </summary>
internal static class LogPool
{
    /// <summary>Log-probabilities below this count as this: a head that is certain and wrong costs a bounded amount.</summary>
    internal const double Floor = -12;

    internal const double DefaultRidge = 4;
    private const int MaxSteps = 50;
    private const double Tolerance = 1e-12;

    /// <summary>In place: what a head gives (logits, or a standardized number) to what the pool sums.</summary>
    internal static void ReadHead(LearningTask task, Span<double> prediction)
    {
        if (task == LearningTask.Multiclass)
        {
            Softmax(prediction);
            for (int c = 0; c < prediction.Length; c++)
                prediction[c] = Math.Max(Math.Log(prediction[c]), Floor);
        }
        else if (task == LearningTask.MultiLabel)
        {
            for (int c = 0; c < prediction.Length; c++)
                prediction[c] = LogSigmoid(prediction[c]) - LogSigmoid(-prediction[c]);
        }
    }

    /// <summary>log(1 / (1 + exp(-z))), floored.</summary>
    internal static double LogSigmoid(double z) => Math.Max(Math.Min(z, 0) - Math.Log(1 + Math.Exp(-Math.Abs(z))), Floor);

    /// <summary>Fits the coefficients by projected Newton steps with halving.</summary>
    /// <param name="logProbabilities">[head][row x class], floored.</param>
    /// <param name="labels">The class of each row.</param>
    /// <param name="classes">The number of classes.</param>
    /// <param name="ridge">The pull toward equal coefficients of sum one.</param>
    /// <param name="weights">How much each row counts; <see langword="null"/> when all count as one.</param>
    internal static double[] Fit(double[][] logProbabilities, long[] labels, int classes, double ridge = DefaultRidge, double[]? weights = null)
    {
        int heads = logProbabilities.Length;
        var a = Enumerable.Repeat(1.0 / heads, heads).ToArray();
        double value = Objective(logProbabilities, labels, classes, weights, ridge, a, out var gradient, out var hessian);
        for (int step = 0; step < MaxSteps; step++)
        {
            // A coefficient at its bound that wants to go below stays there; Newton's step is taken in the others.
            int[] free = [.. Enumerable.Range(0, heads).Where(b => a[b] > 0 || gradient[b] < 0)];
            var direction = Solve(hessian, gradient, free);
            double before = value, length = 1;
            double[] next = a, nextGradient = gradient;
            double[,] nextHessian = hessian;
            for (; length > 1e-8; length /= 2)
            {
                next = (double[])a.Clone();
                for (int f = 0; f < free.Length; f++)
                    next[free[f]] = Math.Max(0, a[free[f]] - length * direction[f]);
                value = Objective(logProbabilities, labels, classes, weights, ridge, next, out nextGradient, out nextHessian);
                if (value <= before)
                    break;
            }
            if (value > before)
                break;
            (a, gradient, hessian) = (next, nextGradient, nextHessian);
            if (before - value <= Tolerance * Math.Max(1, Math.Abs(before)))
                break;
        }
        return a;
    }

    /// <summary>Writes softmax(sum_b a_b l_b) of one row.</summary>
    internal static void Combine(double[][] logProbabilities, int offset, ReadOnlySpan<double> coefficients, Span<double> probabilities)
    {
        probabilities.Clear();
        for (int b = 0; b < coefficients.Length; b++)
        {
            if (coefficients[b] == 0)
                continue;
            for (int c = 0; c < probabilities.Length; c++)
                probabilities[c] += coefficients[b] * logProbabilities[b][offset + c];
        }
        Softmax(probabilities);
    }

    /// <summary>In place: logits to probabilities.</summary>
    internal static void Softmax(Span<double> values)
    {
        double max = double.NegativeInfinity, sum = 0;
        foreach (double v in values)
            max = Math.Max(max, v);
        for (int c = 0; c < values.Length; c++)
            sum += values[c] = Math.Exp(values[c] - max);
        for (int c = 0; c < values.Length; c++)
            values[c] /= sum;
    }

    private static double Objective(
        double[][] logs, long[] labels, int classes, double[]? weights, double ridge, double[] a, out double[] gradient, out double[,] hessian)
    {
        int heads = a.Length;
        gradient = new double[heads];
        hessian = new double[heads, heads];
        double value = 0;
        var p = new double[classes];
        var mean = new double[heads];
        for (int row = 0; row < labels.Length; row++)
        {
            int offset = row * classes, label = offset + (int)labels[row];
            double weight = weights?[row] ?? 1;
            Combine(logs, offset, a, p);
            value -= weight * Math.Log(Math.Max(p[labels[row]], double.Epsilon));
            for (int b = 0; b < heads; b++)
            {
                mean[b] = 0;
                for (int c = 0; c < classes; c++)
                    mean[b] += p[c] * logs[b][offset + c];
                gradient[b] += weight * (mean[b] - logs[b][label]);
            }
            for (int b = 0; b < heads; b++)
            {
                for (int d = 0; d <= b; d++)
                {
                    double product = 0;
                    for (int c = 0; c < classes; c++)
                        product += p[c] * logs[b][offset + c] * logs[d][offset + c];
                    hessian[b, d] += weight * (product - mean[b] * mean[d]);
                }
            }
        }
        for (int b = 0; b < heads; b++)
        {
            double away = a[b] - 1.0 / heads;
            value += ridge * away * away;
            gradient[b] += 2 * ridge * away;
            hessian[b, b] += 2 * ridge;
            for (int d = 0; d < b; d++)
                hessian[d, b] = hessian[b, d];
        }
        return value;
    }

    /// <summary>Solves H x = g over the free coefficients by Cholesky; the ridge keeps H positive definite.</summary>
    private static double[] Solve(double[,] hessian, double[] gradient, int[] free)
    {
        int n = free.Length;
        var l = new double[n, n];
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j <= i; j++)
            {
                double sum = hessian[free[i], free[j]];
                for (int k = 0; k < j; k++)
                    sum -= l[i, k] * l[j, k];
                l[i, j] = i == j ? Math.Sqrt(Math.Max(sum, 1e-12)) : sum / l[j, j];
            }
        }
        var x = new double[n];
        for (int i = 0; i < n; i++)
        {
            x[i] = gradient[free[i]];
            for (int k = 0; k < i; k++)
                x[i] -= l[i, k] * x[k];
            x[i] /= l[i, i];
        }
        for (int i = n - 1; i >= 0; i--)
        {
            for (int k = i + 1; k < n; k++)
                x[i] -= l[k, i] * x[k];
            x[i] /= l[i, i];
        }
        return x;
    }
}
