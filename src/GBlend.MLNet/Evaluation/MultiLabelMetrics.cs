namespace GBlend.MLNet;

/// <summary>Metrics of predictions of any number of labels per row, as AudioSet reports them. They read arrays and return numbers.</summary>
public static class MultiLabelMetrics
{
    /// <summary>Computes the average precision and the area under the ROC curve of every label, and their means.</summary>
    /// <param name="scores">The scores as [rows][labels]; any scores that grow with the label's probability.</param>
    /// <param name="labels">The truth as [rows][labels]; each value says whether the row has the label.</param>
    /// <returns>The metrics of every label, with no value for labels that the rows say nothing about.</returns>
    /// <exception cref="ArgumentException">There are no rows, rows have different lengths, or a score is not a number.</exception>
    public static MultiLabelReport Evaluate(IReadOnlyList<float[]> scores, IReadOnlyList<bool[]> labels)
    {
        int count = EvaluationChecks.Scores(scores, labels);
        double?[] precisions = new double?[count], areas = new double?[count];
        for (int label = 0; label < count; label++)
        {
            int column = label;
            float[] s = [.. scores.Select(row => row[column])];
            bool[] l = [.. labels.Select(row => row[column])];
            precisions[label] = AveragePrecision(s, l);
            areas[label] = AreaUnderRoc(s, l);
        }
        return new MultiLabelReport(precisions, areas);
    }

    /// <summary>
    /// Computes the average precision of one label, as scikit-learn's <c>average_precision_score</c> defines it: the sum over thresholds, from the
    /// highest, of precision times the gain of recall. Rows of equal scores pass a threshold together; there is no interpolation.
    /// </summary>
    /// <param name="scores">The score of each row, as [rows].</param>
    /// <param name="labels">The truth as [rows]; each value says whether the row has the label.</param>
    /// <returns>The average precision, in (0, 1]; <see langword="null"/> when no row has the label (scikit-learn then returns 0).</returns>
    /// <exception cref="ArgumentException">The number of labels is not that of scores, or a score is not a number.</exception>
    public static double? AveragePrecision(IReadOnlyList<float> scores, IReadOnlyList<bool> labels)
    {
        double precisionTimesPositives = 0;
        long positives = 0, rows = 0;
        foreach (var (yes, no) in Thresholds(scores, labels))
        {
            positives += yes;
            rows += yes + no;
            precisionTimesPositives += (double)yes * positives / rows;
        }
        return positives == 0 ? null : precisionTimesPositives / positives;
    }

    /// <summary>
    /// Computes the area under the ROC curve of one label, as scikit-learn's <c>roc_auc_score</c> defines it: the probability that a row with the
    /// label has a higher score than a row without it, where equal scores count a half.
    /// </summary>
    /// <param name="scores">The score of each row, as [rows].</param>
    /// <param name="labels">The truth as [rows]; each value says whether the row has the label.</param>
    /// <returns>The area, in [0, 1]; <see langword="null"/> when all rows have the label, or none.</returns>
    /// <exception cref="ArgumentException">The number of labels is not that of scores, or a score is not a number.</exception>
    public static double? AreaUnderRoc(IReadOnlyList<float> scores, IReadOnlyList<bool> labels)
    {
        double orderedPairs = 0;
        long positives = 0, negatives = 0;
        foreach (var (yes, no) in Thresholds(scores, labels))
        {
            orderedPairs += no * (positives + yes / 2.0);
            positives += yes;
            negatives += no;
        }
        return positives == 0 || negatives == 0 ? null : orderedPairs / ((double)positives * negatives);
    }

