using FsCheck.Xunit;

namespace GBlend.MLNet.Tests;

public sealed class PredictionLimitsTests
{
    /// <summary>Of rows that come in any order, each is within the limit of the others with the promised probability, and not much more often.</summary>
    [Property(MaxTest = 60)]
    public void A_row_that_is_left_out_is_within_the_limit_of_the_others(int seed)
    {
        var random = new Random(seed);
        double coverage = 0.5 + 0.45 * random.NextDouble();
        int rows = PredictionLimits.FewestRows(coverage) + 1 + random.Next(60);
        double[] distances = [.. Enumerable.Range(0, rows).Select(_ => random.NextDouble())];
        double covered = Enumerable.Range(0, rows).Average(left =>
            distances[left] <= PredictionLimits.Of([.. distances.Where((_, r) => r != left)], coverage) ? 1.0 : 0);
        Assert.InRange(covered, coverage - 1e-9, coverage + 1.0 / rows + 1e-9);
    }

    [Theory]
    [InlineData(0.9, 9)]
    [InlineData(0.95, 19)]
    [InlineData(0.5, 1)]
    [InlineData(0.99, 99)]
    public void So_many_rows_are_needed(double coverage, int rows)
    {
        Assert.Equal(rows, PredictionLimits.FewestRows(coverage));
        Assert.Equal(double.PositiveInfinity, PredictionLimits.Of(new double[rows - 1], coverage));
        Assert.Equal(0, PredictionLimits.Of(new double[rows], coverage));
    }

    [Fact]
    public void Equal_weights_are_none() =>
        Assert.Equal(PredictionLimits.Of([3, 1, 2, 5, 4, 9, 7, 8, 6, 10], 0.8),
            PredictionLimits.Of([3, 1, 2, 5, 4, 9, 7, 8, 6, 10], 0.8, [.. Enumerable.Repeat(0.2, 10)]));
}
