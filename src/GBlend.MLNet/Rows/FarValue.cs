namespace GBlend.MLNet;

/// <summary>A value of a column that is far larger than the others: where a training diverges, it is often one that stands for a missing value.</summary>
/// <param name="Modality">The index of the column's modality.</param>
/// <param name="Row">The row, in the order in which rows were read.</param>
/// <param name="Slot">The slot in the row.</param>
/// <param name="Value">The value.</param>
internal sealed record FarValue(int Modality, int Row, int Slot, float Value)
{
    /// <summary>A value so many times as large as usual is no measurement: sentinels such as -9999 and 1e18 mostly are.</summary>
    internal const double Far = 1000;

    /// <summary>
    /// The largest value of the columns of floats in memory that is more than <see cref="Far"/> times the largest value of a usual row of its column;
    /// <see langword="null"/> when there is none.
    /// </summary>
    /// <param name="columns">A column per modality.</param>
    internal static FarValue? Find(IReadOnlyList<RowColumn> columns) => columns
        .Select((column, m) => column is RowColumn<float> { IsInMemory: true } floats ? Largest(floats, m) : null)
        .OfType<FarValue>().MaxBy(value => Math.Abs(value.Value));

    private static FarValue? Largest(RowColumn<float> column, int modality)
    {
        var buffer = new float[column.Width];
        var largest = new FarValue(modality, 0, 0, 0);
        for (int row = 0; row < column.Count; row++)
        {
            var values = column.Get(row, buffer);
            for (int slot = 0; slot < values.Length; slot++)
            {
                if (Math.Abs(values[slot]) > Math.Abs(largest.Value))
                    largest = new(modality, row, slot, values[slot]);
            }
        }
        return Math.Abs(largest.Value) > Far * Median(column, buffer) && largest.Value != 0 ? largest : null;
    }

    /// <summary>The median of the largest values of the rows that are not all zeros, which a few sentinels don't move; 0 without such rows.</summary>
    private static double Median(RowColumn<float> column, float[] buffer)
    {
        var sizes = new double[column.Count];
        for (int row = 0; row < sizes.Length; row++)
        {
            foreach (float value in column.Get(row, buffer))
            {
                // NaN, a missing value, is not larger.
                if (Math.Abs(value) > sizes[row])
                    sizes[row] = Math.Abs(value);
            }
        }
        double[] sorted = [.. sizes.Where(size => size > 0).Order()];
        return sorted.Length > 0 ? sorted[sorted.Length / 2] : 0;
    }
}
