using System.Globalization;

namespace GBlend.MLNet;

/// <summary>What values a modality may have: finite ones whose squares are finite too, and missing ones (NaN) where they are allowed.</summary>
internal static class RowValues
{
    /// <summary>
    /// 2^64, whose square is the first power of two beyond the range of float. A step moves the weights of a layer by a multiple of the value
    /// that it reads, and the next reading multiplies the two, so that no network can learn from values from here on. All whole numbers
    /// of 64 bits with a sign lie below; sentinels of missing values (1e20, 9.97e36, the largest float) lie above.
    /// </summary>
    private const float TooLarge = 18446744073709551616f;

    private const string TooLargeSays = "whose square is beyond the range of float (that of every value from 1.8E+19 on is)";

    /// <summary>Refuses rows to train on with values that can't be trained on.</summary>
    /// <param name="row">The values.</param>
    /// <param name="column">Their column.</param>
    /// <param name="position">The row.</param>
    /// <param name="missing">What happens to missing values.</param>
    /// <exception cref="InvalidOperationException">There is one; the message names column, row, slot and remedy.</exception>
    internal static void CheckForTraining(ReadOnlySpan<float> row, string column, long position, MissingValues missing)
    {
        if (FindUnusable(row, missing.HasFlag(MissingValues.ImputeMean)) is not (>= 0 and var slot))
            return;
        string place = Place(position, slot);
        throw new InvalidOperationException(row[slot] switch
        {
            float.NaN => $"The column '{column}' has a missing value (NaN) in {place}. "
                + "Set MissingValues = MissingValues.ImputeMean in the trainer's options, or replace missing values before it "
                    + "(ml.Transforms.ReplaceMissingValues). "
                + "(MissingValues.LeaveOutModality is for rows that lack a modality as a whole: NaN in all of its slots, or an empty vector.)",
            float.PositiveInfinity or float.NegativeInfinity => $"The column '{column}' has an infinite value (or one beyond the range of float) in {place}. "
                + "Remove the row or bound its values before the trainer.",
            var value => $"The column '{column}' has the value {Text(value)} in {place}, {TooLargeSays}, so that no network can be trained on it. "
                + "If it stands for a missing value, make it NaN and say what happens to those (MissingValues.ImputeMean); else scale the column before the "
                    + "trainer (ml.Transforms.NormalizeMeanVariance).",
        });
    }

    /// <summary>Refuses rows to score with values that the model can't read.</summary>
    /// <param name="row">The values.</param>
    /// <param name="column">Their column.</param>
    /// <param name="position">The row.</param>
    /// <param name="allowsMissing">Whether values may be missing.</param>
    /// <param name="leavesOutModality">Whether a modality may be missing as a whole.</param>
    /// <exception cref="InvalidOperationException">There is one; the message names column, row, slot and remedy.</exception>
    internal static void CheckForScoring(ReadOnlySpan<float> row, string column, long position, bool allowsMissing, bool leavesOutModality)
    {
        if (FindUnusable(row, allowsMissing) is not (>= 0 and var slot))
            return;
        string place = Place(position, slot);
        throw new InvalidOperationException("This row can't be scored: " + row[slot] switch
        {
            float.NaN when leavesOutModality => $"some but not all values of the column '{column}' are missing (NaN), the first in {place}, and this model can "
                + $"do without a modality only as a whole. "
                + "Replace the missing values before the model (ml.Transforms.ReplaceMissingValues), or give an empty vector for a modality that the row "
                    + "lacks.",
            float.NaN => $"the column '{column}' has a missing value (NaN) in {place}, and this model was trained on rows without any. "
                + "Replace missing values before the model (ml.Transforms.ReplaceMissingValues), or leave the row out (ml.Data.FilterRowsByMissingValues).",
            float.PositiveInfinity or float.NegativeInfinity =>
                $"the column '{column}' has an infinite value (or one beyond the range of float) in {place}. Bound it before the model, or leave the row out.",
            var value => $"the column '{column}' has the value {Text(value)} in {place}, {TooLargeSays}, and models are not trained on such. If it stands for "
                + $"a missing value, make it NaN; else look for its source.",
        });
    }

    /// <summary>The first slot whose value can't be used, or -1.</summary>
    private static int FindUnusable(ReadOnlySpan<float> row, bool allowsMissing)
    {
        for (int slot = 0; slot < row.Length; slot++)
        {
            if (!(Math.Abs(row[slot]) < TooLarge) && !(allowsMissing && float.IsNaN(row[slot])))
                return slot;
        }
        return -1;
    }

    private static string Place(long position, int slot) => $"row {position}, slot {slot} (both counted from 0)";

    private static string Text(float value) => value.ToString(CultureInfo.InvariantCulture);

    internal static bool HasMissing(ReadOnlySpan<float> row)
    {
        foreach (float value in row)
        {
            if (float.IsNaN(value))
                return true;
        }
        return false;
    }

    internal static bool AreAllMissing(ReadOnlySpan<float> row)
    {
        foreach (float value in row)
        {
            if (!float.IsNaN(value))
                return false;
        }
        return true;
    }

    /// <summary>Replaces missing values by those of <paramref name="fill"/>.</summary>
    internal static void Impute(Span<float> row, ReadOnlySpan<float> fill)
    {
        for (int slot = 0; slot < row.Length; slot++)
        {
            if (float.IsNaN(row[slot]))
                row[slot] = fill[slot];
        }
    }

    /// <summary>
    /// Per slot the mean of the values that are there over the rows that are not held out, 0 where there is none; and the slots without one.
    /// </summary>
    /// <param name="rows">The rows.</param>
    /// <param name="heldOut">Per row.</param>
    /// <param name="weights">How much each row counts; <see langword="null"/> when all count alike.</param>
    /// <param name="isThere">Per row whether it has the modality; <see langword="null"/> when all have.</param>
    internal static (float[] Means, IReadOnlyList<int> Without) TrainingMeans(
        RowColumn<float> rows, ReadOnlySpan<bool> heldOut, double[]? weights, bool[]? isThere)
    {
        int width = rows.Width;
        var buffer = new float[width];
        var sums = new double[width];
        var counts = new double[width];
        for (int row = 0; row < heldOut.Length; row++)
        {
            if (heldOut[row] || isThere?[row] == false)
                continue;
            double weight = weights?[row] ?? 1;
            var slots = rows.Get(row, buffer);
            for (int slot = 0; slot < width; slot++)
            {
                if (float.IsNaN(slots[slot]))
                    continue;
                sums[slot] += weight * slots[slot];
                counts[slot] += weight;
            }
        }
        return (
            [.. sums.Select((sum, slot) => counts[slot] == 0 ? 0 : (float)(sum / counts[slot]))], [.. Enumerable.Range(0, width).Where(s => counts[s] == 0)]);
    }
}
