using Microsoft.ML;

namespace GBlend.MLNet;

/// <summary>Reads a sampling key column as group numbers: rows of equal values get equal numbers, from 0 in order of appearance.</summary>
/// <remarks>Rows without a value (missing key, NaN, empty text) are one group of their own.</remarks>
internal abstract class GroupReader
{
    private readonly List<int> _groups = [];

    /// <summary>The group of every row read so far.</summary>
    internal int[] ToArray() => [.. _groups];

    /// <summary>Reads the current row.</summary>
    internal void Read() => _groups.Add(ReadGroup());

    protected abstract int ReadGroup();

    internal static GroupReader Create(DataViewRow row, DataViewSchema.Column column) => column.Type.RawType == typeof(ReadOnlyMemory<char>)
        ? new Text(row, column)
        : GenericFactory.Create<GroupReader>(typeof(Of<>), column.Type.RawType, row, column);

    private static int Number<T>(Dictionary<T, int> known, T value) where T : notnull
    {
        if (!known.TryGetValue(value, out int group))
            known.Add(value, group = known.Count);
        return group;
    }

    private sealed class Of<T>(DataViewRow row, DataViewSchema.Column column) : GroupReader where T : unmanaged
    {
        private readonly ValueGetter<T> _getter = row.GetGetter<T>(column);
        private readonly Dictionary<T, int> _known = [];

        protected override int ReadGroup()
        {
            T value = default;
            _getter(ref value);
            return Number(_known, value);
        }
    }

    private sealed class Text(DataViewRow row, DataViewSchema.Column column) : GroupReader
    {
        private readonly ValueGetter<ReadOnlyMemory<char>> _getter = row.GetGetter<ReadOnlyMemory<char>>(column);
        private readonly Dictionary<string, int> _known = [];

        protected override int ReadGroup()
        {
            ReadOnlyMemory<char> value = default;
            _getter(ref value);
            return Number(_known, value.ToString());
        }
    }
}
