namespace GBlend.MLNet.Reports;

/// <summary>One class or label on the test rows.</summary>
/// <param name="Class">The class, counted from zero.</param>
/// <param name="Rows">The rows that are of it.</param>
/// <param name="Recall">The share of them that is found.</param>
/// <param name="Predicted">The rows that are said to be of it.</param>
/// <param name="Precision">The share of them that is.</param>
/// <param name="Gain">By how much its share that is found is more than that of the reference; NaN without rows or without a reference.</param>
internal sealed record ClassResult(int Class, int Rows, Interval Recall, int Predicted, double Precision, Interval Gain);

/// <summary>The test rows by class.</summary>
internal static class ClassResults
{
    internal static IReadOnlyList<ClassResult> Of(TestResults results) => results.Measure switch
    {
        ClassMeasure measure => OfClasses(results, measure),
        LabelMeasure measure => OfLabels(results, measure),
        _ => [],
    };

    /// <summary>How often rows of a class were taken for another: (truth, prediction, rows), the most frequent first.</summary>
    internal static IReadOnlyList<(int Truth, int Predicted, int Rows)> Confusion(TestResults results) => results.Measure is not ClassMeasure measure ? [] :
        [.. Enumerable.Range(0, measure.Rows).Where(r => Measure.IsThere(results.Answer.Predictions[r]))
            .GroupBy(r => (measure.Truth[r], Measure.Best(results.Answer.Predictions[r])))
            .Select(g => (g.Key.Item1, g.Key.Item2, g.Count())).OrderByDescending(c => c.Item3).ThenBy(c => c.Item1).ThenBy(c => c.Item2)];

    private static ClassResult[] OfClasses(TestResults results, ClassMeasure measure)
    {
        var confusion = Confusion(results);
        var byTruth = confusion.ToLookup(c => c.Truth);
        var byPrediction = confusion.ToLookup(c => c.Predicted);
        var rowsOf = Enumerable.Range(0, measure.Rows).ToLookup(r => measure.Truth[r]);
        return [.. Enumerable.Range(0, results.Names.Count).Select(c =>
        {
            int rows = byTruth[c].Sum(x => x.Rows), hits = byTruth[c].Where(x => x.Predicted == c).Sum(x => x.Rows), predicted = byPrediction[c]
                .Sum(x => x.Rows);
            var other = results.Reference?.Contestant.Predictions;
            int Only(IReadOnlyList<float[]> first, IReadOnlyList<float[]> second, IEnumerable<int> among) =>
                among.Count(r => measure.Merit(r, first[r]) > measure.Merit(r, second[r]));
            int[] both = other is null ? [] : [.. rowsOf[c].Where(r => Measure.IsThere(results.Answer.Predictions[r]) && Measure.IsThere(other[r]))];
            var gain = other is null ? Interval.OfPairedShares(0, 0, 0)
                : Interval.OfPairedShares(Only(results.Answer.Predictions, other, both), Only(other, results.Answer.Predictions, both), both.Length);
            return new ClassResult(c, rows, Interval.OfShare(hits, rows), predicted, predicted == 0 ? double.NaN : (double)hits / predicted, gain);
        })];
    }

    private static ClassResult[] OfLabels(TestResults results, LabelMeasure measure)
    {
        var answer = results.Answer.Predictions;
        int[] there = [.. Enumerable.Range(0, measure.Rows).Where(r => Measure.IsThere(answer[r]))];
        return [.. Enumerable.Range(0, results.Names.Count).Select(c =>
        {
            int rows = there.Count(r => measure.Truth[r][c]), predicted = there.Count(r => answer[r][c] > 0.5f),
                hits = there.Count(r => measure.Truth[r][c] && answer[r][c] > 0.5f);
            var gain = Interval.OfPairedShares(0, 0, 0);
            if (results.Reference?.Contestant.Predictions is { } other)
            {
                int[] both = [.. there.Where(r => measure.Truth[r][c] && Measure.IsThere(other[r]))];
                gain = Interval.OfPairedShares(both.Count(r => answer[r][c] > 0.5f && other[r][c] <= 0.5f),
                    both.Count(r => answer[r][c] <= 0.5f && other[r][c] > 0.5f), both.Length);
            }
            return new ClassResult(c, rows, Interval.OfShare(hits, rows), predicted, predicted == 0 ? double.NaN : (double)hits / predicted, gain);
        })];
    }
}
