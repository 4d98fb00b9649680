namespace GBlend.MLNet;

/// <summary>Rows that belong together, such as the clips of a video: averages their scores, so that a metric counts each group once.</summary>
/// <example>
/// <code>
/// var videos = new ScoreGroups(clipVideoIds);
/// double hit5 = ClassMetrics.TopKAccuracy(videos.Average(clipScores), videos.Labels(clipLabels), k: 5);
/// </code>
/// </example>
public sealed class ScoreGroups
{
    private readonly int[] _groupOf;

    /// <summary>Groups rows by name.</summary>
    /// <param name="groups">[rows]; the group of each row.</param>
    public ScoreGroups(IReadOnlyList<string> groups)
    {
        ArgumentNullException.ThrowIfNull(groups);
        var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
        _groupOf = [.. groups.Select(g => numbers.TryAdd(g, numbers.Count) ? numbers.Count - 1 : numbers[g])];
        Names = [.. numbers.OrderBy(n => n.Value).Select(n => n.Key)];
    }

    /// <summary>The groups, in the order in which they first appear.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>The mean score of every class over the rows of every group, summed in double precision.</summary>
    /// <param name="scores">[rows][classes]; usually probabilities.</param>
    /// <returns>[groups][classes], in the order of <see cref="Names"/>.</returns>
    /// <exception cref="ArgumentException">Another number of rows, rows of different lengths, or a score that is not a number.</exception>
    public float[][] Average(IReadOnlyList<float[]> scores)
    {
        int classes = EvaluationChecks.Scores(scores, _groupOf.Length);
        var sums = Names.Select(_ => new double[classes]).ToArray();
        var rows = new int[Names.Count];
        for (int row = 0; row < _groupOf.Length; row++)
        {
            rows[_groupOf[row]]++;
            for (int c = 0; c < classes; c++)
                sums[_groupOf[row]][c] += scores[row][c];
        }
        return [.. sums.Select((sum, g) => sum.Select(s => (float)(s / rows[g])).ToArray())];
    }

    /// <summary>The class of every group.</summary>
    /// <param name="labels">[rows].</param>
    /// <returns>[groups], in the order of <see cref="Names"/>.</returns>
    /// <exception cref="ArgumentException">Another number of rows, or rows of one group have different classes; the message names it.</exception>
    public int[] Labels(IReadOnlyList<int> labels) => One(labels, (a, b) => a == b);

    /// <summary>The labels of every group.</summary>
    /// <param name="labels">[rows][labels].</param>
    /// <returns>[groups][labels], in the order of <see cref="Names"/>.</returns>
    /// <exception cref="ArgumentException">Another number of rows, or rows of one group have different labels; the message names it.</exception>
    public bool[][] Labels(IReadOnlyList<bool[]> labels) => One(labels, (a, b) => a.AsSpan().SequenceEqual(b));

    private T[] One<T>(IReadOnlyList<T> labels, Func<T, T, bool> equal)
    {
        ArgumentNullException.ThrowIfNull(labels);
        if (labels.Count != _groupOf.Length)
            throw new ArgumentException($"There are {_groupOf.Length} rows in groups and {labels.Count} labels.", nameof(labels));
        var result = new T[Names.Count];
        var isSet = new bool[Names.Count];
        for (int row = 0; row < labels.Count; row++)
        {
            int group = _groupOf[row];
            if (isSet[group] && !equal(result[group], labels[row]))
                throw new ArgumentException($"The rows of the group '{Names[group]}' have different labels.", nameof(labels));
            (result[group], isSet[group]) = (labels[row], true);
        }
        return result;
    }
}
