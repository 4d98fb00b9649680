namespace GBlend.MLNet.Tests;

public sealed class CrossFitTests
{
    private const int Heads = 4, Classes = 3;

    /// <summary>A pool of heads that know nothing finds a little luck in the rows it is fitted on, and none in others.</summary>
    [Fact]
    public void MeanLoss_of_a_pool_is_that_of_rows_it_was_not_fitted_on()
    {
        AnswerRule Choose(HeldOutPredictions rows) => AnswerRule.Choose(Answer.Pool, Branches, rows, Learned, false, _ => { });
        int[] seeds = [.. Enumerable.Range(1, 60)];
        double own = seeds.Average(seed => Choose(Noise(60, seed)).MeanLoss(Noise(60, seed))!.Value);
        double fair = seeds.Average(seed => new CrossFit(60, null, 1).MeanLoss(Noise(60, seed), Choose));
        double others = seeds.Average(seed => Choose(Noise(60, seed)).MeanLoss(Noise(600, -seed))!.Value);
        Assert.True(own < others - 0.01, $"own rows {own}, other rows {others}");
        Assert.Equal(others, fair, (others - own) / 2);
    }

    /// <summary>Each half of the rows is judged by the head that is best on the other half: here always the wrong one.</summary>
    [Fact]
    public void MeanLoss_judges_every_row_by_the_others()
    {
        long[] classes = [0, 1, 0, 1];
        double[] Says(params int[] right) =>
            [.. Enumerable.Range(0, 4).SelectMany(row => right.Contains(row) == (classes[row] == 0) ? new[] { 3.0, 0 } : [0, 3.0])];
        var heldOut = new HeldOutPredictions([Says(0, 1), Says(2, 3)], new(LearningTask.Multiclass, 2, classes, null), new Loss(LearningTask.Multiclass));
        IReadOnlyList<HeadInfo> heads = [new("A", 0), new("B", 1)];
        AnswerRule Choose(HeldOutPredictions rows) => AnswerRule.Choose(Answer.BestHead, heads, rows, [true, true], false, _ => { });
        double right = Math.Log(1 + Math.Exp(-3)), wrong = Math.Log(1 + Math.Exp(3));
        Assert.Equal((right + wrong) / 2, Choose(heldOut).MeanLoss(heldOut)!.Value, 1e-9);
        // The groups are the first two rows and the last two.
        Assert.Equal(wrong, new CrossFit(4, [7, 7, 9, 9], 1).MeanLoss(heldOut, Choose), 1e-9);
    }

    [Fact]
    public void MeanLoss_of_an_answer_that_looks_at_no_rows_is_its_own()
    {
        var heldOut = Noise(30);
        AnswerRule Choose(HeldOutPredictions rows) => AnswerRule.Choose(Answer.MeanOfLogits, Branches, rows, Learned, true, _ => { });
        Assert.Equal(Choose(heldOut).MeanLoss(heldOut), new CrossFit(30, null, 1).MeanLoss(heldOut, Choose));
    }

    /// <summary>A pool needs 20 rows; that a part has fewer does not change what is chosen.</summary>
    [Fact]
    public void MeanLoss_of_parts_is_of_the_kind_of_answer_that_is_given()
    {
        var heldOut = Noise(20);
        var chosen = new List<AnswerRule>();
        new CrossFit(20, null, 1).MeanLoss(heldOut, rows =>
        {
            chosen.Add(AnswerRule.Choose(Answer.Pool, Branches, rows, Learned, false, message => Assert.Fail(message)));
            return chosen[^1];
        });
        Assert.Equal(6, chosen.Count);
        Assert.All(chosen, rule => Assert.True(rule.IsPool));
    }

    private static IReadOnlyList<HeadInfo> Branches { get; } = [.. Enumerable.Range(0, Heads - 1).Select(i => new HeadInfo($"{i}", i)), new("Joint", null)];

    private static IReadOnlyList<bool> Learned { get; } = [.. Enumerable.Repeat(true, Heads)];

    private static HeldOutPredictions Noise(int rows, int seed = 1)
    {
        var random = new Random(seed);
        double[] Logits() => [.. Enumerable.Range(0, rows * Classes).Select(_ => 4 * random.NextDouble())];
        return new([.. Enumerable.Range(0, Heads).Select(_ => Logits())], new(
            LearningTask.Multiclass, Classes, [.. Enumerable.Range(0, rows).Select(_ => random.NextInt64(Classes))], null), new Loss(LearningTask.Multiclass));
    }
}
