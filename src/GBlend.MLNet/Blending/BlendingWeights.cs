namespace GBlend.MLNet;

/// <summary>Weights of branches as plain numbers: one per modality in their order, the joint branch last.</summary>
internal static class BlendingWeights
{
    /// <summary>The share of the largest weight up to which a weight teaches nothing worth hearing.</summary>
    private const double LeastShare = 1e-6;

    /// <summary>
    /// Where an estimate starts from: all weight on the joint branch, as in naive training, so that a blend has to be earned by evidence
    /// each time. Not the weights of the span before, which may starve a branch for the rest of the run, and not equal ones, which can
    /// be far worse than naive training.
    /// </summary>
    internal static double[] Start(int branches) => [.. Enumerable.Range(1, branches).Select(b => b == branches ? 1.0 : 0)];

    /// <summary>The same weight for every branch.</summary>
    internal static double[] Equal(int branches) => [.. Enumerable.Repeat(1.0 / branches, branches)];

    /// <summary>Weights of the same proportions that sum to one.</summary>
    internal static double[] Normalized(IReadOnlyList<double> weights)
    {
        double sum = weights.Sum();
        return [.. weights.Select(w => w / sum)];
    }

    /// <summary>Whether a branch with this weight among the others' learns.</summary>
    internal static bool Teach(IReadOnlyList<double> weights, int branch) => weights[branch] > LeastShare * weights.Max();

    /// <summary>The sum of the squared differences of two sets of weights.</summary>
    internal static double SquaredDistance(IReadOnlyList<double> one, IReadOnlyList<double> other) => one.Zip(other, (a, b) => (a - b) * (a - b)).Sum();
}
