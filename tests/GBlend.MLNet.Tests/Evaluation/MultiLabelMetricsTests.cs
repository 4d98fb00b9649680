namespace GBlend.MLNet.Tests.Evaluation;

/// <summary>Cases worked out by hand, as scikit-learn's average_precision_score and roc_auc_score define them.</summary>
public sealed class MultiLabelMetricsTests
{
    // The example of both functions' documentation. From the top: 0.8 yes (precision 1), 0.4 no, 0.35 yes (2/3), 0.1 no.
    // AP = (1 + 2/3) / 2; of the four pairs of yes and no, three are in order.
    [Fact]
    public void Of_scikit_learns_own_example()
    {
        float[] scores = [0.1f, 0.4f, 0.35f, 0.8f];
        bool[] labels = [false, false, true, true];
        Assert.Equal(5 / 6.0, MultiLabelMetrics.AveragePrecision(scores, labels)!.Value, 15);
        Assert.Equal(0.75, MultiLabelMetrics.AreaUnderRoc(scores, labels));
    }

    [Theory]
    // All equal: one threshold, precision 1/4; every pair a half.
    [InlineData(new[] { 1f, 1, 1, 1 }, new[] { true, false, false, false }, 0.25, 0.5)]
    // 3: yes; 2: yes and no; 1: no, no. AP = 1/2 * 1 + 1/2 * 2/3; pairs: 3 + (1/2 + 2) of 6.
    [InlineData(new[] { 3f, 2, 2, 1, 1 }, new[] { true, true, false, false, false }, 5 / 6.0, 5.5 / 6)]
    // The order of equal rows does not matter.
    [InlineData(new[] { 1f, 2, 1, 2, 3 }, new[] { false, false, false, true, true }, 5 / 6.0, 5.5 / 6)]
    // 4: no, no; 3: yes, yes, no; 2: no; 1: yes. AP = 2/3 * 2/5 + 1/3 * 3/7; pairs: 2 * (1/2 + 1) + 0 of 12.
    [InlineData(new[] { 4f, 4, 3, 3, 3, 2, 1 }, new[] { false, false, true, true, false, false, true }, 2 / 3.0 * 2 / 5 + 1 / 7.0, 3 / 12.0)]
    [InlineData(new[] { 2f, 1 }, new[] { true, false }, 1.0, 1.0)]
    [InlineData(new[] { 1f, 2 }, new[] { true, false }, 0.5, 0.0)]
    [InlineData(new[] { float.PositiveInfinity, float.NegativeInfinity, 0 }, new[] { true, false, true }, 1.0, 1.0)]
    public void Of_equal_scores(float[] scores, bool[] labels, double averagePrecision, double area)
    {
        Assert.Equal(averagePrecision, MultiLabelMetrics.AveragePrecision(scores, labels)!.Value, 14);
        Assert.Equal(area, MultiLabelMetrics.AreaUnderRoc(scores, labels)!.Value, 14);
    }

    [Fact]
    public void Of_rows_all_with_or_all_without_the_label()
    {
        Assert.Null(MultiLabelMetrics.AveragePrecision([1, 2], [false, false]));
        Assert.Null(MultiLabelMetrics.AreaUnderRoc([1, 2], [false, false]));
        Assert.Equal(1, MultiLabelMetrics.AveragePrecision([1, 2], [true, true]));
        Assert.Null(MultiLabelMetrics.AreaUnderRoc([1, 2], [true, true]));
        Assert.Throws<ArgumentException>(() => MultiLabelMetrics.AveragePrecision([1, float.NaN], [true, true]));
        Assert.Throws<ArgumentException>(() => MultiLabelMetrics.AreaUnderRoc([1], [true, true]));
    }

    [Fact]
    public void Evaluate_skips_and_reports_labels_that_rows_say_nothing_about()
    {
        // Label 0 as in scikit-learn's example; label 1 on no row; label 2 on all; label 3 in perfect order.
        float[][] scores = [[0.1f, 1, 1, 1], [0.4f, 2, 2, 2], [0.35f, 3, 3, 3], [0.8f, 4, 4, 4]];
        bool[][] labels = [[false, false, true, false], [false, false, true, false], [true, false, true, true], [true, false, true, true]];
        var given = MultiLabelMetrics.Evaluate(scores, labels);
        Assert.Equal([1], given.WithoutPositives);
        Assert.Equal([1, 2], given.WithoutRoc);
        Assert.Equal((5 / 6.0 + 1 + 1) / 3, given.MeanAveragePrecision, 14);
        Assert.Equal((0.75 + 1) / 2, given.MeanAreaUnderRoc, 14);
        Assert.Equal(1.6268396951952369, given.DPrime, 12); // of 0.875, by Python's NormalDist().inv_cdf
        var none = MultiLabelMetrics.Evaluate([[1f]], [[false]]);
        Assert.Equal((double.NaN, double.NaN, double.NaN), (none.MeanAveragePrecision, none.MeanAreaUnderRoc, none.DPrime));
        Assert.Throws<ArgumentException>(() => MultiLabelMetrics.Evaluate([[1f, 2]], [[false]]));
    }

    [Theory]
    [InlineData(0.5, 0.0)]
    [InlineData(0.8413447460685429, 1.4142135623730951)] // Φ(1)
    [InlineData(0.9772498680518208, 2.8284271247461903)] // Φ(2)
    [InlineData(0.0013498980316300933, -4.242640687119286)] // Φ(-3)
    [InlineData(0.959, 2.4595969258940253)] // by Python's NormalDist().inv_cdf
    [InlineData(1, double.PositiveInfinity)]
    [InlineData(0, double.NegativeInfinity)]
    public void DPrime_of_an_area(double area, double expected) => Assert.Equal(expected, MultiLabelMetrics.DPrime(area), 10);

    [Fact]
    public void DPrime_of_no_area_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => MultiLabelMetrics.DPrime(1.01));
        Assert.Throws<ArgumentOutOfRangeException>(() => MultiLabelMetrics.DPrime(double.NaN));
    }

    [Fact]
    public void HitAtK_asks_for_one_of_a_rows_labels()
    {
        float[][] scores = [[3, 2, 1], [3, 2, 1], [3, 2, 1]];
        bool[][] labels = [[true, false, true], [false, true, true], [false, false, false]];
        Assert.Equal(0.5, MultiLabelMetrics.HitAtK(scores, labels));
        Assert.Equal(1, MultiLabelMetrics.HitAtK(scores, labels, 2));
        Assert.Null(MultiLabelMetrics.HitAtK([[1f]], [[false]]));
    }
}
