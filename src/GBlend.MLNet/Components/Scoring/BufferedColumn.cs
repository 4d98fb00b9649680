using Microsoft.ML;
using Microsoft.ML.Data;

namespace GBlend.MLNet;

/// <summary>The values of one input column for the rows of a block, kept while the cursor is ahead of them.</summary>
internal abstract class BufferedColumn
{
    /// <summary>Reads the value of the source's current row into a place of the block.</summary>
    internal abstract void Read(int slot);

    /// <summary>A getter of the value at the place that <paramref name="current"/> tells.</summary>
    internal abstract Delegate Getter(Func<int> current);

    /// <summary>Whether values of this type can be kept: numbers, texts and their vectors; not images, whose owner disposes them.</summary>
    internal static bool CanHold(DataViewType type) => type is PrimitiveDataViewType or VectorDataViewType;

    /// <param name="source">The rows.</param>
    /// <param name="column">Of the source.</param>
    /// <param name="rows">Rows per block.</param>
    internal static BufferedColumn Create(DataViewRow source, DataViewSchema.Column column, int rows) => column.Type is VectorDataViewType vector
        ? GenericFactory.Create<BufferedColumn>(typeof(Vectors<>), vector.ItemType.RawType, source, column, rows)
        : GenericFactory.Create<BufferedColumn>(typeof(Values<>), column.Type.RawType, source, column, rows);

    private sealed class Values<T>(DataViewRow source, DataViewSchema.Column column, int rows) : BufferedColumn
    {
        private readonly ValueGetter<T> _getter = source.GetGetter<T>(column);
        private readonly T[] _values = new T[rows];

        internal override void Read(int slot) => _getter(ref _values[slot]);

        internal override Delegate Getter(Func<int> current) => (ValueGetter<T>)((ref T value) => value = _values[current()]);
    }

    private sealed class Vectors<T>(DataViewRow source, DataViewSchema.Column column, int rows) : BufferedColumn
    {
        private readonly ValueGetter<VBuffer<T>> _getter = source.GetGetter<VBuffer<T>>(column);
        private readonly VBuffer<T>[] _values = new VBuffer<T>[rows];

        internal override void Read(int slot) => _getter(ref _values[slot]);

        // A copy, since what a getter hands out belongs to the caller.
        internal override Delegate Getter(Func<int> current) => (ValueGetter<VBuffer<T>>)((ref VBuffer<T> value) => _values[current()].CopyTo(ref value));
    }
}
