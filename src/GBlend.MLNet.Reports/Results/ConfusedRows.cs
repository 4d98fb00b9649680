namespace GBlend.MLNet.Reports;

/// <summary>The rows that the answer gets most wrong.</summary>
internal static class ConfusedRows
{
    /// <summary>Rows by index, the worst first: those of the highest loss among the rows that are not wholly right.</summary>
    internal static IReadOnlyList<int> Of(TestResults results, int most)
    {
        var answer = results.Answer.Predictions;
        return [.. Enumerable.Range(0, results.Measure.Rows)
            .Where(r => Measure.IsThere(answer[r]) && (!results.Measure.IsShare || results.Measure.Merit(r, answer[r]) < 1))
            .OrderByDescending(r => results.Measure.Loss(r, answer[r])).ThenBy(r => r).Take(most)];
    }
}

/// <summary>The rows of one group.</summary>
/// <param name="Name">The group.</param>
/// <param name="Rows">How many rows it has.</param>
/// <param name="Merit">The answer's mean merit on them.</param>
internal sealed record GroupResult(string Name, int Rows, Interval Merit)
{
    /// <summary>All groups, the worst first.</summary>
    internal static IReadOnlyList<GroupResult> All(TestResults results)
    {
        var answer = results.Answer.Predictions;
        return results.Groups is not { } groups ? []
            : [.. Enumerable.Range(0, results.Measure.Rows).Where(r => Measure.IsThere(answer[r])).GroupBy(r => groups[r])
            .Select(g =>
            {
                double[] merits = [.. g.Select(r => results.Measure.Merit(r, answer[r]))];
                return new GroupResult(g.Key, merits.Length, results.Measure.IsHitOrMiss ? Interval.OfShare(merits.Count(m => m > 0), merits.Length)
                    : Interval.OfMean(merits));
            }).OrderBy(g => g.Merit.Value).ThenBy(g => g.Name, StringComparer.Ordinal)];
    }
}
