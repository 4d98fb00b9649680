namespace GBlend.MLNet;

/// <summary>Rows of floats of one width, one after the other in one array that grows.</summary>
/// <param name="column">Whose rows they are, for messages.</param>
/// <param name="width">Floats per row.</param>
/// <param name="expectedRows">The rows that will come, if known: the array then never grows.</param>
internal sealed class FloatRows(string column, int width, long? expectedRows)
{
    private float[] _values = new float[Math.Min((expectedRows ?? 256) * width, Array.MaxLength)];
    private int _used;

    /// <summary>Adds a row and returns it, to be filled.</summary>
    /// <exception cref="InvalidOperationException">All rows together have more values than one array can hold.</exception>
    internal Span<float> Add()
    {
        long needed = (long)_used + width;
        if (needed > Array.MaxLength)
            throw new InvalidOperationException($"The rows of column '{column}' have more than {Array.MaxLength} values together, which is more than one fit "
                + $"can hold. Use fewer rows or a smaller vector.");
        if (needed > _values.Length)
            Array.Resize(ref _values, (int)Math.Min(Math.Max(needed, _values.Length * 2L), Array.MaxLength));
        var row = _values.AsSpan(_used, width);
        _used += width;
        return row;
    }

    /// <summary>Gives all rows away, row-major, in an array of just their length. What is added later goes to another array.</summary>
    internal float[] HandOver()
    {
        var (values, used) = (_values, _used);
        (_values, _used) = ([], 0);
        Array.Resize(ref values, used);
        return values;
    }
}
