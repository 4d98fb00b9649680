namespace GBlend.MLNet.Tests;

public sealed class LinearPoolTests
{
    private const double Ridge = LogPool.DefaultRidge;

    /// <summary>The size of the heads' errors relative to that of the labels, from useless to nearly perfect.</summary>
    public static TheoryData<double> Errors => [3, 1, 0.1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6];

    [Fact]
    public void Fit_solves_the_normal_equations_where_no_bound_binds()
    {
        // One head, y = 2 f exactly: by hand: sum f^2 = 4, unit = mean (f - y)^2 = 1.
        double[] f = [1, -1, 1, -1], y = [2, -2, 2, -2];
        // d/da [ 4 (2 - a)^2 / 2 + 4 (a - 1)^2 ] = 0  ->  4 (a - 2) + 8 (a - 1) = 0  ->  a = 16 / 12.
        Assert.Equal(16.0 / 12, LinearPool.Fit([f], y).Coefficients[0], 1e-9);
    }

    [Fact]
    public void Fit_head_that_points_the_wrong_way_gets_no_weight()
    {
        var random = new Random(1);
        double[] y = [.. Enumerable.Range(0, 200).Select(_ => random.NextDouble() - 0.5)];
        var a = LinearPool.Fit([[.. y.Select(v => v + 0.1 * (random.NextDouble() - 0.5))], [.. y.Select(v => -v)]], y).Coefficients;
        Assert.True(a[0] > 0.9);
        Assert.Equal(0, a[1]);
    }

    [Fact]
    public void Fit_two_noisy_heads_share()
    {
        var random = new Random(2);
        double[] y = [.. Enumerable.Range(0, 400).Select(_ => random.NextDouble() - 0.5)];
        double[] Noisy() => [.. y.Select(v => v + 0.6 * (random.NextDouble() - 0.5))];
        var a = LinearPool.Fit([Noisy(), Noisy()], y).Coefficients;
        Assert.InRange(a[0], 0.3, 0.7);
        Assert.InRange(a[1], 0.3, 0.7);
    }

    [Trait("Speed", "Slow")]
    [Theory]
    [MemberData(nameof(Errors))]
    public void Fit_of_any_heads_is_the_minimum(double error)
    {
        for (int seed = 0; seed < 60; seed++)
        {
            var (heads, y) = Made(seed, error);
            var fit = LinearPool.Fit(heads, y);
            double found = Objective(heads, y, fit.Coefficients, fit.Intercept);
            Assert.All(fit.Coefficients, a => Assert.True(a >= 0));
            // No single head, no mean of them and no step away from the minimum is better.
            for (int b = 0; b < heads.Length; b++)
            {
                double[] alone = [.. heads.Select((_, d) => d == b ? 1.0 : 0)];
                Assert.True(found <= Objective(heads, y, alone, 0) * (1 + 1e-7), $"seed {seed}: {found} is above head {b}'s {Objective(heads, y, alone, 0)}");
            }
            Assert.True(found <= Objective(heads, y, [.. heads.Select(_ => 1.0 / heads.Length)], 0) * (1 + 1e-7));
            var random = new Random(seed);
            for (int i = 0; i < 40; i++)
            {
                double size = Math.Pow(10, -1 - 5 * random.NextDouble());
                double[] moved = [.. fit.Coefficients.Select(a => Math.Max(0, a + size * (2 * random.NextDouble() - 1)))];
                // The best intercept for them, so that only the coefficients are compared.
                double intercept = y.Index().Average(row => row.Item - moved.Select((a, b) => a * heads[b][row.Index]).Sum());
                Assert.True(Objective(heads, y, moved, intercept) >= found * (1 - 1e-9),
                    $"seed {seed}: a step of {size} lowers {found} to {Objective(heads, y, moved, intercept)}");
            }
            AssertConditionsOfMinimum(heads, y, fit, seed);
        }
    }

