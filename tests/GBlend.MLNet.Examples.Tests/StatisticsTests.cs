using Compare;

namespace GBlend.MLNet.Examples.Tests;

public sealed class StatisticsTests
{
    [Fact]
    public void Ranks_share_the_mean_of_the_places_of_equals()
    {
        Assert.Equal([2.5, 1, 2.5, 4], Statistics.Ranks([90, 95, 90, 80], higherIsBetter: true));
        Assert.Equal([2.5, 4, 2.5, 1], Statistics.Ranks([90, 95, 90, 80], higherIsBetter: false));
        Assert.Equal([2, 2, 2], Statistics.Ranks([1, 1, 1], higherIsBetter: true));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Ranks_put_what_has_no_number_last(bool higherIsBetter) =>
        Assert.Equal([1, 2.5, 2.5], Statistics.Ranks([0.5, double.NaN, double.NaN], higherIsBetter));

    // Demsar (JMLR 7, 2006), table 5(a): q, of which the critical difference is sqrt(k (k + 1) / (6 N)) times as much.
    [Theory]
    [InlineData(2, 0.05, 1.960)]
    [InlineData(3, 0.05, 2.343)]
    [InlineData(4, 0.05, 2.569)]
    [InlineData(5, 0.05, 2.728)]
    [InlineData(6, 0.05, 2.850)]
    [InlineData(7, 0.05, 2.949)]
    [InlineData(8, 0.05, 3.031)]
    [InlineData(9, 0.05, 3.102)]
    [InlineData(10, 0.05, 3.164)]
    [InlineData(2, 0.10, 1.645)]
    [InlineData(5, 0.10, 2.459)]
    [InlineData(10, 0.10, 2.920)]
    public void The_critical_difference_is_that_of_the_published_table(int methods, double alpha, double q)
    {
        const int Sets = 14;
        Assert.Equal(q * Math.Sqrt(methods * (methods + 1) / (6.0 * Sets)), Statistics.CriticalDifference(methods, Sets, alpha), 0.0012);
    }

    [Fact]
    public void Friedmans_test_is_that_of_the_published_example()
    {
        // Demsar, section 3.2.2: four methods on 14 sets, F = 3.69 with 3 and 39 degrees of freedom, of which 2.85 is the value at 0.05.
        double p = Statistics.FriedmanProbability([3.143, 2.000, 2.893, 1.964], 14);
        Assert.Equal(1 - MathNet.Numerics.Distributions.FisherSnedecor.CDF(3, 39, 3.69), p, 0.0005);
        Assert.InRange(p, 0.01, 0.05);
        Assert.Equal(0, Statistics.FriedmanProbability([1, 2, 3], 5));
    }

    [Fact]
    public void A_mean_has_the_standard_error_of_its_values()
    {
        // Squares of deviations 4 + 0 + 4, over 2, over 3.
        var mean = Statistics.Mean([1.0, 3, 5]);
        Assert.Equal((3, 3), (mean.Mean, mean.Count));
        Assert.Equal(Math.Sqrt(8.0 / 2 / 3), mean.Error, 12);
        Assert.True(double.IsNaN(Statistics.Mean([1.0]).Error));
    }

    [Fact]
    public void A_paired_difference_is_of_the_seeds_that_both_have()
    {
        var one = new Dictionary<int, double> { [0] = 10, [1] = 20, [2] = 99 };
        var other = new Dictionary<int, double> { [0] = 9, [1] = 17, [3] = 0 };
        var difference = Statistics.PairedDifference(one, other);
        Assert.Equal((2, 1, 2), (difference.Mean, difference.Error, difference.Count));
    }

    [Fact]
    public void A_median_of_an_even_number_lies_between()
    {
        Assert.Equal(2.5, Statistics.Median([4.0, 1, 3, 2]));
        Assert.Equal(2, Statistics.Median([9.0, 1, 2]));
        Assert.True(double.IsNaN(Statistics.Median([])));
    }
}
