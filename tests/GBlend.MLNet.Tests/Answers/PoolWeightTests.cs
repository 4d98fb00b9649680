namespace GBlend.MLNet.Tests;

/// <summary>Pools whose held-out rows do not count alike.</summary>
public sealed class PoolWeightTests
{
    private const int Rows = 30;

    /// <summary>A row of weight 2 is the row twice, one of weight 0 is none, but for the ridge, which is weighed against the effective number of
    /// rows.</summary>
    [Theory]
    [InlineData(LearningTask.Multiclass)]
    [InlineData(LearningTask.MultiLabel)]
    [InlineData(LearningTask.Regression)]
    public void Pool_of_weighed_rows_is_that_of_rows_that_come_as_often(LearningTask task)
    {
        var plain = Predictions(task);
        double[] weights = [.. Enumerable.Range(0, Rows).Select(i => (double)(i % 3))];
        var weighed = plain with { Targets = plain.Targets with { Weights = weights } };
        int[] copies = [.. Enumerable.Range(0, Rows).SelectMany(i => Enumerable.Repeat(i, i % 3))];
        var repeated = Take(plain, copies);
        double ridge = LogPool.DefaultRidge * copies.Length / RowWeights.EffectiveNumber(weights);
        PoolFit found = weighed.FitPool([true, true, true]), expected = repeated.FitPool([true, true, true], ridge),
            ignored = plain.FitPool([true, true, true]);
        AssertClose([.. expected.Coefficients, expected.Intercept], [.. found.Coefficients, found.Intercept]);
        Assert.Contains(expected.Coefficients.Zip(ignored.Coefficients), c => Math.Abs(c.First - c.Second) > 1e-3);
        var rule = AnswerRule.Choose(Answer.Pool, Heads, weighed, [true, true, true], false, _ => { });
        Assert.Equal(rule.MeanLoss(repeated)!.Value, rule.MeanLoss(weighed)!.Value, 1e-9);
    }

    [Theory]
    [InlineData(Answer.Pool)]
    [InlineData(Answer.Auto)]
    [InlineData(Answer.BestHead)]
    public void A_row_that_counts_far_more_than_all_others_decides_nothing(Answer wanted)
    {
        var plain = Predictions(LearningTask.Multiclass);
        var warnings = new List<string>();
        var heavy = plain with { Targets = plain.Targets with { Weights = [.. Enumerable.Range(0, Rows).Select(i => i == 7 ? 1000.0 : 1)] } };
        var rule = AnswerRule.Choose(wanted, Heads, heavy, [true, true, true], false, warnings.Add);
        Assert.Equal("joint head", rule.Describe(Heads));
        if (wanted != Answer.Auto)
            Assert.Contains(warnings, w => w.Contains("30, by their weights as good as 1.1"));
    }

    [Fact]
    public void Best_head_is_best_where_rows_count_most()
    {
        var plain = Predictions(LearningTask.Regression);
        // The first head is right on even rows, the second on odd ones.
        var heads = plain with
        {
            ByBranch = [.. Enumerable.Range(0, 3).Select(
                b => Enumerable.Range(0, Rows).Select(i => plain.Targets.Values![i] + (b == 2 ? 2.5 : i % 2 == b ? 0.1 : 2.0)).ToArray())],
        };
        string Best(Func<int, double> weight) => AnswerRule.Choose(
            Answer.BestHead, Heads, heads with { Targets = heads.Targets with { Weights = [.. Enumerable.Range(0, Rows).Select(weight)] } },
                [true, true, true], false, _ => { }).Describe(Heads);
        Assert.Equal("head of A", Best(i => i % 2 == 0 ? 2 : 0.1));
        Assert.Equal("head of B", Best(i => i % 2 == 1 ? 2 : 0.1));
    }

    [Fact]
    public void Mean_and_its_variance_are_those_of_rows_that_count_alike_when_they_do()
    {
        double[] values = [1, 4, 2, 8], ones = [1, 1, 1, 1], doubled = [2, 2, 2, 2];
        double variance = values.Sum(v => (v - 3.75) * (v - 3.75)) / 3 / 4;
        foreach (double[]? weights in new[] { null, ones, doubled })
        {
            Assert.Equal(3.75, RowWeights.Mean(values, weights), 1e-12);
            Assert.Equal(variance, RowWeights.VarianceOfMean(values, weights), 1e-12);
        }
        Assert.Equal((1 + 2 * 4 + 8 * 3) / 6.0, RowWeights.Mean(values, [1, 2, 0, 3]), 1e-12);
    }

    private static HeadInfo[] Heads => [new("A", 0), new("B", 1), new("Joint", null)];

    private static HeldOutPredictions Predictions(LearningTask task)
    {
        var random = new Random(3);
        int outputs = task == LearningTask.Regression ? 1 : 3;
        double[] Noise(double scale) => [.. Enumerable.Range(0, Rows * outputs).Select(_ => scale * (random.NextDouble() - 0.5))];
        long[] classes = [.. Enumerable.Range(0, Rows).Select(_ => random.NextInt64(3))];
        float[] values = [.. Enumerable.Range(0, Rows * outputs).Select(_ => task == LearningTask.Regression ? (float)random.NextDouble() : random.Next(2))];
        double Truth(int i) =>
            task == LearningTask.Multiclass ? (classes[i / 3] == i % 3 ? 2 : 0) : task == LearningTask.MultiLabel ? 2 * values[i] - 1 : values[i];
        return new(
            [.. new[] { 6.0, 4, 2 }.Select(noise => Noise(task == LearningTask.Regression ? noise / 4 : noise).Select((n, i) => Truth(i) + n).ToArray())],
            task == LearningTask.Multiclass ? new(task, 3, classes, null) : new(task, outputs, null, values), new Loss(task));
    }

    private static HeldOutPredictions Take(HeldOutPredictions all, int[] rows) => all with
    {
        ByBranch = [.. all.ByBranch.Select(branch => rows.SelectMany(row => branch.Skip(row * all.Targets.Outputs).Take(all.Targets.Outputs)).ToArray())],
        Targets = all.Targets.Rows(rows),
    };

    private static void AssertClose(double[] expected, double[] found) => Assert.All(expected.Zip(found), v => Assert.Equal(v.First, v.Second, 1e-6));
}