    [Theory]
    [MemberData(nameof(Errors))]
    public void Fit_has_at_most_the_loss_of_the_best_head_and_what_the_ridge_costs(double error)
    {
        for (int seed = 0; seed < 60; seed++)
        {
            var (heads, y) = Made(seed, error);
            var fit = LinearPool.Fit(heads, y);
            double best = heads.Min(f => MeanSquare(Off(f, y))), pooled = MeanSquare(Off(Pooled(heads, fit), y));
            double ridgeCosts = 2 * Ridge * (1 - 1.0 / heads.Length) / y.Length;
            Assert.True(pooled <= best * (1 + ridgeCosts + 1e-7) + 1e-15, $"seed {seed}: {pooled} against {best}");
        }
    }

    [Theory]
    [InlineData(1e-6)]
    [InlineData(0.37)]
    [InlineData(5e4)]
    public void Fit_in_another_unit_and_from_another_zero_is_the_same(double unit)
    {
        for (int seed = 0; seed < 30; seed++)
        {
            var (heads, y) = Made(seed, 0.05);
            var fit = LinearPool.Fit(heads, y);
            var scaled = LinearPool.Fit([.. heads.Select(f => f.Select(v => unit * v).ToArray())], [.. y.Select(v => unit * v)]);
            Assert.All(fit.Coefficients.Zip(scaled.Coefficients), pair => Assert.Equal(pair.First, pair.Second, 1e-7));
            Assert.Equal(fit.Intercept, scaled.Intercept / unit, 1e-7);
            // Only the intercept takes in that heads and labels have different zeros.
            var moved = LinearPool.Fit([.. heads.Select(f => f.Select(v => v + 2).ToArray())], [.. y.Select(v => v - 3)]);
            Assert.All(fit.Coefficients.Zip(moved.Coefficients), pair => Assert.Equal(pair.First, pair.Second, 1e-7));
            Assert.Equal(fit.Intercept - 3 - 2 * fit.Coefficients.Sum(), moved.Intercept, 1e-6);
        }
    }

    [Fact]
    public void Fit_heads_that_are_all_too_high_are_brought_down()
    {
        var random = new Random(4);
        double[] y = [.. Enumerable.Range(0, 100).Select(_ => random.NextDouble() - 0.5)];
        double[] High() => [.. y.Select(v => v + 0.7 + 0.1 * (random.NextDouble() - 0.5))];
        double[][] heads = [High(), High()];
        var fit = LinearPool.Fit(heads, y);
        Assert.Equal(0, Off(Pooled(heads, fit), y).Average(), 1e-12);
        Assert.InRange(fit.Intercept, -0.75, -0.6);
    }

    /// <summary>A held-out row with a sentinel of missing values, next to which one head predicts anything, says nothing of the heads.</summary>
    [Theory]
    [InlineData(1e3)]
    [InlineData(-1e5)]
    [InlineData(1e17)]
    public void Fit_is_not_moved_by_a_row_of_a_far_prediction(double far)
    {
        for (int seed = 0; seed < 100; seed++)
        {
            var (heads, y) = Made(seed, 0.5);
            if (y.Length < 20)
                continue;
            int row = seed % y.Length;
            T[] Without<T>(T[] values) => [.. values.Where((_, i) => i != row)];
            heads[0][row] = far;
            var expected = LinearPool.Fit([.. heads.Select(Without)], Without(y));
            var fit = LinearPool.Fit(heads, y);
            AssertClose(expected.Coefficients, fit);
            Assert.Equal(expected.Intercept, fit.Intercept, 1e-9);
        }
    }

