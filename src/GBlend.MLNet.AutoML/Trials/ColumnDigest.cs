using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace GBlend.MLNet.AutoML;

/// <summary>Puts the values of a column into a hash, row by row.</summary>
internal abstract class ColumnDigest
{
    /// <summary>A digest of some columns of all rows of a view: alike for the same values in the same order.</summary>
    internal static string Of(IDataView view, IEnumerable<string> columnNames)
    {
        DataViewSchema.Column[] columns = [.. columnNames.Select(name => view.Schema[name])];
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var cursor = view.GetRowCursor(columns);
        ColumnDigest[] digests = [.. columns.Select(c => Create(cursor, c))];
        while (cursor.MoveNext())
        {
            foreach (var digest in digests)
                digest.Append(hash);
        }
        return Convert.ToHexString(hash.GetHashAndReset())[..16];
    }

    /// <summary>Adds the value of the current row.</summary>
    protected abstract void Append(IncrementalHash hash);

    private static ColumnDigest Create(DataViewRow row, DataViewSchema.Column column) => column.Type switch
    {
        TextDataViewType => new Text(row, column),
        VectorDataViewType vector => GenericFactory.Create<ColumnDigest>(typeof(Vector<>), vector.ItemType.RawType, row, column),
        _ => GenericFactory.Create<ColumnDigest>(typeof(Value<>), column.Type.RawType, row, column),
    };

    private sealed class Text(DataViewRow row, DataViewSchema.Column column) : ColumnDigest
    {
        private readonly ValueGetter<ReadOnlyMemory<char>> _getter = row.GetGetter<ReadOnlyMemory<char>>(column);

        protected override void Append(IncrementalHash hash)
        {
            ReadOnlyMemory<char> value = default;
            _getter(ref value);
            hash.AppendData(BitConverter.GetBytes(value.Length));
            hash.AppendData(MemoryMarshal.AsBytes(value.Span));
        }
    }

    private sealed class Value<T>(DataViewRow row, DataViewSchema.Column column) : ColumnDigest where T : unmanaged
    {
        private readonly ValueGetter<T> _getter = row.GetGetter<T>(column);

        protected override void Append(IncrementalHash hash)
        {
            T value = default;
            _getter(ref value);
            hash.AppendData(MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in value)));
        }
    }

    private sealed class Vector<T>(DataViewRow row, DataViewSchema.Column column) : ColumnDigest where T : unmanaged
    {
        private readonly ValueGetter<VBuffer<T>> _getter = row.GetGetter<VBuffer<T>>(column);
        private VBuffer<T> _value;
        private T[] _dense = [];

        protected override void Append(IncrementalHash hash)
        {
            _getter(ref _value);
            if (_dense.Length < _value.Length)
                _dense = new T[_value.Length];
            _value.CopyTo(_dense);
            hash.AppendData(BitConverter.GetBytes(_value.Length));
            hash.AppendData(MemoryMarshal.AsBytes<T>(_dense.AsSpan(0, _value.Length)));
        }
    }
}
