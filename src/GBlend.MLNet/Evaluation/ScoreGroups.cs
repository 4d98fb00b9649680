namespace GBlend.MLNet;

/// <summary>Groups of rows that belong together, such as the clips of a video. Their scores are averaged, so that a metric counts each group once.</summary>
/// <example>
/// <code>
/// var videos = new ScoreGroups(clipVideoIds);
/// double hit5 = ClassMetrics.TopKAccuracy(videos.Average(clipScores), videos.Labels(clipLabels), k: 5);
/// </code>
/// </example>
public sealed class ScoreGroups
{
    private readonly int[] _groupOf;

    /// <summary>Groups rows by the names of their groups.</summary>
    /// <param name="groups">The name of each row's group as [rows].</param>
    public ScoreGroups(IReadOnlyList<string> groups)
    {
        ArgumentNullException.ThrowIfNull(groups);
        var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
        _groupOf = [.. groups.Select(g => numbers.TryAdd(g, numbers.Count) ? numbers.Count - 1 : numbers[g])];
        Names = [.. numbers.OrderBy(n => n.Value).Select(n => n.Key)];
    }

    /// <summary>The names of the groups, in the order in which they first appear.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Computes the mean score of every class over the rows of every group, summed in double precision.</summary>
    /// <param name="scores">The scores as [rows][classes], usually probabilities.</param>
    /// <returns>The mean scores as [groups][classes], in the order of <see cref="Names"/>.</returns>
    /// <exception cref="ArgumentException">
    /// There is another number of rows than in the groups, rows have different lengths, or a score is not a number.
    /// </exception>
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

    /// <summary>Returns the class of every group.</summary>
    /// <param name="labels">The class of each row as [rows].</param>
    /// <returns>The class of each group as [groups], in the order of <see cref="Names"/>.</returns>
    /// <exception cref="ArgumentException">
    /// There is another number of rows than in the groups, or rows of one group have different classes; the message names the group.
    /// </exception>
    public int[] Labels(IReadOnlyList<int> labels) => One(labels, (a, b) => a == b);

    /// <summary>Returns the labels of every group of multi-label data.</summary>
    /// <param name="labels">The labels of each row as [rows][labels].</param>
    /// <returns>The labels of each group as [groups][labels], in the order of <see cref="Names"/>.</returns>
    /// <exception cref="ArgumentException">
    /// There is another number of rows than in the groups, or rows of one group have different labels; the message names the group.
    /// </exception>
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
