namespace GBlend.MLNet.Reports;

/// <summary>Rows (or labels of rows) that were predicted with like confidence.</summary>
/// <param name="Rows">How many.</param>
/// <param name="Confidence">Their mean confidence.</param>
/// <param name="Right">The share of them that was right; for labels, that has the label.</param>
internal sealed record CalibrationBin(int Rows, double Confidence, Interval Right);

/// <summary>Whether probabilities mean what they say.</summary>
/// <param name="Bins">The bins with rows, ten of equal width at most.</param>
/// <param name="Error">
/// The expected calibration error (Guo et al., "On calibration of modern neural networks", 2017): the mean distance between confidence and share, by rows.
/// </param>
internal sealed record Calibration(IReadOnlyList<CalibrationBin> Bins, double Error)
{
    private const int MostBins = 10;

    /// <summary>The calibration of the answer; <see langword="null"/> where numbers are predicted.</summary>
    internal static Calibration? Of(TestResults results)
    {
        var answer = results.Answer.Predictions;
        var rows = Enumerable.Range(0, results.Measure.Rows).Where(r => Measure.IsThere(answer[r]));
        IEnumerable<(double Confidence, bool IsRight)>? said = results.Measure switch
        {
            ClassMeasure measure => rows.Select(r => ((double)answer[r].Max(), Measure.Best(answer[r]) == measure.Truth[r])),
            LabelMeasure measure => rows.SelectMany(r => answer[r].Select((p, i) => ((double)p, measure.Truth[r][i]))),
            _ => null,
        };
        if (said is null)
            return null;
        var bins = said.GroupBy(s => Math.Clamp((int)(s.Confidence * MostBins), 0, MostBins - 1)).OrderBy(g => g.Key)
            .Select(g => new CalibrationBin(g.Count(), g.Average(s => s.Confidence), Interval.OfShare(g.Count(s => s.IsRight), g.Count()))).ToArray();
        double all = bins.Sum(b => b.Rows);
        return new(bins, bins.Sum(b => b.Rows / all * Math.Abs(b.Confidence - b.Right.Value)));
    }
}
