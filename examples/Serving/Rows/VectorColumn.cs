using System.Text.Json;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Serving;

/// <summary>A column of vectors. Those of known size come whole, or not at all where a missing value exists.</summary>
/// <param name="column">The column.</param>
/// <param name="read">Reads an item; nothing where the JSON is none.</param>
/// <param name="missing">What stands for a missing item, if the type has such a one.</param>
/// <param name="example">An item, as JSON.</param>
internal sealed class VectorColumn<T>(DataViewSchema.Column column, Func<JsonElement, T?> read, T? missing, string example) : InputColumn(column)
    where T : struct
{
    private const int MostOfExample = 3;

    private readonly int _size = ((VectorDataViewType)column.Type).Size;

    public override object? Nothing => missing is { } value ? Filled(value) : IsNeeded && _size > 0 ? null : Filled(default);

    public override string Example =>
        IsBytes ? "\"(base64)\"" : $"[{string.Join(", ", Enumerable.Repeat(example, _size > 0 ? _size : MostOfExample))}]";

    public override object Read(JsonElement json)
    {
        if (json.ValueKind == JsonValueKind.Null)
            return Nothing ?? throw new BadRowException("has no value (null), and there is none that stands for a missing one");
        if (IsBytes && json.ValueKind == JsonValueKind.String)
            return json.TryGetBytesFromBase64(out byte[]? bytes) ? bytes : throw new BadRowException("is a file in base64, which the text is not");
        if (json.ValueKind != JsonValueKind.Array)
            throw new BadRowException($"is a vector{(_size > 0 ? $" of {_size} items" : "")}, and the row has {JsonText.Of(json)}");
        int length = json.GetArrayLength();
        if (_size > 0 && length != _size)
            throw new BadRowException($"has {length} items, and the model needs {_size}");
        var values = new T[length];
        int i = 0;
        foreach (var item in json.EnumerateArray())
        {
            values[i] = (item.ValueKind == JsonValueKind.Null ? missing : read(item))
                ?? throw new BadRowException($"has {JsonText.Of(item)} as item {i} (counted from 0), where a value such as {example} is needed");
            i++;
        }
        return values;
    }

    public override Delegate Getter(Func<object[]> row) => (ValueGetter<VBuffer<T>>)((ref VBuffer<T> value) =>
    {
        // A copy: those who read rows may change what they are given.
        var values = (T[])row()[Index];
        var editor = VBufferEditor.Create(ref value, values.Length);
        values.CopyTo(editor.Values);
        value = editor.Commit();
    });

    private T[] Filled(T value)
    {
        var values = new T[_size];
        Array.Fill(values, value);
        return values;
    }
}
