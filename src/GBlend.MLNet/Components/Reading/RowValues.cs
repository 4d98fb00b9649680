namespace GBlend.MLNet;

/// <summary>What values a modality may have: finite ones, and missing ones (NaN) where they are imputed.</summary>
internal static class RowValues
{
    /// <summary>Refuses infinite values, and missing ones unless they are allowed.</summary>
    /// <exception cref="InvalidOperationException">There is one; the message names column, row and slot.</exception>
    internal static void Check(ReadOnlySpan<float> row, string column, long position, bool allowsMissing)
    {
        for (int slot = 0; slot < row.Length; slot++)
        {
            if (float.IsFinite(row[slot]) || (allowsMissing && float.IsNaN(row[slot])))
                continue;
            throw float.IsNaN(row[slot])
                ? new InvalidOperationException($"The column '{column}' has a missing value (NaN) in row {position}, slot {slot} (both counted from 0). "
                    + "Set MissingValues = MissingValues.ImputeMean in the trainer's options, or replace missing values before it (ml.Transforms.ReplaceMissingValues). "
                    + "(MissingValues.LeaveOutModality is for rows to score, all of whose slots of a modality are missing; rows to train on must be complete.)")
                : new InvalidOperationException($"The column '{column}' has an infinite value (or one beyond the range of float) in row {position}, slot {slot} (both counted from 0). "
                    + "Remove the row or bound its values before the trainer.");
        }
    }

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

    /// <summary>Per slot the mean of the values that are there over the rows that are not held out; 0 where there is none.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="heldOut">Per row.</param>
    internal static float[] TrainingMeans(RowColumn<float> rows, ReadOnlySpan<bool> heldOut)
    {
        int width = rows.Width;
        var buffer = new float[width];
        var sums = new double[width];
        var counts = new long[width];
        for (int row = 0; row < heldOut.Length; row++)
        {
            if (heldOut[row])
                continue;
            var slots = rows.Get(row, buffer);
            for (int slot = 0; slot < width; slot++)
            {
                if (float.IsNaN(slots[slot]))
                    continue;
                sums[slot] += slots[slot];
                counts[slot]++;
            }
        }
        return [.. sums.Select((sum, slot) => counts[slot] == 0 ? 0 : (float)(sum / counts[slot]))];
    }
}
