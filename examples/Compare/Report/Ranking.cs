namespace Compare;

/// <summary>The average rank of each method over all sets, each at its better treatment on each set.</summary>
internal sealed record Ranking(IReadOnlyList<(string Method, double Rank)> Methods, int Sets, double CriticalDifference)
{
    /// <summary>Ranks what has results on every set; <see langword="null"/> for fewer than two methods or sets.</summary>
    /// <param name="scores">The results.</param>
    /// <param name="measure">What to rank by.</param>
    /// <param name="without">A method that does not take part. The default with and without a search is one method, and would take places from itself.</param>
    public static Ranking? Of(Scores scores, Measure measure, string without = Recipe.AutoUntuned)
    {
        string[] methods = [.. scores.CompleteMethods.Where(m => m != without)];
        if (methods.Length < 2 || scores.Sets.Count < 2)
            return null;
        double[][] bySet = [
            .. scores.Sets.Select(set => Statistics.Ranks([.. methods.Select(m => scores.Best(set, m, measure).Mean)], measure.HigherIsBetter))];
        return new([.. methods.Select((m, i) => (m, bySet.Average(ranks => ranks[i]))).OrderBy(m => m.Item2)], scores.Sets.Count,
            Statistics.CriticalDifference(methods.Length, scores.Sets.Count));
    }

    public double? RankOf(string method) => Methods.Where(m => m.Method == method).Select(m => (double?)m.Rank).FirstOrDefault();

    /// <summary>The longest runs of methods that the test can't tell apart, as first and last index in <see cref="Methods"/>.</summary>
    public IEnumerable<(int First, int Last)> Groups()
    {
        int reached = -1;
        for (int first = 0; first < Methods.Count; first++)
        {
            int last = first;
            while (last + 1 < Methods.Count && Methods[last + 1].Rank - Methods[first].Rank <= CriticalDifference)
                last++;
            if (last > first && last > reached)
                yield return (first, last);
            reached = Math.Max(reached, last);
        }
    }
}
