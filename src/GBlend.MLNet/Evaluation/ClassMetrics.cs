namespace GBlend.MLNet;

/// <summary>Metrics of predictions of one class per row. They read arrays and return numbers.</summary>
/// <remarks>
/// Where scores are equal, the score of the higher class index counts as the better one, as in scikit-learn's <c>top_k_accuracy_score</c>.
/// Accuracies are shares in [0, 1].
/// </remarks>
public static class ClassMetrics
{
    /// <summary>
    /// Computes the top-k accuracy, which video data sets call hit@k: the share of rows whose class is among the k classes of the highest scores.
    /// On clips it is clip hit@k, on scores averaged by <see cref="ScoreGroups"/> video hit@k.
    /// </summary>
    /// <param name="scores">The scores as [rows][classes]; any scores that grow with the class's probability.</param>
    /// <param name="labels">The class of each row as [rows], counted from 0.</param>
    /// <param name="k">The number of classes that are looked at in each row, 1 or more. Default 1.</param>
    /// <returns>The accuracy, in [0, 1].</returns>
    /// <exception cref="ArgumentException">
    /// There are no rows, rows have different lengths, a score is not a number, or a label is not the index of a class.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="k"/> is below 1.</exception>
    public static double TopKAccuracy(IReadOnlyList<float[]> scores, IReadOnlyList<int> labels, int k = 1)
    {
        EvaluationChecks.Scores(scores, labels);
        return (double)Enumerable.Range(0, labels.Count).Count(row => TopK.Contains(scores[row], labels[row], k)) / labels.Count;
    }

    /// <summary>
    /// Computes the expected calibration error (Guo et al., ICML 2017): rows are put into bins of equal width by the probability of the class that is
    /// answered, and the differences between the mean of these probabilities and the share of right answers are averaged over the rows.
    /// </summary>
    /// <param name="probabilities">The probabilities as [rows][classes], in [0, 1].</param>
    /// <param name="labels">The class of each row as [rows], counted from 0.</param>
    /// <param name="bins">The number of bins, 1 or more. Default 15, as in the paper.</param>
    /// <returns>The error, in [0, 1]; 0 where the model is as often right as it says.</returns>
    /// <exception cref="ArgumentException">
    /// There are no rows, rows have different lengths, a probability is not a number or not in [0, 1], or a label is not the index of a class.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="bins"/> is below 1.</exception>
    public static double CalibrationError(IReadOnlyList<float[]> probabilities, IReadOnlyList<int> labels, int bins = 15)
    {
        EvaluationChecks.Scores(probabilities, labels);
        ArgumentOutOfRangeException.ThrowIfLessThan(bins, 1);
        if (probabilities.Any(row => row.Any(p => p is < 0 or > 1)))
            throw new ArgumentException("Calibration is of probabilities, but a score is below 0 or above 1. Give the column Score of a model of "
                + "classes.", nameof(probabilities));
        var surplus = new double[bins];
        for (int row = 0; row < labels.Count; row++)
        {
            float sure = probabilities[row].Max();
            surplus[Math.Min((int)(sure * bins), bins - 1)] += sure - (TopK.Contains(probabilities[row], labels[row], 1) ? 1 : 0);
        }
        return surplus.Sum(Math.Abs) / labels.Count;
    }

    /// <summary>
    /// Computes the accuracy of every class by itself, and their mean (class-mean or balanced accuracy), in which rare classes count as much as
    /// frequent ones.
    /// </summary>
    /// <param name="scores">The scores as [rows][classes]; any scores that grow with the class's probability.</param>
    /// <param name="labels">The class of each row as [rows], counted from 0.</param>
    /// <param name="k">The number of highest scores among which the class of a row must be to count as right, 1 or more. Default 1.</param>
    /// <returns>The accuracy of each class, with no value for classes that have no rows.</returns>
    /// <exception cref="ArgumentException">
    /// There are no rows, rows have different lengths, a score is not a number, or a label is not the index of a class.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="k"/> is below 1.</exception>
    public static ClassAccuracies PerClass(IReadOnlyList<float[]> scores, IReadOnlyList<int> labels, int k = 1)
    {
        int classes = EvaluationChecks.Scores(scores, labels);
        int[] rows = new int[classes], right = new int[classes];
        for (int row = 0; row < labels.Count; row++)
        {
            rows[labels[row]]++;
            right[labels[row]] += TopK.Contains(scores[row], labels[row], k) ? 1 : 0;
        }
        return new ClassAccuracies([.. rows.Select((n, c) => n == 0 ? (double?)null : (double)right[c] / n)]);
    }
}

/// <summary>The accuracy of every class by itself.</summary>
/// <param name="PerClass">The accuracy of each class, in [0, 1]; <see langword="null"/> for a class that has no rows.</param>
public sealed record ClassAccuracies(IReadOnlyList<double?> PerClass)
{
    /// <summary>The mean accuracy over the classes that have rows, in [0, 1]; not a number (NaN) when no class has rows.</summary>
    public double Mean => PerClass.Average() ?? double.NaN;

    /// <summary>The indices of the classes that have no rows, which <see cref="Mean"/> leaves out.</summary>
    public IReadOnlyList<int> Skipped => [.. Enumerable.Range(0, PerClass.Count).Where(c => PerClass[c] is null)];

    /// <summary>Computes what each class gains with this model over another one: the difference of the accuracies.</summary>
    /// <param name="other">The accuracies of the other model on the same rows.</param>
    /// <returns>The gain of each class, in [-1, 1]; <see langword="null"/> for a class that has no rows in one of the two.</returns>
    /// <exception cref="ArgumentException">The numbers of classes differ.</exception>
    public IReadOnlyList<double?> GainOver(ClassAccuracies other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other.PerClass.Count != PerClass.Count)
            throw new ArgumentException($"These are accuracies of {PerClass.Count} classes and the others of {other.PerClass.Count}.", nameof(other));
        return [.. PerClass.Zip(other.PerClass, (mine, theirs) => mine - theirs)];
    }
}
