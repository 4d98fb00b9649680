namespace GBlend.MLNet;

/// <summary>What every branch predicts for the held-out rows, and what is true of them.</summary>
/// <param name="ByBranch">[branch][row x output]: logits, or standardized numbers.</param>
/// <param name="Targets">The labels of the held-out rows.</param>
/// <param name="Loss">The task's loss.</param>
internal sealed record HeldOutPredictions(double[][] ByBranch, TrainingTargets Targets, Loss Loss)
{
    /// <summary>A probability of zero would make a mean of losses infinite.</summary>
    private const double LeastProbability = 1e-30;

    internal LearningTask Task => Loss.Task;

    internal int Rows => Targets.Classes?.Length ?? Targets.Values!.Length / Targets.Outputs;

    /// <summary>The number of rows that count alike and would say as much as these.</summary>
    internal double EffectiveRows => Targets.Weights is { } weights ? RowWeights.EffectiveNumber(weights) : Rows;

    /// <summary>
    /// The effective number of all held-out rows, of which these may be a part. What a choice makes of them is decided by all.
    /// </summary>
    internal double EffectiveRowsInAll
    {
        get => field > 0 ? field : EffectiveRows;
        private init;
    }

    /// <summary>Some of the rows.</summary>
    internal HeldOutPredictions Take(IReadOnlyList<int> rows) => this with
    {
        ByBranch = [.. ByBranch.Select(branch => rows.SelectMany(row => new ArraySegment<double>(branch, row * Targets.Outputs, Targets.Outputs)).ToArray())],
        Targets = Targets.Rows(rows),
        EffectiveRowsInAll = EffectiveRowsInAll,
    };

    /// <summary>Some of the rows, as if there were no others.</summary>
    internal HeldOutPredictions Only(IReadOnlyList<int> rows) => Take(rows) with { EffectiveRowsInAll = 0 };

    /// <summary>
    /// Fits the pool of the heads that have learned. Weights are brought to a sum of the effective number of rows, so that the ridge, which
    /// is weighed against what the rows say, is not outweighed by a few rows that count much.
    /// </summary>
    /// <param name="learned">Which heads have.</param>
    /// <param name="ridge">The pull toward equal coefficients of sum one.</param>
    /// <returns>One coefficient for each of those heads.</returns>
    internal PoolFit FitPool(IReadOnlyList<bool> learned, double ridge = LogPool.DefaultRidge)
    {
        double[]? weights = Targets.Weights;
        if (weights is not null)
        {
            double scale = EffectiveRows / weights.Sum();
            weights = [.. weights.Select(w => w * scale)];
        }
        var heads = ByBranch.Where((_, b) => learned[b]).ToArray();
        return Task switch
        {
            LearningTask.Multiclass => new(LogPool.Fit(Logs(heads, Targets.Outputs), Targets.Classes!, Targets.Outputs, ridge, weights), 0),
            // Every label of every row is a choice of two; the coefficients are the same for all labels.
            LearningTask.MultiLabel => new(LogPool.Fit([.. heads.Select(StateLogs)], [.. Targets.Values!.Select(v => v > 0.5 ? 0L : 1L)], 2, ridge,
                weights?.SelectMany(w => Enumerable.Repeat(w, Targets.Outputs)).ToArray()), 0),
            _ => LinearPool.Fit(heads, [.. Targets.Values!.Select(v => (v - Loss.TargetMean) / Loss.TargetScale)], weights, ridge),
        };
    }

    /// <summary>The heads' log-probabilities, floored as a pool reads them.</summary>
    private static double[][] Logs(double[][] heads, int classes) => [.. heads.Select(logits =>
    {
        var logs = (double[])logits.Clone();
        for (int from = 0; from < logs.Length; from += classes)
            LogPool.ReadHead(LearningTask.Multiclass, logs.AsSpan(from, classes));
        return logs;
    })];

    /// <summary>Per label the floored log-probabilities of its being there and of its not being there.</summary>
    private static double[] StateLogs(double[] logits) => [.. logits.SelectMany(z => new[] { LogPool.LogSigmoid(z), LogPool.LogSigmoid(-z) })];

    /// <summary>The loss of an answer (probabilities, or a standardized number) for a row.</summary>
    internal double LossOf(int row, ReadOnlySpan<double> answer)
    {
        if (Task == LearningTask.Multiclass)
            return -Math.Log(Math.Max(answer[(int)Targets.Classes![row]], LeastProbability));
        if (Task == LearningTask.Regression)
            return Math.Pow(answer[0] - (Targets.Values![row] - Loss.TargetMean) / Loss.TargetScale, 2);
        double sum = 0;
        for (int c = 0; c < answer.Length; c++)
            sum -= Math.Log(Math.Max(Targets.Values![row * answer.Length + c] > 0.5 ? answer[c] : 1 - answer[c], LeastProbability));
        return sum / answer.Length;
    }
}
