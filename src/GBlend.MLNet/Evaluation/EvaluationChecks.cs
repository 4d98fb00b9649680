namespace GBlend.MLNet;

/// <summary>Checks of what metrics are given, with messages that name the row.</summary>
internal static class EvaluationChecks
{
    /// <returns>The number of classes.</returns>
    internal static int Scores(IReadOnlyList<float[]> scores, int labels)
    {
        ArgumentNullException.ThrowIfNull(scores);
        if (scores.Count == 0 || scores.Count != labels)
            throw new ArgumentException(
                $"There must be one label per row of scores, and one row or more; got {scores.Count} rows and {labels} labels.", nameof(scores));
        int classes = scores[0].Length;
        for (int row = 0; row < scores.Count; row++)
        {
            if (scores[row].Length != classes || classes == 0)
                throw new ArgumentException(
                    $"Every row must have the same number of scores, one or more; row 0 has {classes} and row {row} has {scores[row].Length}.", nameof(scores));
            if (scores[row].Any(float.IsNaN))
                throw new ArgumentException($"A score of row {row} is not a number. A model that gives such scores has diverged.", nameof(scores));
        }
        return classes;
    }

    /// <returns>The number of classes.</returns>
    internal static int Scores(IReadOnlyList<float[]> scores, IReadOnlyList<int> labels)
    {
        ArgumentNullException.ThrowIfNull(labels);
        int classes = Scores(scores, labels.Count);
        for (int row = 0; row < labels.Count; row++)
        {
            if (labels[row] < 0 || labels[row] >= classes)
                throw new ArgumentException(
                    $"The label of row {row} is {labels[row]}, but there are scores for the classes 0 to {classes - 1}.", nameof(labels));
        }
        return classes;
    }

    /// <returns>The number of labels per row.</returns>
    internal static int Scores(IReadOnlyList<float[]> scores, IReadOnlyList<bool[]> labels)
    {
        ArgumentNullException.ThrowIfNull(labels);
        int classes = Scores(scores, labels.Count);
        for (int row = 0; row < labels.Count; row++)
        {
            if (labels[row].Length != classes)
                throw new ArgumentException($"Row {row} has {labels[row].Length} labels for {classes} scores.", nameof(labels));
        }
        return classes;
    }
}
