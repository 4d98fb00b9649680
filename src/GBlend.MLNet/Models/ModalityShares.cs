namespace GBlend.MLNet;

/// <summary>
/// What a model answers to a row without some of its modalities, for every set of them, from one pass of the encoders: rules that leave heads out need no
/// other predictions than those of all heads, and joint heads that can do without a modality are passed for every set.
/// </summary>
/// <param name="model">A model of classes.</param>
internal sealed class ModalityShares(TrainedModel model)
{
    /// <summary>The most modalities of which all sets are looked at.</summary>
    internal const int MostModalities = 8;

    /// <summary>A probability of zero has no logarithm.</summary>
    private const double LeastProbability = 1e-30;

    private readonly AnswerRule[] _rules = [.. Enumerable.Range(0, 1 << model.Modalities.Count).Select(set => set == 0 ? model.Answer : model.RuleOf(set))];
    private readonly double[] _scratch = new double[model.Outputs];

    /// <summary>The probabilities of the classes for a row, by some of its modalities; by none the shares of the classes among the training rows.</summary>
    /// <param name="passes">What all heads predict, see <see cref="TrainedModel.PredictAll"/>.</param>
    /// <param name="row">The row of the block.</param>
    /// <param name="set">The modalities: bit i for modality i.</param>
    internal double[] Answer(IReadOnlyList<double[][][]> passes, int row, int set)
    {
        if (set == 0)
            return [.. model.Calibration.Priors];
        double[] sum = new double[model.Outputs], answer = new double[model.Outputs];
        foreach (var predictions in passes)
        {
            _rules[set].Combine(model.Task, predictions[set], row, answer, _scratch);
            for (int c = 0; c < sum.Length; c++)
                sum[c] += answer[c] / passes.Count;
        }
        return sum;
    }

    /// <summary>The answers to a row by every set of the modalities that it has; nothing for other sets.</summary>
    internal double[]?[] Answers(IReadOnlyList<double[][][]> passes, int row, int has) =>
        [.. Enumerable.Range(0, _rules.Length).Select(set => (set & ~has) == 0 ? Answer(passes, row, set) : null)];

    /// <summary>
    /// What each modality adds to the log-probability of a class: Shapley values over the modalities that the row has, 0 for the others.
    /// </summary>
    /// <param name="answers">See <see cref="Answers"/>.</param>
    /// <param name="has">The modalities that the row has.</param>
    /// <param name="ofClass">The class.</param>
    internal double[] Of(double[]?[] answers, int has, int ofClass)
    {
        int[] there = [.. Enumerable.Range(0, model.Modalities.Count).Where(i => (has >> i & 1) == 1)];
        double[] worth = [.. Enumerable.Range(0, 1 << there.Length)
            .Select(set => Log(answers[there.Where((_, i) => (set >> i & 1) == 1).Sum(m => 1 << m)]![ofClass]))];
        double[] values = Shapley.Values(there.Length, worth), shares = new double[model.Modalities.Count];
        for (int i = 0; i < there.Length; i++)
            shares[there[i]] = values[i];
        return shares;
    }

    internal static double Log(double probability) => Math.Log(Math.Max(probability, LeastProbability));
}
