using System.Numerics;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace GBlend.MLNet;

/// <summary>Reads the numbers of one column from the current row of a cursor as floats; a scalar column is a vector of one.</summary>
internal abstract class VectorReader(string column, int width)
{
    /// <summary>The column's name.</summary>
    internal string Column { get; } = column;

    /// <summary>The numbers per row.</summary>
    internal int Width { get; } = width;

    /// <summary>Reads the current row.</summary>
    /// <param name="row">Receives <see cref="Width"/> numbers.</param>
    internal abstract void Read(Span<float> row);

    /// <summary>The shape of the rows of a column: the dimensions of its vector type, or [1].</summary>
    internal static IReadOnlyList<int> Shape(DataViewType type) => type is VectorDataViewType vector ? [.. vector.Dimensions] : [1];

    internal static VectorReader Create(DataViewRow row, DataViewSchema.Column column)
    {
        var open = column.Type is VectorDataViewType ? typeof(DenseOrSparse<>) : typeof(Scalar<>);
        return GenericFactory.Create<VectorReader>(open, column.Type.GetItemType().RawType, row, column);
    }

    private static float ToFloat<T>(T value) where T : INumberBase<T> => float.CreateTruncating(value);

    private sealed class Scalar<T>(DataViewRow row, DataViewSchema.Column column) : VectorReader(column.Name, 1)
        where T : unmanaged, INumberBase<T>
    {
        private readonly ValueGetter<T> _getter = row.GetGetter<T>(column);

        internal override void Read(Span<float> row)
        {
            T value = default;
            _getter(ref value);
            row[0] = ToFloat(value);
        }
    }

    private sealed class DenseOrSparse<T>(DataViewRow row, DataViewSchema.Column column) : VectorReader(column.Name, column.Type.GetVectorSize())
        where T : unmanaged, INumberBase<T>
    {
        private readonly ValueGetter<VBuffer<T>> _getter = row.GetGetter<VBuffer<T>>(column);
        private VBuffer<T> _buffer;

        internal override void Read(Span<float> row)
        {
            _getter(ref _buffer);
            if (_buffer.Length != Width)
                throw new InvalidOperationException($"The column '{Column}' is declared as a vector of {Width}, but a row has {_buffer.Length} items. Correct the size in the schema or the rows.");
            if (_buffer.IsDense)
                CopyDense(_buffer.GetValues(), row);
            else
                CopySparse(_buffer.GetIndices(), _buffer.GetValues(), row);
        }

        private static void CopyDense(ReadOnlySpan<T> values, Span<float> row)
        {
            for (int i = 0; i < values.Length; i++)
                row[i] = ToFloat(values[i]);
        }

        private static void CopySparse(ReadOnlySpan<int> indices, ReadOnlySpan<T> values, Span<float> row)
        {
            row.Clear();
            for (int i = 0; i < values.Length; i++)
                row[indices[i]] = ToFloat(values[i]);
        }
    }
}
