using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace GBlend.MLNet.Reports.Tests;

public sealed class IntervalTests
{
    /// <summary>The values of R's binom.confint(method = "wilson").</summary>
    [Theory]
    [InlineData(81, 263, 0.2553, 0.3662)]
    [InlineData(0, 10, 0, 0.2775)]
    [InlineData(10, 10, 0.7225, 1)]
    public void Shares_have_the_published_intervals(int hits, int rows, double low, double high)
    {
        var interval = Interval.OfShare(hits, rows);
        Assert.Equal(low, interval.Low, 3);
        Assert.Equal(high, interval.High, 3);
    }

    [Fact]
    public void Means_of_few_have_the_intervals_of_Student()
    {
        var interval = Interval.OfMean([1, 2, 3]);
        Assert.Equal(2, interval.Value);
        Assert.Equal(2 - 4.303 / Math.Sqrt(3), interval.Low, 12);
        Assert.Equal(2 + 4.303 / Math.Sqrt(3), interval.High, 12);
        Assert.True(double.IsNaN(Interval.OfMean([5]).Low));
    }

    /// <summary>Rows that never differ prove that the difference is small, not that it is zero.</summary>
    [Fact]
    public void Pairs_that_never_differ_are_not_certain()
    {
        var interval = Interval.OfPairedShares(0, 0, 50);
        Assert.Equal(0, interval.Value);
        Assert.InRange(interval.High, 0.01, 0.1);
        Assert.Equal(interval.High, -interval.Low, 12);
    }

    [Property]
    public Property Intervals_hold_their_estimate_and_turn_around_with_it(byte better, byte worse, byte same)
    {
        int rows = better + worse + same + 1;
        var (one, other) = (Interval.OfPairedShares(better, worse, rows), Interval.OfPairedShares(worse, better, rows));
        return (one.Low <= one.Value && one.Value <= one.High && Math.Abs(one.Low + other.High) < 1e-12 && Math.Abs(one.Value + other.Value) < 1e-12)
            .ToProperty();
    }
}
