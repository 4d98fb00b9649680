using System.Text.Json;
using Microsoft.ML;

namespace Serving;

/// <summary>A column of one value per row.</summary>
/// <param name="column">The column.</param>
/// <param name="read">Reads a value; nothing where the JSON is none.</param>
/// <param name="missing">What stands for a missing value, if the type has such a one.</param>
/// <param name="example">A value, as JSON.</param>
internal sealed class ScalarColumn<T>(DataViewSchema.Column column, Func<JsonElement, T?> read, T? missing, string example) : InputColumn(column)
    where T : struct
{
    public override object? Nothing => missing ?? (IsNeeded ? null : default(T));

    public override string Example => example;

    public override object Read(JsonElement json) => json.ValueKind == JsonValueKind.Null
        ? Nothing ?? throw new BadRowException("has no value (null), and there is none that stands for a missing one")
        : read(json) ?? throw new BadRowException($"is {Type}, for example {example}, and the row has {JsonText.Of(json)}");

    public override Delegate Getter(Func<object[]> row) => (ValueGetter<T>)((ref T value) => value = (T)row()[Index]);
}

/// <summary>A column that the model does not need, of a type that rows can't bring.</summary>
internal sealed class LeftOutColumn(DataViewSchema.Column column) : InputColumn(column)
{
    public override object? Nothing => this;

    public override string Example => "null";

    public override object Read(JsonElement json) => this;

    public override Delegate Getter(Func<object[]> row) => throw new NotSupportedException($"The column '{Name}' has no values here.");
}
