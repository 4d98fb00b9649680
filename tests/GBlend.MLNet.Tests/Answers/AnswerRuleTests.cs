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
            Assert.All(rule.Weights.Zip(learned), pair => Assert.True(pair.Second || pair.First == 0, $"{answer}: [{string.Join(", ", rule.Weights)}] hears what never learned"));
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
    [InlineData(Answer.Auto)]
    [InlineData(Answer.Joint)]
    [InlineData(Answer.MeanOfHeads)]
    public void Rows_that_only_a_useless_head_can_read_are_answered_by_it(Answer answer)
    {
        // B is wrong on every held-out row, so that a pool has no use for it, but it is all there is of a row without A.
        bool[] learned = [true, true, true];
        var heldOut = Predictions([2, -2, 2]);
        var rule = AnswerRule.Choose(answer, s_heads, heldOut, learned, false, _ => { }).WithSingleHeads(s_heads, heldOut);
        var without = rule.Without(s_heads, modality => modality == 0);
        Assert.Equal([0, 0], [without.Weights[0], without.Weights[2]]);
        Assert.True(without.Weights[1] > 0);
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
        double[][] logits = [.. leads.Select(lead => s_labels.SelectMany(label => Enumerable.Range(0, 3).Select(c => (c == label ? lead : 0) + 0.2 * random.NextDouble())).ToArray())];
        return new(logits, new(LearningTask.Multiclass, 3, s_labels, null), new Loss(LearningTask.Multiclass));
    }
}
