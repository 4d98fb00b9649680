using FsCheck.Xunit;

namespace GBlend.MLNet.Tests;

public sealed class DecisionThresholdTests
{
    /// <summary>No other threshold is better, of all there are.</summary>
    [Property(MaxTest = 200)]
    public void The_best_of_all_thresholds_is_chosen(int seed)
    {
        var random = new Random(seed);
        int rows = random.Next(1, 40);
        bool[] isYes = [.. Enumerable.Range(0, rows).Select(_ => random.Next(4) == 0)];
        double[] probabilities = [.. isYes.Select(yes => Math.Round(Math.Clamp(0.3 + (yes ? 0.2 : 0) + random.NextDouble() * 0.4, 0, 1), random.Next(1, 4)))];
        double[]? weights = random.Next(2) == 0 ? null : [.. Enumerable.Range(0, rows).Select(_ => 0.1 + random.NextDouble())];
        foreach (var metric in Enum.GetValues<DecisionMetric>())
        {
            double threshold = DecisionThreshold.Choose(metric, probabilities, isYes, weights), best = Value(threshold);
            Assert.InRange(threshold, 0, 1 - 1e-12);
            foreach (double other in probabilities.Select(p => p - 1e-9).Concat(probabilities).Append(0.5).Where(t => t is >= 0 and < 1))
                Assert.True(Value(other) <= best + 1e-12, $"{metric}: {other} gives {Value(other)}, {threshold} {best}");

            double Value(double at)
            {
                double Sum(bool yes, bool answer) => Enumerable.Range(0, rows).Where(r => isYes[r] == yes && probabilities[r] > at == answer)
                    .Sum(r => weights?[r] ?? 1);
                return DecisionThreshold.Value(metric, Sum(true, true), Sum(false, true), Sum(true, false), Sum(false, false));
            }
        }
    }

    [Fact]
    public void Where_a_half_is_as_good_as_any_it_stays() =>
        Assert.Equal(0.5, DecisionThreshold.Choose(DecisionMetric.F1, [0.1, 0.2, 0.9, 0.8], [false, false, true, true], null));

    [Theory]
    [InlineData(DecisionMetric.Accuracy, 0.8)]
    [InlineData(DecisionMetric.BalancedAccuracy, 0.7619047619047619)]
    [InlineData(DecisionMetric.F1, 0.6666666666666666)]
    [InlineData(DecisionMetric.MatthewsCorrelation, 0.5238095238095238)]
    public void Metrics_are_those_of_the_textbook(DecisionMetric metric, double expected) =>
        Assert.Equal(expected, DecisionThreshold.Value(metric, hits: 2, alarms: 1, misses: 1, rejections: 6), 12);
}
