using System.Globalization;

namespace GBlend.MLNet;

/// <summary>
/// Warns of numbers that are no measurements, as are those that stand for missing values. A network that reads one learns little else, and in a
/// regression one label sets the unit of all others.
/// </summary>
internal static class FarValues
{
    /// <summary>Warns of a value of a modality that is far from all others of its column.</summary>
    /// <param name="modalities">The columns.</param>
    /// <param name="names">Their names.</param>
    /// <param name="host">Receives the warning.</param>
    internal static void Warn(IReadOnlyList<RowColumn> modalities, IReadOnlyList<string> names, ITrainingHost host)
    {
        if (FarValue.Find(modalities) is { } far)
            host.Warning(string.Create(CultureInfo.InvariantCulture,
                $"The column '{names[far.Modality]}' has the value {far.Value:g3} in row {far.Row} of those that count, slot {far.Slot} (both counted from 0), "
                + $"far from all others. If it stands for a missing value, make it NaN (MissingValues.ImputeMean); else scale the column."));
    }

    /// <summary>Warns of labels that are far from all others, as sentinels of missing values are.</summary>
    /// <param name="targets">The labels of all rows.</param>
    /// <param name="column">The name of their column.</param>
    /// <param name="host">Receives the warning.</param>
    internal static void Warn(TrainingTargets targets, string column, ITrainingHost host)
    {
        if (targets is not { Task: LearningTask.Regression, Values: { } labels })
            return;
        float median = Median(labels);
        double usual = Median([.. labels.Select(label => Math.Abs(label - median))]);
        int[] far = usual > 0 ? [.. Enumerable.Range(0, labels.Length).Where(row => Math.Abs((double)labels[row] - median) > FarValue.Far * usual)] : [];
        if (far.Length > 0)
            host.Warning(string.Create(CultureInfo.InvariantCulture,
                $"The label column '{column}' has {(far.Length == 1 ? "a value" : $"{far.Length} values")} far from all others, the first "
                + $"{labels[far[0]]:g3} in row {far[0]} of those that count (from 0), where half of the labels lie within {usual:g3} of {median:g3}. If it "
                + $"stands for a missing label, leave the row out (ml.Data.FilterRowsByColumn): the squared errors of such rows drown those of the others."));
    }

    private static float Median(float[] values)
    {
        float[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }
}
