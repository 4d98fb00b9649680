namespace GBlend.MLNet;

/// <summary>Metrics of predictions of any number of labels per row, as AudioSet reports them. Pure: arrays in, numbers out.</summary>
public static class MultiLabelMetrics
{
    /// <summary>Average precision and area under the ROC curve of every label, and their means.</summary>
    /// <param name="scores">[rows][labels]; any scores that grow with the label's probability.</param>
    /// <param name="labels">[rows][labels]; whether the row has the label.</param>
    /// <returns>Per label, without those that the rows say nothing about.</returns>
    /// <exception cref="ArgumentException">No rows, rows of different lengths, or a score that is not a number.</exception>
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
    /// The average precision of one label, as scikit-learn's <c>average_precision_score</c> defines it: the sum over thresholds, from the
    /// highest, of precision times the gain of recall. Rows of equal scores pass a threshold together; there is no interpolation.
    /// </summary>
    /// <param name="scores">[rows].</param>
    /// <param name="labels">[rows]; whether the row has the label.</param>
    /// <returns>In (0, 1]; <see langword="null"/> when no row has the label (scikit-learn then says 0).</returns>
    /// <exception cref="ArgumentException">Another number of labels than scores, or a score that is not a number.</exception>
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
    /// The area under the ROC curve of one label, as scikit-learn's <c>roc_auc_score</c> defines it: the probability that a row with the
    /// label has a higher score than one without it, where equal scores count a half.
    /// </summary>
    /// <param name="scores">[rows].</param>
    /// <param name="labels">[rows]; whether the row has the label.</param>
    /// <returns>In [0, 1]; <see langword="null"/> when all rows have the label, or none.</returns>
    /// <exception cref="ArgumentException">Another number of labels than scores, or a score that is not a number.</exception>
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

    /// <summary>d-prime: how many standard deviations two normal distributions lie apart that have this area under the ROC curve, √2 Φ⁻¹(area).</summary>
    /// <param name="areaUnderRoc">In [0, 1].</param>
    /// <returns>0 for an area of 0.5, infinite for 0 and 1.</returns>
    /// <exception cref="ArgumentOutOfRangeException">Not in [0, 1].</exception>
    public static double DPrime(double areaUnderRoc)
    {
        if (!(areaUnderRoc is >= 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(areaUnderRoc), areaUnderRoc, "An area under the ROC curve is in [0, 1].");
        return Math.Sqrt(2) * StandardNormal.Quantile(areaUnderRoc);
    }

    /// <summary>The share of rows that have one of their labels among the k of the highest scores; rows without labels are not counted.</summary>
    /// <param name="scores">[rows][labels]; any scores that grow with the label's probability.</param>
    /// <param name="labels">[rows][labels]; whether the row has the label.</param>
    /// <param name="k">1 or more.</param>
    /// <returns>In [0, 1]; <see langword="null"/> when no row has a label.</returns>
    /// <exception cref="ArgumentException">No rows, rows of different lengths, or a score that is not a number.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="k"/> is below 1.</exception>
    public static double? HitAtK(IReadOnlyList<float[]> scores, IReadOnlyList<bool[]> labels, int k = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        int count = EvaluationChecks.Scores(scores, labels);
        int[] rows = [.. Enumerable.Range(0, labels.Count).Where(row => labels[row].Contains(true))];
        return rows.Length == 0 ? null : (double)rows.Count(row => Enumerable.Range(0, count).Any(l => labels[row][l] && TopK.Contains(scores[row], l, k))) / rows.Length;
    }

    /// <summary>From the highest score down, how many rows with and without the label have each score.</summary>
    private static IEnumerable<(long Yes, long No)> Thresholds(IReadOnlyList<float> scores, IReadOnlyList<bool> labels)
    {
        ArgumentNullException.ThrowIfNull(scores);
        ArgumentNullException.ThrowIfNull(labels);
        if (scores.Count != labels.Count || scores.Any(float.IsNaN))
            throw new ArgumentException($"There must be one label per score, and scores must be numbers; got {scores.Count} scores and {labels.Count} labels.", nameof(scores));
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

/// <summary>Metrics of a multi-label model.</summary>
/// <param name="AveragePrecision">Per label; <see langword="null"/> for a label that no row has.</param>
/// <param name="AreaUnderRoc">Per label; <see langword="null"/> for a label that all rows have, or none.</param>
public sealed record MultiLabelReport(IReadOnlyList<double?> AveragePrecision, IReadOnlyList<double?> AreaUnderRoc)
{
    /// <summary>mAP: the mean average precision over the labels that have one; not a number when none has.</summary>
    public double MeanAveragePrecision => AveragePrecision.Average() ?? double.NaN;

    /// <summary>mAUC: the mean area under the ROC curve over the labels that have one; not a number when none has.</summary>
    public double MeanAreaUnderRoc => AreaUnderRoc.Average() ?? double.NaN;

    /// <summary>d-prime of <see cref="MeanAreaUnderRoc"/>, as AudioSet reports it; not a number when there is none.</summary>
    public double DPrime => double.IsNaN(MeanAreaUnderRoc) ? double.NaN : MultiLabelMetrics.DPrime(Math.Clamp(MeanAreaUnderRoc, 0, 1));

    /// <summary>The labels that no row has, which mAP leaves out.</summary>
    public IReadOnlyList<int> WithoutPositives => Missing(AveragePrecision);

    /// <summary>The labels that all rows have, or none, which mAUC leaves out.</summary>
    public IReadOnlyList<int> WithoutRoc => Missing(AreaUnderRoc);

    private static int[] Missing(IReadOnlyList<double?> values) => [.. Enumerable.Range(0, values.Count).Where(l => values[l] is null)];
}
