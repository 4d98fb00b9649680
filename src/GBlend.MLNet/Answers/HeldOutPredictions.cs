namespace GBlend.MLNet;

/// <summary>What every branch predicts for the held-out rows, and what is true of them.</summary>
/// <param name="ByBranch">[branch][row x output]: logits, or standardised numbers.</param>
/// <param name="Targets">The labels of the held-out rows.</param>
/// <param name="Loss">The task's loss.</param>
internal sealed record HeldOutPredictions(double[][] ByBranch, TrainingTargets Targets, Loss Loss)
{
    /// <summary>A probability of zero would make a mean of losses infinite.</summary>
    private const double LeastProbability = 1e-30;

    internal LearningTask Task => Loss.Task;

    internal int Rows => Targets.Classes?.Length ?? Targets.Values!.Length / Targets.Outputs;

    /// <summary>Classes: the branches' log-probabilities, floored as a pool reads them.</summary>
    internal double[][] LogProbabilities() => [.. ByBranch.Select(logits =>
    {
        var logs = (double[])logits.Clone();
        for (int row = 0; row < Rows; row++)
        {
            var one = logs.AsSpan(row * Targets.Outputs, Targets.Outputs);
            LogPool.Softmax(one);
            for (int c = 0; c < one.Length; c++)
                one[c] = Math.Max(Math.Log(one[c]), LogPool.Floor);
        }
        return logs;
    })];

    /// <summary>The loss of an answer (probabilities, or a standardised number) for a row.</summary>
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
