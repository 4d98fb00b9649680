namespace GBlend.MLNet;

/// <summary>
/// Judges an answer that is chosen or fitted on the held-out rows by those same rows, fairly: they are cut into parts, and the rows of a part are
/// judged by what was chosen on the others.
/// </summary>
internal sealed class CrossFit
{
    private const int MostParts = 5;

    private readonly int[][] _parts;

    /// <param name="rows">The number of held-out rows.</param>
    /// <param name="groups">Per row its group, which stays in one part; <see langword="null"/> when every row is its own.</param>
    /// <param name="seed">The seed by which rows come into parts.</param>
    internal CrossFit(int rows, IReadOnlyList<int>? groups, int seed)
    {
        var members = Enumerable.Range(0, rows).GroupBy(row => groups is null ? row : groups[row]).Select(group => group.ToArray()).ToArray();
        // One group alone can't be judged by another.
        if (members.Length < 2)
            members = [.. Enumerable.Range(0, rows).Select(row => new[] { row })];
        new Random(seed).Shuffle(members);
        var parts = Enumerable.Range(0, Math.Min(MostParts, members.Length)).Select(_ => new List<int>()).ToArray();
        foreach (var group in members.OrderByDescending(m => m.Length))
            parts.MinBy(part => part.Count)!.AddRange(group);
        _parts = [.. parts.Select(part => part.Order().ToArray())];
    }

    /// <summary>The mean loss of the answer over the held-out rows.</summary>
    /// <param name="heldOut">What the heads predict for the rows, at least one.</param>
    /// <param name="choose">Chooses the answer on rows.</param>
    internal double MeanLoss(HeldOutPredictions heldOut, Func<HeldOutPredictions, AnswerRule> choose) =>
        RowWeights.Mean(Losses(heldOut, choose), heldOut.Targets.Weights);

    /// <summary>The loss of the answer for every held-out row.</summary>
    /// <param name="heldOut">What the heads predict for the rows, at least one.</param>
    /// <param name="choose">Chooses the answer on rows.</param>
    internal double[] Losses(HeldOutPredictions heldOut, Func<HeldOutPredictions, AnswerRule> choose) =>
        PerRow(heldOut, choose, (rule, rows) => rule.Losses(rows));

    /// <summary>The answer for every held-out row: probabilities, or a standardized number.</summary>
    /// <param name="heldOut">What the heads predict for the rows, at least one.</param>
    /// <param name="choose">Chooses the answer on rows.</param>
    internal double[][] Answers(HeldOutPredictions heldOut, Func<HeldOutPredictions, AnswerRule> choose) =>
        PerRow(heldOut, choose, (rule, rows) => rule.Answers(rows));

    private T[] PerRow<T>(HeldOutPredictions heldOut, Func<HeldOutPredictions, AnswerRule> choose, Func<AnswerRule, HeldOutPredictions, IEnumerable<T>> ask)
    {
        var whole = choose(heldOut);
        if (!whole.IsFromRows || _parts.Length < 2)
            return [.. ask(whole, heldOut)];
        var values = new T[heldOut.Rows];
        foreach (int[] part in _parts)
        {
            int[] others = [.. _parts.Where(p => p != part).SelectMany(p => p).Order()];
            foreach (var (row, value) in part.Zip(ask(choose(heldOut.Take(others)), heldOut.Take(part))))
                values[row] = value;
        }
        return values;
    }
}
