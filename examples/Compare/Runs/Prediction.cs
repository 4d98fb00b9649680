namespace Compare;

/// <summary>What a model says of rows, and how good that is.</summary>
/// <param name="Probabilities">[row][class]; NaN from a head that never learned, which is wrong everywhere and has an infinite loss.</param>
/// <param name="Labels">The class of each row.</param>
internal sealed record Prediction(float[][] Probabilities, int[] Labels)
{
    /// <summary>As in ML.NET's metrics: a probability of zero costs a bounded amount.</summary>
    private const double LeastProbability = 1e-15;

    /// <summary>As in the library's answers: a log-probability below it counts as this.</summary>
    private const double LeastLog = -12;

    public double Accuracy => Probabilities.Zip(Labels, (p, label) => !float.IsNaN(p[label]) && Array.IndexOf(p, p.Max()) == label ? 1.0 : 0).Average();

    public double LogLoss =>
        Probabilities.Zip(Labels, (p, label) => float.IsNaN(p[label]) ? double.PositiveInfinity : -Math.Log(Math.Max(p[label], LeastProbability))).Average();

    /// <summary>
    /// The area under the ROC curve of the rarer of two classes: how often a row of it has more of its probability than one of the other, ties counting
    /// half. Not a number with more classes, without rows of both, or from a head that never learned.
    /// </summary>
    public double RareAuc
    {
        get
        {
            int ones = Labels.Count(label => label == 1), rare = 2 * ones > Labels.Length ? 0 : 1, positives = rare == 1 ? ones : Labels.Length - ones;
            if (Probabilities[0].Length != 2 || positives == 0 || positives == Labels.Length || Probabilities.Any(p => float.IsNaN(p[rare])))
                return double.NaN;
            double ranks = 0;
            int below = 0;
            foreach (var tied in Probabilities.Zip(Labels).GroupBy(row => row.First[rare]).OrderBy(group => group.Key))
            {
                int rows = tied.Count();
                ranks += tied.Count(row => row.Second == rare) * (below + (rows + 1) / 2.0);
                below += rows;
            }
            return (ranks - (positives * (positives + 1) / 2.0)) / positives / (Labels.Length - positives);
        }
    }

    /// <summary>The mean of several models' probabilities.</summary>
    public static Prediction MeanOfProbabilities(IReadOnlyList<Prediction> members) =>
        members[0] with { Probabilities = Combine(members, p => p, sums => sums) };

    /// <summary>The mean of their logits, made a probability.</summary>
    public static Prediction MeanOfLogits(IReadOnlyList<Prediction> members) =>
        members[0] with { Probabilities = Combine(members, p => Math.Max(Math.Log(p), LeastLog), means => [.. means.Select(m => Math.Exp(m - means.Max()))]) };

    private static float[][] Combine(IReadOnlyList<Prediction> members, Func<double, double> read, Func<double[], double[]> write) =>
        [.. Enumerable.Range(0, members[0].Labels.Length).Select(row =>
        {
            double[] values = write(
                [.. Enumerable.Range(0, members[0].Probabilities[row].Length).Select(c => members.Average(m => read(m.Probabilities[row][c])))]);
            double sum = values.Sum();
            return values.Select(v => (float)(v / sum)).ToArray();
        })];
}