    [Fact]
    public void Fit_without_anything_to_tell_heads_apart_is_their_mean()
    {
        double[] y = [1, 2, 4, 1, 3];
        AssertClose([0.5, 0.5], LinearPool.Fit([[1, 2, 4, 1, 3], [1, 2, 4, 1, 3]], y));
        AssertClose([0.5, 0.5], LinearPool.Fit([[5, 5, 5, 5, 5], [7, 7, 7, 7, 7]], [3, 3, 3, 3, 3]));
        AssertClose([0.5, 0.5], LinearPool.Fit([[0, 0], [0, 0]], [0, 0]));
        AssertClose([0.25, 0.25, 0.25, 0.25], LinearPool.Fit([[1], [2], [3], [4]], [5]));
        Assert.Equal(-3, LinearPool.Fit([[5, 5, 5, 5, 5], [7, 7, 7, 7, 7]], [3, 3, 3, 3, 3]).Intercept, 1e-12);
    }

    /// <summary>Two to six heads with errors that are partly the same, of different sizes, some turned round or moved, on 5 to 300 rows.</summary>
    private static (double[][] Heads, double[] Targets) Made(int seed, double error)
    {
        var random = new Random(seed);
        double Normal() => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
        int rows = random.Next(5, 301), heads = random.Next(2, 7);
        double[] y = [.. Enumerable.Range(0, rows).Select(_ => Normal())], common = [.. Enumerable.Range(0, rows).Select(_ => Normal())];
        return ([.. Enumerable.Range(0, heads).Select(_ =>
        {
            double share = random.NextDouble(), size = error * Math.Pow(10, random.NextDouble() - 0.5), moved = random.Next(3) == 0 ? size : 0;
            double sign = random.Next(5) == 0 ? -1 : 1;
            return y.Select((v, row) => sign * v + moved + size * (share * common[row] + (1 - share) * Normal())).ToArray();
        })], y);
    }

    /// <summary>Karush, Kuhn and Tucker: no slope where a coefficient is free, none downwards where it is 0; and no mean error.</summary>
    private static void AssertConditionsOfMinimum(double[][] heads, double[] y, PoolFit fit, int seed)
    {
        double unit = Unit(heads, y);
        double[] errors = Off(Pooled(heads, fit), y);
        Assert.Equal(0, errors.Average(), 1e-10 * (1 + Math.Abs(fit.Intercept)));
        for (int b = 0; b < heads.Length; b++)
        {
            double mean = heads[b].Average(), fromRidge = 2 * Ridge * (fit.Coefficients[b] - 1.0 / heads.Length);
            double slope = heads[b].Select((v, row) => (v - mean) * errors[row]).Sum() / unit + fromRidge;
            double curvature = heads[b].Sum(v => (v - mean) * (v - mean)) / unit + 2 * Ridge;
            // What a step along this coefficient alone would gain, relative to the objective.
            double gain = slope * slope / curvature / Objective(heads, y, fit.Coefficients, fit.Intercept);
            Assert.True(gain < 1e-10 || (fit.Coefficients[b] == 0 && slope > 0), $"seed {seed}, head {b}: a {fit.Coefficients[b]}, slope {slope}, gain {gain}");
        }
    }

    private static double Objective(double[][] heads, double[] y, double[] a, double intercept) =>
        Off(Pooled(heads, new(a, intercept)), y).Sum(e => e * e) / (2 * Unit(heads, y)) + Ridge * a.Sum(w => (w - 1.0 / a.Length) * (w - 1.0 / a.Length));

    /// <summary>The best head's mean squared error about its mean error.</summary>
    private static double Unit(double[][] heads, double[] y) => heads.Min(f =>
    {
        double[] errors = Off(f, y);
        return MeanSquare(errors) - errors.Average() * errors.Average();
    });

    private static double[] Pooled(double[][] heads, PoolFit fit) =>
        [.. Enumerable.Range(0, heads[0].Length).Select(row => fit.Intercept + fit.Coefficients.Select((a, b) => a * heads[b][row]).Sum())];

    private static double[] Off(double[] predictions, double[] targets) => [.. predictions.Zip(targets, (p, y) => p - y)];

    private static double MeanSquare(double[] values) => values.Average(v => v * v);

    private static void AssertClose(double[] expected, PoolFit found) =>
        Assert.All(expected.Zip(found.Coefficients), pair => Assert.Equal(pair.First, pair.Second, 1e-9));
}
