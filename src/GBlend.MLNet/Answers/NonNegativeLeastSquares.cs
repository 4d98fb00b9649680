namespace GBlend.MLNet;

/// <summary>
/// Least squares whose unknowns are not negative: the x that minimizes |sum_b x_b column_b - target|^2 over x at least 0, by the active sets of
/// Lawson and Hanson (Solving Least Squares Problems, 1974, chapter 23). All tolerances are relative, so that the unit of the data does not matter.
/// </summary>
internal static class NonNegativeLeastSquares
{
    /// <summary>The gradient, relative to the lengths of a column and of the target, below which it is rounding error.</summary>
    private const double Rounding = 1e-14;

    /// <summary>Solves the problem to rounding error.</summary>
    /// <param name="columns">[unknown][equation]; linearly independent, and at least as many equations as unknowns.</param>
    /// <param name="target">[equation].</param>
    internal static double[] Solve(double[][] columns, double[] target)
    {
        int unknowns = columns.Length;
        // A rotation of the equations leaves one for each unknown, upper triangular; the rest is an error that no unknown changes.
        var (triangle, goal) = Triangulate(columns, target);
        double[] x = new double[unknowns], lengths = [.. triangle.Select(column => Length(column))];
        double smallest = Rounding * Length(goal);
        var free = new SortedSet<int>();
        var isRounding = new HashSet<int>();
        while (true)
        {
            var left = Residual(triangle, goal, x);
            double Gain(int b) => Dot(triangle[b], left) / lengths[b];
            int[] candidates = [.. Enumerable.Range(0, unknowns).Where(b => !free.Contains(b) && !isRounding.Contains(b) && Gain(b) > smallest)];
            if (candidates.Length == 0)
                return x;
            int entering = candidates.MaxBy(Gain);
            free.Add(entering);
            if (Move(x, triangle, goal, free, entering))
                isRounding.Clear();
            else
                isRounding.Add(entering);
        }
    }

    /// <summary>Goes from a feasible point to the minimum over the free unknowns, fixing those that meet their bound on the way.</summary>
    /// <returns>Whether the point moved: not where the unknown that enters would have to be negative, which only rounding brings about.</returns>
    private static bool Move(double[] x, double[][] triangle, double[] goal, SortedSet<int> free, int entering)
    {
        for (bool isFirst = true; ; isFirst = false)
        {
            int[] chosen = [.. free];
            var best = LeastSquares([.. chosen.Select(b => triangle[b])], goal);
            if (isFirst && best[Array.IndexOf(chosen, entering)] <= 0)
            {
                free.Remove(entering);
                return false;
            }
            int[] blocked = [.. Enumerable.Range(0, chosen.Length).Where(i => best[i] <= 0)];
            double step = blocked.Length == 0 ? 1 : blocked.Min(i => x[chosen[i]] / (x[chosen[i]] - best[i]));
            for (int i = 0; i < chosen.Length; i++)
            {
                int b = chosen[i];
                bool stops = best[i] <= 0 && x[b] / (x[b] - best[i]) <= step;
                x[b] = blocked.Length == 0 ? best[i] : stops ? 0 : x[b] + step * (best[i] - x[b]);
                if (stops)
                    free.Remove(b);
            }
            if (blocked.Length == 0)
                return true;
        }
    }

    /// <summary>Least squares without bounds.</summary>
    private static double[] LeastSquares(double[][] columns, double[] target)
    {
        var (triangle, goal) = Triangulate(columns, target);
        var x = new double[columns.Length];
        for (int i = x.Length - 1; i >= 0; i--)
        {
            double sum = goal[i];
            for (int k = i + 1; k < x.Length; k++)
                sum -= triangle[k][i] * x[k];
            x[i] = sum / triangle[i][i];
        }
        return x;
    }

    /// <summary>Householder's reflections: the same problem with as many equations as unknowns, whose columns form an upper triangle.</summary>
    private static (double[][] Columns, double[] Target) Triangulate(double[][] columns, double[] target)
    {
        int unknowns = columns.Length;
        double[][] all = [.. columns.Select(c => (double[])c.Clone()), (double[])target.Clone()];
        for (int k = 0; k < unknowns; k++)
        {
            double[] pivot = all[k];
            double length = Length(pivot.AsSpan(k));
            if (length == 0)
                continue;
            double head = pivot[k] > 0 ? -length : length;
            double[] mirror = pivot[k..];
            mirror[0] -= head;
            double square = Dot(mirror, mirror);
            for (int j = k + 1; j <= unknowns; j++)
            {
                double twice = 2 * Dot(mirror, all[j].AsSpan(k)) / square;
                for (int i = 0; i < mirror.Length; i++)
                    all[j][k + i] -= twice * mirror[i];
            }
            pivot.AsSpan(k).Clear();
            pivot[k] = head;
        }
        return ([.. all[..unknowns].Select(c => c[..unknowns])], all[unknowns][..unknowns]);
    }

    private static double[] Residual(double[][] columns, double[] target, double[] x)
    {
        var left = (double[])target.Clone();
        for (int b = 0; b < x.Length; b++)
        {
            for (int i = 0; i < left.Length; i++)
                left[i] -= x[b] * columns[b][i];
        }
        return left;
    }

    private static double Dot(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        double sum = 0;
        for (int i = 0; i < x.Length; i++)
            sum += x[i] * y[i];
        return sum;
    }

    private static double Length(ReadOnlySpan<double> x) => Math.Sqrt(Dot(x, x));
}
