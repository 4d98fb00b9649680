namespace GBlend.MLNet.Tests;

public sealed class LinearPoolTests
{
    [Fact]
    public void Fit_solves_the_normal_equations_where_no_bound_binds()
    {
        // One head, y = 2 f exactly: unit 1 per row of error 1, a minimises 4 (1 - ... ) by hand: sum f^2 = 4, unit = mean (f - y)^2 = 1.
        double[] f = [1, -1, 1, -1], y = [2, -2, 2, -2];
        // d/da [ 4 (2 - a)^2 / 2 + 4 (a - 1)^2 ] = 0  ->  4 (a - 2) + 8 (a - 1) = 0  ->  a = 16 / 12.
        Assert.Equal(16.0 / 12, LinearPool.Fit([f], y)[0], 1e-9);
    }

    [Fact]
    public void Fit_head_that_points_the_wrong_way_gets_no_weight()
    {
        var random = new Random(1);
        double[] y = [.. Enumerable.Range(0, 200).Select(_ => random.NextDouble() - 0.5)];
        var a = LinearPool.Fit([[.. y.Select(v => v + 0.1 * (random.NextDouble() - 0.5))], [.. y.Select(v => -v)]], y);
        Assert.True(a[0] > 0.9);
        Assert.Equal(0, a[1]);
    }

    [Fact]
    public void Fit_two_noisy_heads_share()
    {
        var random = new Random(2);
        double[] y = [.. Enumerable.Range(0, 400).Select(_ => random.NextDouble() - 0.5)];
        double[] Noisy() => [.. y.Select(v => v + 0.6 * (random.NextDouble() - 0.5))];
        var a = LinearPool.Fit([Noisy(), Noisy()], y);
        Assert.InRange(a[0], 0.3, 0.7);
        Assert.InRange(a[1], 0.3, 0.7);
    }
}
