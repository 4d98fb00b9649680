namespace GBlend.MLNet;

/// <summary>Metrics of predictions of one class per row. Pure: arrays in, numbers out.</summary>
/// <remarks>
/// Of equal scores the one of the higher class index is taken to be better, as scikit-learn's <c>top_k_accuracy_score</c> does. Accuracies
/// are shares in [0, 1].
/// </remarks>
public static class ClassMetrics
{
    /// <summary>
    /// Top-k accuracy, which video sets call hit@k: the share of rows whose class is among the k of the highest scores. On clips it is
    /// clip hit@k; on scores averaged by <see cref="ScoreGroups"/>, video hit@k.
    /// </summary>
    /// <param name="scores">[rows][classes]; any scores that grow with the class's probability.</param>
    /// <param name="labels">[rows]; the class of each row, from 0.</param>
    /// <param name="k">1 or more.</param>
    /// <returns>In [0, 1].</returns>
    /// <exception cref="ArgumentException">No rows, rows of different lengths, a score that is not a number, or a label that is no class.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="k"/> is below 1.</exception>
    public static double TopKAccuracy(IReadOnlyList<float[]> scores, IReadOnlyList<int> labels, int k = 1)
    {
        EvaluationChecks.Scores(scores, labels);
        return (double)Enumerable.Range(0, labels.Count).Count(row => TopK.Contains(scores[row], labels[row], k)) / labels.Count;
    }

    /// <summary>The accuracy of every class by itself, and their mean (class-mean or balanced accuracy), in which rare classes count as much as frequent ones.</summary>
    /// <param name="scores">[rows][classes]; any scores that grow with the class's probability.</param>
    /// <param name="labels">[rows]; the class of each row, from 0.</param>
    /// <param name="k">A row counts as right when its class is among the k of the highest scores; 1 or more.</param>
    /// <returns>Per class, without those that have no rows.</returns>
    /// <exception cref="ArgumentException">No rows, rows of different lengths, a score that is not a number, or a label that is no class.</exception>
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
/// <param name="PerClass">Per class a share in [0, 1]; <see langword="null"/> for a class without rows.</param>
public sealed record ClassAccuracies(IReadOnlyList<double?> PerClass)
{
    /// <summary>The mean over the classes that have rows.</summary>
    public double Mean => PerClass.Average() ?? double.NaN;

    /// <summary>The classes that have no rows, which the mean leaves out.</summary>
    public IReadOnlyList<int> Skipped => [.. Enumerable.Range(0, PerClass.Count).Where(c => PerClass[c] is null)];

    /// <summary>What each class gains by this model over another: the difference of accuracies, in [-1, 1].</summary>
    /// <param name="other">The other model's accuracies on the same rows.</param>
    /// <returns>Per class; <see langword="null"/> for a class that has no rows in one of them.</returns>
    /// <exception cref="ArgumentException">The other one has another number of classes.</exception>
    public IReadOnlyList<double?> GainOver(ClassAccuracies other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other.PerClass.Count != PerClass.Count)
            throw new ArgumentException($"These are accuracies of {PerClass.Count} classes and the others of {other.PerClass.Count}.", nameof(other));
        return [.. PerClass.Zip(other.PerClass, (mine, theirs) => mine - theirs)];
    }
}
