using System.Numerics;
using System.Runtime.InteropServices;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace GBlend.MLNet;

/// <summary>Reads the numbers of one column from the current row of a cursor as floats; a scalar column is a vector of one.</summary>
/// <param name="row">The cursor's row.</param>
/// <param name="column">The column's name.</param>
/// <param name="width">The numbers per row.</param>
internal abstract class VectorReader(DataViewRow row, string column, int width)
{
    /// <summary>The column's name.</summary>
    internal string Column { get; } = column;

    /// <summary>The numbers per row.</summary>
    internal int Width { get; } = width;

    /// <summary>Whether the column is a vector of bytes, which <see cref="ReadBytes"/> gives as they are.</summary>
    internal virtual bool HasBytes => false;

    /// <summary>Whether an empty vector is read as one without values: zeros, and <see cref="IsEmpty"/>. Else it is refused.</summary>
    internal bool AllowsEmpty { get; init; }

    /// <summary>Whether the row read last was an empty vector.</summary>
    internal bool IsEmpty { get; private protected set; }

    /// <summary>Reads the current row.</summary>
    /// <param name="row">Receives <see cref="Width"/> numbers.</param>
    internal abstract void Read(Span<float> row);

    /// <summary>Reads the current row of a column that <see cref="HasBytes"/>.</summary>
    /// <param name="row">Receives <see cref="Width"/> bytes.</param>
    internal virtual void ReadBytes(Span<byte> row) => throw new NotSupportedException($"The column '{Column}' has no bytes.");

    /// <summary>The shape of the rows of a column: the dimensions of its vector type, or [1].</summary>
    internal static IReadOnlyList<int> Shape(DataViewType type) => type is VectorDataViewType vector ? [.. vector.Dimensions] : [1];

    internal static VectorReader Create(DataViewRow row, DataViewSchema.Column column, bool allowsEmpty = false) => column.Type is VectorDataViewType
        ? GenericFactory.Create<VectorReader>(typeof(DenseOrSparse<>), column.Type.Item().RawType, row, column, allowsEmpty)
        : GenericFactory.Create<VectorReader>(typeof(Scalar<>), column.Type.Item().RawType, row, column);

    private protected InvalidOperationException WrongLength(int length) =>
        new($"The column '{Column}' is declared as a vector of {Width}, but a row has {length} items (row {row.Position}, counted from 0). Correct the size in "
            + $"the schema or the row.{(length == 0 ? " For rows that lack a modality, train with MissingValues = MissingValues.LeaveOutModality." : "")}");

    private static float ToFloat<T>(T value) where T : INumberBase<T> => float.CreateTruncating(value);

    private sealed class Scalar<T>(DataViewRow row, DataViewSchema.Column column) : VectorReader(row, column.Name, 1)
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

    private sealed class DenseOrSparse<T> : VectorReader where T : unmanaged, INumberBase<T>
    {
        private readonly ValueGetter<VBuffer<T>> _getter;
        private VBuffer<T> _buffer;

        public DenseOrSparse(DataViewRow row, DataViewSchema.Column column, bool allowsEmpty) : base(row, column.Name, column.Type.GetVectorSize())
        {
            _getter = row.GetGetter<VBuffer<T>>(column);
            AllowsEmpty = allowsEmpty;
        }

        internal override bool HasBytes => typeof(T) == typeof(byte);

        internal override void Read(Span<float> row)
        {
            if (!Get())
                row.Clear();
            else if (_buffer.IsDense)
                CopyDense(_buffer.GetValues(), row);
            else
                CopySparse(_buffer.GetIndices(), _buffer.GetValues(), row);
        }

        internal override void ReadBytes(Span<byte> row)
        {
            if (!HasBytes)
                base.ReadBytes(row);
            if (!Get())
            {
                row.Clear();
                return;
            }
            if (_buffer.IsDense)
            {
                MemoryMarshal.AsBytes(_buffer.GetValues()).CopyTo(row);
                return;
            }
            row.Clear();
            foreach (var item in _buffer.Items())
                row[item.Key] = byte.CreateTruncating(item.Value);
        }

        private bool Get()
        {
            _getter(ref _buffer);
            IsEmpty = AllowsEmpty && _buffer.Length == 0;
            if (_buffer.Length != Width && !IsEmpty)
                throw WrongLength(_buffer.Length);
            return !IsEmpty;
        }

        private static void CopyDense(ReadOnlySpan<T> values, Span<float> row)
        {
            if (typeof(T) == typeof(float))
            {
                MemoryMarshal.Cast<T, float>(values).CopyTo(row);
                return;
            }
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
