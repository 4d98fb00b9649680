namespace GBlend.MLNet;

/// <summary>From a view of a storage to a tensor in row-major order: the storage's own memory where it already is, else a copy.</summary>
internal static class TensorView
{
    /// <exception cref="InvalidDataException">The view reaches beyond its storage, or a copy would take more memory than the file may.</exception>
    internal static StateTensor Copy(PickleTensor view, string name, MemoryBudget budget)
    {
        var (storage, offset, shape, strides) = view;
        if (storage.Bytes is not { } bytes)
            throw new InvalidDataException($"The weights are damaged: the storage of '{Show.Text(name)}' is missing.");
        if (shape.Length != strides.Length || shape.Length > StateTensor.MostDimensions || StateTensor.CountOf(shape) is not { } count)
            throw new InvalidDataException($"The weights are damaged: '{Show.Text(name)}' has a shape and strides that don't fit each other.");
        if (count == 0)
            return StateTensor.Over(storage.Element, shape, ReadOnlyMemory<byte>.Empty);
        if (!IsWithin(offset, shape, strides, storage.Count))
            throw new InvalidDataException($"The weights are damaged: '{Show.Text(name)}' reaches beyond its storage of {storage.Count} elements.");
        int size = storage.ElementBytes;
        if (IsRowMajor(shape, strides))
            return StateTensor.Over(storage.Element, shape, bytes.Slice((int)offset * size, (int)count * size));
        if (count > Array.MaxLength / size)
            throw new InvalidDataException($"The weights are refused: '{Show.Text(name)}' is larger than 2 GiB.");
        budget.Charge(count * size);
        var copy = new byte[count * size];
        Gather(bytes.Span[((int)offset * size)..], shape, strides, size, copy);
        return StateTensor.Over(storage.Element, shape, copy);
    }

    /// <summary>Whether the last element, the one furthest from the offset, is in the storage.</summary>
    private static bool IsWithin(long offset, long[] shape, long[] strides, long count)
    {
        if (offset < 0 || offset >= count)
            return false;
        long room = count - 1 - offset;
        for (int i = 0; i < shape.Length; i++)
        {
            if (shape[i] > 1 && strides[i] > room / (shape[i] - 1))
                return false;
            room -= shape[i] > 1 ? (shape[i] - 1) * strides[i] : 0;
        }
        return true;
    }

    private static bool IsRowMajor(long[] shape, long[] strides)
    {
        long expected = 1;
        for (int i = shape.Length - 1; i >= 0; i--)
        {
            if (shape[i] > 1 && strides[i] != expected)
                return false;
            expected *= shape[i];
        }
        return true;
    }

    /// <summary>Counts through the indices like an odometer, the last one fastest.</summary>
    private static void Gather(ReadOnlySpan<byte> from, long[] shape, long[] strides, int size, Span<byte> to)
    {
        Span<long> index = stackalloc long[shape.Length];
        index.Clear();
        long at = 0;
        while (true)
        {
            from.Slice((int)at * size, size).CopyTo(to);
            to = to[size..];
            int axis = shape.Length - 1;
            for (; axis >= 0 && ++index[axis] == shape[axis]; axis--)
            {
                at -= (shape[axis] - 1) * strides[axis];
                index[axis] = 0;
            }
            if (axis < 0)
                return;
            at += strides[axis];
        }
    }
}
