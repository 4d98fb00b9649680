using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace GBlend.MLNet.Reports;

/// <summary>Reads the value of one column from the current row of a cursor as text.</summary>
internal abstract class CellReader
{
    /// <summary>The text of the current row: a key as the value behind it, <see langword="null"/> for a missing one.</summary>
    internal abstract string? Read();

    internal static CellReader Create(DataViewRow row, DataViewSchema.Column column) =>
        GenericFactory.Create<CellReader>(typeof(Of<>), column.Type.RawType, row, column);

    /// <summary>The values behind the keys of a column, or of the slots of a vector; <see langword="null"/> where it says none.</summary>
    internal static string[]? NamesOf(DataViewSchema.Column column, string kind, int count) => KeyValues.Of(column, count, kind)?.Names;

    private sealed class Of<T>(DataViewRow row, DataViewSchema.Column column) : CellReader
    {
        private readonly ValueGetter<T> _getter = row.GetGetter<T>(column);
        private readonly string[]? _keys = column.Type is KeyDataViewType { Count: <= int.MaxValue } key ? NamesOf(column, "KeyValues", (int)key.Count) : null;
        private readonly bool _isKey = column.Type is KeyDataViewType;
        private T _value = default!;

        internal override string? Read()
        {
            _getter(ref _value);
            if (!_isKey)
                return Convert.ToString(_value is ReadOnlyMemory<char> memory ? memory.ToString() : _value, CultureInfo.InvariantCulture) ?? "";
            long at = Convert.ToInt64(_value, CultureInfo.InvariantCulture) - 1;
            return at < 0 ? null : _keys is not null && at < _keys.Length ? _keys[at] : at.ToString(CultureInfo.InvariantCulture);
        }
    }
}
