namespace GBlend.MLNet;

/// <summary>The numbers that a member reads of a row: some modalities as they are stored, one after the other.</summary>
/// <param name="Modalities">The modalities.</param>
/// <param name="Widths">The numbers of each.</param>
internal sealed record MemberFeatures(int[] Modalities, int[] Widths)
{
    /// <summary>All of them together.</summary>
    internal int Count { get; } = checked(Widths.Sum());

    /// <summary>Reads a row of a fit.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="row">The row.</param>
    /// <param name="buffer">Grows as needed; one a thread.</param>
    /// <param name="features">Receives the numbers.</param>
    internal void Read(TrainingRows rows, int row, ref byte[] buffer, Span<float> features)
    {
        int start = 0;
        foreach (int modality in Modalities)
        {
            var column = rows.Modalities[modality];
            var stored = column.Read(row, 0, column.Width, ref buffer);
            var own = features.Slice(start, column.Width);
            if (column.ElementSize == 1)
                Widen(stored, own);
            else
                System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(stored).CopyTo(own);
            start += column.Width;
        }
    }

    /// <summary>Reads a row to score.</summary>
    /// <param name="block">Per modality the rows, float[] or byte[].</param>
    /// <param name="row">The row.</param>
    /// <param name="features">Receives the numbers.</param>
    internal void Read(IReadOnlyList<Array> block, int row, Span<float> features)
    {
        int start = 0;
        foreach (var (modality, width) in Modalities.Zip(Widths))
        {
            var own = features.Slice(start, width);
            if (block[modality] is byte[] bytes)
                Widen(bytes.AsSpan(row * width, width), own);
            else
                ((float[])block[modality]).AsSpan(row * width, width).CopyTo(own);
            start += width;
        }
    }

    private static void Widen(ReadOnlySpan<byte> bytes, Span<float> features)
    {
        for (int i = 0; i < bytes.Length; i++)
            features[i] = bytes[i];
    }
}
