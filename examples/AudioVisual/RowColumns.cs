using Microsoft.ML;
using Microsoft.ML.Data;

namespace AudioVisual;

/// <summary>Reads columns of the row that a cursor is at.</summary>
internal static class RowColumns
{
    public static Func<T> Value<T>(this DataViewRow row, string column)
    {
        var getter = row.GetGetter<T>(row.Schema[column]);
        T value = default!;
        return () =>
        {
            getter(ref value);
            return value;
        };
    }

    public static Func<string> Text(this DataViewRow row, string column)
    {
        var text = row.Value<ReadOnlyMemory<char>>(column);
        return () => text().ToString();
    }

    public static Func<T[]> Values<T>(this DataViewRow row, string column)
    {
        var vector = row.Value<VBuffer<T>>(column);
        return () => [.. vector().DenseValues()];
    }
}
