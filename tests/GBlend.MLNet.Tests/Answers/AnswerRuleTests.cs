namespace GBlend.MLNet.Tests;

public sealed class AnswerRuleTests
{
    private static readonly HeadInfo[] s_heads = [new("A", 0), new("B", 1), new("Joint", null)];

    private static readonly long[] s_labels = [.. Enumerable.Range(0, 60).Select(i => i % 3L)];

    [Theory]
    [InlineData(Answer.Auto)]
    [InlineData(Answer.Joint)]
    [InlineData(Answer.BestHead)]
    [InlineData(Answer.MeanOfHeads)]
    [InlineData(Answer.MeanOfLogits)]
    [InlineData(Answer.Pool)]
    public void Choose_never_hears_a_head_that_never_learned(Answer answer)
    {
        for (int pattern = 1; pattern < 8; pattern++)
        {
            bool[] learned = [(pattern & 1) > 0, (pattern & 2) > 0, (pattern & 4) > 0];
            // Heads that never learned are the better ones on these rows, by luck.
            var rule = AnswerRule.Choose(answer, s_heads, Predictions([.. learned.Select(l => l ? 0.5 : 4)]), learned, false, _ => { });
            Assert.All(rule.Weights.Zip(learned),
                pair => Assert.True(pair.Second || pair.First == 0, $"{answer}: [{string.Join(", ", rule.Weights)}] hears what never learned"));
            Assert.Contains(rule.Weights, weight => weight > 0);
        }
    }

    [Fact]
    public void Choose_best_head_without_a_joint_head_that_learned_takes_the_best_of_the_others()
    {
        var warnings = new List<string>();
        var rule = AnswerRule.Choose(Answer.BestHead, s_heads, Predictions([0.5, 1, 4]), [true, true, false], false, warnings.Add);
        Assert.Equal([0, 1, 0], rule.Weights);
        Assert.Contains(warnings, w => w.Contains("never had weight"));
        var separate = AnswerRule.Choose(Answer.BestHead, s_heads[..2], Predictions([1, 0.5]), [true, true], false, warnings.Add);
        Assert.Equal([1, 0], separate.Weights);
    }

    [Theory]
    [InlineData(Answer.Joint)]
    [InlineData(Answer.MeanOfHeads)]
    [InlineData(Answer.MeanOfLogits)]
    public void Rows_that_only_a_poor_head_can_read_are_answered_by_it(Answer answer)
    {
        var heldOut = Predictions([2, -2, 2]);
        var rule = AnswerRule.Choose(answer, s_heads, heldOut, [true, true, true], false, _ => { }).WithSingleHeads(s_heads, heldOut);
        Assert.Equal([0, 1, 0], rule.Without(s_heads, modality => modality == 0).Weights);
    }

    [Fact]
    public void Rows_that_only_a_head_can_read_that_is_wrong_on_every_held_out_row_get_even_odds_from_a_pool()
    {
        var heldOut = Predictions([2, -2, 2]);
        var rule = AnswerRule.Choose(Answer.Pool, s_heads, heldOut, [true, true, true], false, _ => { }).WithSingleHeads(s_heads, heldOut);
        Assert.Equal(Math.Log(3), rule.Without(s_heads, modality => modality == 0).MeanLoss(heldOut)!.Value, 1e-9);
    }

    [Fact]
    public void Rows_without_the_better_modality_are_answered_as_well_as_the_other_head_can()
    {
        var random = new Random(5);
        double Normal() => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
        float[] y = [.. Enumerable.Range(0, 200).Select(_ => (float)Normal())];
        double[] Head(double error) => [.. y.Select(v => v + error * Normal())];
        HeldOutPredictions heldOut = new([Head(0.1), Head(0.5), Head(0.1)], new(LearningTask.Regression, 1, null, y), new Loss(LearningTask.Regression));
        var rule = AnswerRule.Choose(Answer.Pool, s_heads, heldOut, [true, true, true], false, _ => { }).WithSingleHeads(s_heads, heldOut);
        foreach (int absent in new[] { 0, 1 })
        {
            double alone = y.Zip(heldOut.ByBranch[1 - absent], (v, f) => (f - v) * (f - v)).Average();
            double found = rule.Without(s_heads, modality => modality == absent).MeanLoss(heldOut)!.Value;
            Assert.True(found <= 1.001 * alone, $"without modality {absent} the loss is {found}, that of the other head {alone}");
        }
    }

    [Fact]
    public void Rows_with_several_of_many_modalities_are_answered_by_a_mean_of_their_heads()
    {
        double[][] f = [
            .. Enumerable.Range(0, 9).Select(b => Enumerable.Range(0, 30).Select(row => row % 5 + (b == 3 ? 0.1 : 1) * Math.Sin(row * (b + 1.0))).ToArray())];
        HeldOutPredictions heldOut = new(
            f, new(LearningTask.Regression, 1, null, [.. Enumerable.Range(0, 30).Select(row => (float)(row % 5))]), new Loss(LearningTask.Regression));
        HeadInfo[] heads = [.. Enumerable.Range(0, 8).Select(i => new HeadInfo($"{i}", i)), new("Joint", null)];
        var rule = AnswerRule.Choose(Answer.Pool, heads, heldOut, [.. heads.Select(_ => true)], false, _ => { }).WithSingleHeads(heads, heldOut);
        var without = rule.Without(heads, modality => modality > 3);
        Assert.Equal(1, without.Weights.Sum(), 1e-12);
        Assert.All(without.Weights.Skip(4), w => Assert.Equal(0, w));
        Assert.True(without.Weights[3] > without.Weights[0]);
    }

    [Fact]
    public void Rows_that_lack_a_modality_keep_the_scale_of_an_unfitted_mean()
    {
        // Fewer than 20 held-out rows: the mean of all heads, of which one is left.
        float[] y = [.. Enumerable.Range(0, 10).Select(i => (float)i)];
        double[] f = [.. y.Select(v => (double)v)];
        HeldOutPredictions heldOut = new([f, f, f], new(LearningTask.Regression, 1, null, y), new Loss(LearningTask.Regression));
        var rule = AnswerRule.Choose(Answer.MeanOfLogits, s_heads, heldOut, [true, true, true], true, _ => { }).WithSingleHeads(s_heads, heldOut);
        Assert.Equal(0, rule.Without(s_heads, modality => modality == 0).MeanLoss(heldOut)!.Value, 1e-12);
    }

    [Theory]
    [InlineData(false, true, "'A'")]
    [InlineData(true, false, "'B'")]
    [InlineData(false, false, "'A', 'B'")]
    public void WithSingleHeads_where_a_head_never_learned_is_refused_by_name(bool a, bool b, string named)
    {
        var heldOut = Predictions([1, 1, 1]);
        bool[] learned = [a, b, true];
        var rule = AnswerRule.Choose(Answer.Auto, s_heads, heldOut, learned, false, _ => { });
        var e = Assert.Throws<InvalidOperationException>(() => rule.WithSingleHeads(s_heads, heldOut));
        Assert.Contains(named, e.Message);
    }

    /// <summary>Heads that give the true class a lead over the others.</summary>
    private static HeldOutPredictions Predictions(double[] leads)
    {
        var random = new Random(3);
        double[][] logits = [.. leads.Select(
            lead => s_labels.SelectMany(label => Enumerable.Range(0, 3).Select(c => (c == label ? lead : 0) + 0.2 * random.NextDouble())).ToArray())];
        return new(logits, new(LearningTask.Multiclass, 3, s_labels, null), new Loss(LearningTask.Multiclass));
    }
}
