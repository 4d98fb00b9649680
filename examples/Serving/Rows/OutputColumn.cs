using System.Text.Json.Nodes;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Serving;

/// <summary>A column of a model's answer, and how it is written as JSON.</summary>
internal static class OutputColumn
{
    private static readonly string[] s_names = ["PredictedLabel", "Score", "Probability", "PredictionSet", "PredictionInterval", "PresentModalities"];

    /// <summary>Whether a column is a part of the answer: the model's own columns, and those of its branches.</summary>
    public static bool IsAnswer(DataViewSchema.Column column) =>
        !column.IsHidden && (s_names.Contains(column.Name) || column.Name.StartsWith("Score.", StringComparison.Ordinal));

    /// <summary>Reads the value of the row that a cursor is at.</summary>
    public static Func<JsonNode?> Reader(DataViewRow row, DataViewSchema.Column column)
    {
        var item = column.Type is VectorDataViewType vector ? vector.ItemType : column.Type;
        if (item is KeyDataViewType key)
        {
            string[]? names = Names(column, "KeyValues");
            return Read<uint>(row, column, value => value == 0 ? null : names is null ? JsonValue.Create(value) : JsonValue.Create(names[value - 1]));
        }
        return item switch
        {
            TextDataViewType => Read<ReadOnlyMemory<char>>(row, column, value => JsonValue.Create(value.ToString())),
            BooleanDataViewType => Read<bool>(row, column, value => JsonValue.Create(value)),
            _ when item.RawType == typeof(float) => Read<float>(row, column, value => float.IsFinite(value) ? JsonValue.Create(value) : null),
            _ when item.RawType == typeof(double) => Read<double>(row, column, value => double.IsFinite(value) ? JsonValue.Create(value) : null),
            _ when item.RawType == typeof(int) => Read<int>(row, column, value => JsonValue.Create(value)),
            _ => throw new NotSupportedException($"The column '{column.Name}' is {column.Type}, which is not written as JSON here."),
        };
    }

    /// <summary>Names of slots or keys; <see langword="null"/> where there are none, or none that are texts.</summary>
    public static string[]? Names(DataViewSchema.Column column, string kind)
    {
        if (column.Annotations.Schema.GetColumnOrNull(kind)?.Type is not VectorDataViewType { ItemType: TextDataViewType })
            return null;
        VBuffer<ReadOnlyMemory<char>> names = default;
        column.Annotations.GetValue(kind, ref names);
        return [.. names.DenseValues().Select(name => name.ToString())];
    }

    private static Func<JsonNode?> Read<T>(DataViewRow row, DataViewSchema.Column column, Func<T, JsonNode?> write)
    {
        if (column.Type is VectorDataViewType)
        {
            var vectors = row.GetGetter<VBuffer<T>>(column);
            VBuffer<T> vector = default;
            return () =>
            {
                vectors(ref vector);
                return new JsonArray([.. vector.DenseValues().Select(write)]);
            };
        }
        var values = row.GetGetter<T>(column);
        T value = default!;
        return () =>
        {
            values(ref value);
            return write(value);
        };
    }
}
