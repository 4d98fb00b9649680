using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace GBlend.MLNet.Tests.Answers;

/// <summary>What a member does to the pool of the heads of networks, on generated predictions of held-out rows.</summary>
public sealed class MemberPoolProperties
{
    private const int Heads = 3;

    /// <summary>Predictions of three heads, of which the last is joint, and of a member.</summary>
    /// <param name="task">The task.</param>
    /// <param name="seed">Decides all.</param>
    /// <param name="ofMember">How much the member knows: 0 for noise.</param>
    /// <param name="rows">How many rows there are.</param>
    private static HeldOutPredictions Draw(LearningTask task, int seed, double ofMember, int rows)
    {
        var random = new Random(seed);
        double Normal() => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
        int outputs = task == LearningTask.Regression ? 1 : 2 + random.Next(3);
        long[] classes = [.. Enumerable.Range(0, rows).Select(_ => (long)random.Next(outputs))];
        float[] values = task == LearningTask.Regression ? [.. Enumerable.Range(0, rows).Select(_ => (float)Normal())]
            : [.. Enumerable.Range(0, rows * outputs).Select(_ => (float)random.Next(2))];
        double Truth(int at) => task switch
        {
            LearningTask.Multiclass => classes[at / outputs] == at % outputs ? 1 : 0,
            LearningTask.MultiLabel => 2 * values[at] - 1,
            _ => values[at],
        };
        double noise = task == LearningTask.Regression ? 0.5 : 1;
        double[] Head(double knows) => [.. Enumerable.Range(0, rows * outputs).Select(at => knows * Truth(at) + noise * Normal())];
        double[][] heads = [.. Enumerable.Range(0, Heads).Select(_ => Head(0.3 + 1.5 * random.NextDouble())), Head(ofMember)];
        var targets = new TrainingTargets(task, outputs, task == LearningTask.Multiclass ? classes : null, task == LearningTask.Multiclass ? null : values);
        return new(heads, targets, new Loss(task));
    }

    private static readonly HeadInfo[] s_heads = [new("A", 0), new("B", 1), new("Joint", null), new("Member", null) { Reads = [0, 1] }];

    private static AnswerRule Choose(HeldOutPredictions rows, bool withMember) =>
        AnswerRule.Choose(Answer.Auto, s_heads, rows, [true, true, true, withMember], severalNetworks: true, _ => { });

    public static Arbitrary<(LearningTask Task, int Seed, int Knows, int Rows)> Cases { get; } = (
        from task in Gen.Elements(Enum.GetValues<LearningTask>())
        from seed in Gen.Choose(0, int.MaxValue - 1)
        from knows in Gen.Choose(0, 4)
        from rows in Gen.Choose(40, 400)
        select (task, seed, knows, rows)).ToArbitrary();

    /// <summary>
    /// The pool may give the member nothing, so that its loss on the rows that it is fitted on, whose predictions are out of fold, is at most what the pull
    /// of the ridge toward equal coefficients costs more.
    /// </summary>
    [Property(MaxTest = 60)]
    public Property A_pool_with_a_member_is_never_worse_than_without() => Prop.ForAll(Cases, drawn =>
    {
        var rows = Draw(drawn.Task, drawn.Seed, drawn.Knows / 2.0, drawn.Rows);
        AnswerRule with = Choose(rows, true), without = Choose(rows, false);
        double Pull(AnswerRule rule) => rule.Weights.Sum(a => (a - 1.0 / s_heads.Length) * (a - 1.0 / s_heads.Length));
        // In the unit of the loss: of numbers twice the best head's variance of errors, of labels their mean.
        double unit = drawn.Task switch
        {
            LearningTask.Regression => 2 * rows.ByBranch.Min(head => Variance(head, rows.Targets.Values!)),
            LearningTask.MultiLabel => 1.0 / rows.Targets.Outputs,
            _ => 1,
        };
        double most = LogPool.DefaultRidge * (Pull(without) - Pull(with)) * unit / rows.Rows;
        return (with.MeanLoss(rows)!.Value <= without.MeanLoss(rows)!.Value + most + 1e-6)
            .Label($"{drawn}: {with.MeanLoss(rows)} with the member ({with.Describe(s_heads)}), {without.MeanLoss(rows)} without, at most {most} more");
    });

    [Property(MaxTest = 30)]
    public Property On_rows_that_the_pool_has_not_seen_it_costs_little_at_most() => Prop.ForAll(Cases, drawn =>
    {
        var rows = Draw(drawn.Task, drawn.Seed, drawn.Knows / 2.0, Math.Max(drawn.Rows, 200));
        var judge = new CrossFit(rows.Rows, null, drawn.Seed);
        double with = judge.MeanLoss(rows, r => Choose(r, true)), without = judge.MeanLoss(rows, r => Choose(r, false));
        return (with <= without + 0.02).Label($"{drawn}: {with} with the member, {without} without");
    });

    [Property(MaxTest = 30)]
    public Property A_member_of_noise_has_a_coefficient_near_zero() => Prop.ForAll(Cases, drawn =>
    {
        var rows = Draw(drawn.Task, drawn.Seed, 0, 1500);
        var rule = Choose(rows, true);
        return (rule.Weights[^1] < 0.1 * rule.Weights.Sum()).Label($"{drawn}: {rule.Describe(s_heads)}");
    });

    private static double Variance(double[] head, float[] values)
    {
        double mean = head.Zip(values, (h, v) => h - v).Average();
        return head.Zip(values, (h, v) => (h - v - mean) * (h - v - mean)).Average();
    }
}
