using System.Text.Json;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Serving;

/// <summary>A column that rows have to bring: how it is read from JSON, and how ML.NET reads it.</summary>
internal abstract class InputColumn(DataViewSchema.Column column)
{
    public string Name { get; } = column.Name;

    public int Index { get; } = column.Index;

    public DataViewType Type { get; } = column.Type;

    /// <summary>Whether the model needs it. Others, such as the label, are filled with nothing.</summary>
    public bool IsNeeded { get; init; }

    /// <summary>Whether a media step opens the file that it names, so that rows must not name one.</summary>
    public bool IsFile { get; init; }

    /// <summary>Whether it is the bytes of a file.</summary>
    public bool IsBytes => Type is VectorDataViewType { Size: 0 } vector && vector.ItemType == NumberDataViewType.Byte;

    /// <summary>What a row has that brings nothing; <see langword="null"/> where it must bring something.</summary>
    public abstract object? Nothing { get; }

    /// <summary>A value such as JSON has it, to be shown to callers.</summary>
    public abstract string Example { get; }

    /// <summary>Reads a value.</summary>
    /// <exception cref="BadRowException">It is no value of the column; the message goes on after the name of the column.</exception>
    public abstract object Read(JsonElement json);

    /// <summary>A getter of ML.NET for the row that the function gives.</summary>
    public abstract Delegate Getter(Func<object[]> row);

    /// <summary>The column of a type.</summary>
    /// <exception cref="NotSupportedException">Rows of JSON can't bring such a column.</exception>
    public static InputColumn Of(DataViewSchema.Column column, bool isNeeded, bool isFile)
    {
        var item = column.Type is VectorDataViewType vector ? vector.ItemType : column.Type;
        InputColumn Make<T>(Func<JsonElement, T?> read, T? missing, string example) where T : struct => column.Type is VectorDataViewType
            ? new VectorColumn<T>(column, read, missing, example) { IsNeeded = isNeeded, IsFile = isFile }
            : new ScalarColumn<T>(column, read, missing, example) { IsNeeded = isNeeded, IsFile = isFile };
        static T? Number<T>(JsonElement json, Func<JsonElement, T?> read) where T : struct => json.ValueKind == JsonValueKind.Number ? read(json) : null;
        return item switch
        {
            TextDataViewType => Make<ReadOnlyMemory<char>>(
                json => json.ValueKind == JsonValueKind.String ? json.GetString().AsMemory() : null, ReadOnlyMemory<char>.Empty, "\"text\""),
            BooleanDataViewType => Make<bool>(json => json.ValueKind is JsonValueKind.True or JsonValueKind.False ? json.GetBoolean() : null, null, "true"),
            _ when item.RawType == typeof(float) => Make(
                json => Number<float>(json, n => n.TryGetSingle(out float value) && float.IsFinite(value) ? value : null), float.NaN, "0.5"),
            _ when item.RawType == typeof(double) => Make(
                json => Number<double>(json, n => n.TryGetDouble(out double value) && double.IsFinite(value) ? value : null), double.NaN, "0.5"),
            _ when item.RawType == typeof(byte) => Make<byte>(json => Number<byte>(json, n => n.TryGetByte(out byte value) ? value : null), null, "128"),
            _ when item.RawType == typeof(short) => Make<short>(json => Number<short>(json, n => n.TryGetInt16(out short value) ? value : null), null, "1"),
            _ when item.RawType == typeof(int) => Make<int>(json => Number<int>(json, n => n.TryGetInt32(out int value) ? value : null), null, "1"),
            _ when item.RawType == typeof(long) => Make<long>(json => Number<long>(json, n => n.TryGetInt64(out long value) ? value : null), null, "1"),
            _ when item.RawType == typeof(uint) => Make<uint>(json => Number<uint>(json, n => n.TryGetUInt32(out uint value) ? value : null), 0u, "1"),
            _ when item.RawType == typeof(DateTime) => Make<DateTime>(
                json => json.ValueKind == JsonValueKind.String && json.TryGetDateTime(out var value) ? value : null, null, "\"2026-01-31T12:00:00\""),
            _ when !isNeeded => new LeftOutColumn(column),
            _ => throw new NotSupportedException($"The column '{column.Name}' is {column.Type}, which rows of JSON can't bring."),
        };
    }
}
