using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace GBlend.MLNet;

/// <summary>
/// All rows of one modality as they were read, bytes or floats, one after the other: the first ones in memory, and past the budget the others in a
/// file.
/// </summary>
internal abstract class RowColumn(int width, int count)
{
    /// <summary>Elements per row.</summary>
    internal int Width { get; } = width;

    /// <summary>The number of rows.</summary>
    internal int Count { get; } = count;

    /// <summary>Byte or Float32.</summary>
    internal abstract ScalarType Type { get; }

    internal int ElementSize => Type == ScalarType.Byte ? 1 : sizeof(float);

    internal abstract bool IsInMemory { get; }

    internal static RowColumn Of(float[] values, int count) =>
        new RowColumn<float>(count == 0 ? 0 : values.Length / count, [new(0, count, values, 0)], null, count);

    internal static RowColumn Of(byte[] values, int count) =>
        new RowColumn<byte>(count == 0 ? 0 : values.Length / count, [new(0, count, values, 0)], null, count);

    /// <summary>
    /// Some elements of a row, where they lie in memory or in <paramref name="buffer"/>, which grows as needed. Safe from many threads with a buffer
    /// each.
    /// </summary>
    internal abstract ReadOnlySpan<byte> Read(int row, int first, int count, ref byte[] buffer);

    /// <summary>The rows in one tensor [rows, width] that shares their memory; <see langword="null"/> when they are not in one piece.</summary>
    internal abstract Tensor? AsTensor();
}

/// <summary>Rows of one type of element.</summary>
internal sealed class RowColumn<T>(int width, IReadOnlyList<RowSlab<T>> slabs, SpillFile? file, int count) : RowColumn(width, count)
    where T : unmanaged
{
    internal override ScalarType Type => typeof(T) == typeof(byte) ? ScalarType.Byte : ScalarType.Float32;

    internal override bool IsInMemory => slabs.All(s => s.Values is not null);

    internal override ReadOnlySpan<byte> Read(int row, int first, int count, ref byte[] buffer)
    {
        var slab = Find(row);
        int start = (row - slab.FirstRow) * Width + first;
        if (slab.Values is { } values)
            return MemoryMarshal.AsBytes(values.AsSpan(start, count));
        int bytes = count * ElementSize;
        if (buffer.Length < bytes)
            buffer = new byte[bytes];
        file!.Read(slab.Offset + ((long)(row - slab.FirstRow) * Width + first) * ElementSize, buffer.AsSpan(0, bytes));
        return buffer.AsSpan(0, bytes);
    }

    /// <summary>A row that may be looked at and, by <see cref="Set"/>, be put back changed.</summary>
    internal Span<T> Get(int row, T[] buffer)
    {
        var slab = Find(row);
        if (slab.Values is { } values)
            return values.AsSpan((row - slab.FirstRow) * Width, Width);
        file!.Read(slab.Offset + (long)(row - slab.FirstRow) * Width * ElementSize, MemoryMarshal.AsBytes(buffer.AsSpan(0, Width)));
        return buffer.AsSpan(0, Width);
    }

    internal void Set(int row, ReadOnlySpan<T> values)
    {
        var slab = Find(row);
        if (slab.Values is null)
            file!.Write(slab.Offset + (long)(row - slab.FirstRow) * Width * ElementSize, MemoryMarshal.AsBytes(values));
        else
            values.CopyTo(slab.Values.AsSpan((row - slab.FirstRow) * Width, Width));
    }

    /// <summary>All elements, row-major.</summary>
    internal T[] ToArray()
    {
        var all = new T[(long)Count * Width];
        var buffer = new T[Width];
        for (int row = 0; row < Count; row++)
            Get(row, buffer).CopyTo(all.AsSpan(checked(row * Width)));
        return all;
    }

    internal override Tensor? AsTensor() =>
        slabs is [{ Values: { } values }] && values.Length == (long)Count * Width && Width > 0 ? from_array(values).view(Count, Width) : null;

    private RowSlab<T> Find(int row)
    {
        int low = 0, high = slabs.Count - 1;
        while (low < high)
        {
            int middle = (low + high + 1) / 2;
            if (slabs[middle].FirstRow <= row)
                low = middle;
            else
                high = middle - 1;
        }
        return slabs[low];
    }
}

/// <summary>Rows that lie together.</summary>
/// <param name="FirstRow">The first of them.</param>
/// <param name="Rows">How many they are.</param>
/// <param name="Values">Their elements; <see langword="null"/> when they are in the file.</param>
/// <param name="Offset">Where they begin in the file.</param>
internal sealed record RowSlab<T>(int FirstRow, int Rows, T[]? Values, long Offset);