    /// <summary>
    /// Computes d-prime, √2 Φ⁻¹(area): the distance in standard deviations of two normal distributions that have this area under the ROC curve.
    /// </summary>
    /// <param name="areaUnderRoc">The area under the ROC curve, in [0, 1].</param>
    /// <returns>The distance, which is 0 for an area of 0.5, and infinite for 0 and 1.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The area is not in [0, 1].</exception>
    public static double DPrime(double areaUnderRoc)
    {
        if (!(areaUnderRoc is >= 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(areaUnderRoc), areaUnderRoc, "An area under the ROC curve is in [0, 1].");
        return Math.Sqrt(2) * StandardNormal.Quantile(areaUnderRoc);
    }

    /// <summary>
    /// Computes the share of rows that have one of their labels among the k labels of the highest scores; rows without labels are not counted.
    /// </summary>
    /// <param name="scores">The scores as [rows][labels]; any scores that grow with the label's probability.</param>
    /// <param name="labels">The truth as [rows][labels]; each value says whether the row has the label.</param>
    /// <param name="k">The number of labels that are looked at in each row, 1 or more. Default 1.</param>
    /// <returns>The share, in [0, 1]; <see langword="null"/> when no row has a label.</returns>
    /// <exception cref="ArgumentException">There are no rows, rows have different lengths, or a score is not a number.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="k"/> is below 1.</exception>
    public static double? HitAtK(IReadOnlyList<float[]> scores, IReadOnlyList<bool[]> labels, int k = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        int count = EvaluationChecks.Scores(scores, labels);
        int[] rows = [.. Enumerable.Range(0, labels.Count).Where(row => labels[row].Contains(true))];
        return rows.Length == 0 ? null
            : (double)rows.Count(row => Enumerable.Range(0, count).Any(l => labels[row][l] && TopK.Contains(scores[row], l, k))) / rows.Length;
    }

    /// <summary>From the highest score down, how many rows with and without the label have each score.</summary>
    private static IEnumerable<(long Yes, long No)> Thresholds(IReadOnlyList<float> scores, IReadOnlyList<bool> labels)
    {
        ArgumentNullException.ThrowIfNull(scores);
        ArgumentNullException.ThrowIfNull(labels);
        if (scores.Count != labels.Count || scores.Any(float.IsNaN))
            throw new ArgumentException(
                $"There must be one label per score, and scores must be numbers; got {scores.Count} scores and {labels.Count} labels.", nameof(scores));
        int[] order = [.. Enumerable.Range(0, scores.Count).OrderByDescending(row => scores[row])];
        for (int at = 0; at < order.Length;)
        {
            float score = scores[order[at]];
            long yes = 0, no = 0;
            for (; at < order.Length && scores[order[at]] == score; at++)
                _ = labels[order[at]] ? yes++ : no++;
            yield return (yes, no);
        }
    }
}

/// <summary>The metrics of a multi-label model, per label and as means.</summary>
/// <param name="AveragePrecision">The average precision of each label; <see langword="null"/> for a label that no row has.</param>
/// <param name="AreaUnderRoc">The area under the ROC curve of each label; <see langword="null"/> for a label that all rows have, or none.</param>
public sealed record MultiLabelReport(IReadOnlyList<double?> AveragePrecision, IReadOnlyList<double?> AreaUnderRoc)
{
    /// <summary>The mean average precision (mAP) over the labels that have one; not a number (NaN) when no label has one.</summary>
    public double MeanAveragePrecision => AveragePrecision.Average() ?? double.NaN;

    /// <summary>The mean area under the ROC curve (mAUC) over the labels that have one; not a number (NaN) when no label has one.</summary>
    public double MeanAreaUnderRoc => AreaUnderRoc.Average() ?? double.NaN;

    /// <summary>The d-prime of <see cref="MeanAreaUnderRoc"/>, as AudioSet reports it; not a number (NaN) when there is no such area.</summary>
    public double DPrime => double.IsNaN(MeanAreaUnderRoc) ? double.NaN : MultiLabelMetrics.DPrime(Math.Clamp(MeanAreaUnderRoc, 0, 1));

    /// <summary>The indices of the labels that no row has, which <see cref="MeanAveragePrecision"/> leaves out.</summary>
    public IReadOnlyList<int> WithoutPositives => Missing(AveragePrecision);

    /// <summary>The indices of the labels that all rows have, or none, which <see cref="MeanAreaUnderRoc"/> leaves out.</summary>
    public IReadOnlyList<int> WithoutRoc => Missing(AreaUnderRoc);

    private static int[] Missing(IReadOnlyList<double?> values) => [.. Enumerable.Range(0, values.Count).Where(l => values[l] is null)];
}
