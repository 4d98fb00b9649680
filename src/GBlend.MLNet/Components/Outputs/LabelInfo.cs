using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace GBlend.MLNet;

/// <summary>What a label column said about the outputs: all that is needed to describe and write them, and no data.</summary>
/// <param name="Kind">What is predicted.</param>
/// <param name="Column">The label column.</param>
/// <param name="Outputs">Classes, labels, or 1.</param>
/// <param name="KeyType">Multiclass: the raw type of <c>PredictedLabel</c>. Else <see langword="null"/>.</param>
/// <param name="Values">Multiclass: the values of the classes; <see langword="null"/> for a key without values.</param>
/// <param name="SlotNames">The names of the outputs; <see langword="null"/> when they have none.</param>
internal sealed record LabelInfo(OutputKind Kind, string Column, int Outputs, Type? KeyType, KeyValues? Values, string[]? SlotNames)
{
    private static readonly Type[] s_keyTypes = [typeof(byte), typeof(ushort), typeof(uint), typeof(ulong)];

    /// <summary>Classes of a key column.</summary>
    internal static LabelInfo OfKey(string column, Type keyType, int classes, KeyValues? values) =>
        new(OutputKind.Multiclass, column, classes, keyType, values, values?.Names ?? Numbers(classes));

    /// <summary>Classes that are the values of a column that is not a key.</summary>
    internal static LabelInfo OfValues<T>(string column, T[] values) =>
        OfKey(column, typeof(uint), values.Length, KeyValues.Create(values));

    internal static LabelInfo OfBinary(string column) => new(OutputKind.Binary, column, 2, null, null, null);

    internal static LabelInfo OfNumber(string column) => new(OutputKind.Regression, column, 1, null, null, null);

    internal static LabelInfo OfLabels(string column, int labels, string[]? names) => new(OutputKind.MultiLabel, column, labels, null, null, names);

    /// <summary>
    /// A stand-in of two outputs for the label of a schema that is still without data, so that promised columns are made by the code
    /// that makes the delivered ones.
    /// </summary>
    internal static LabelInfo Imagine(OutputKind kind, SchemaShape.Column label)
    {
        switch (kind)
        {
            case OutputKind.Binary:
                return OfBinary(label.Name);
            case OutputKind.Regression:
                return OfNumber(label.Name);
            case OutputKind.MultiLabel:
                return OfLabels(label.Name, 2, label.HasSlotNames() ? Numbers(2) : null);
            default:
                if (!label.IsKey)
                    return OfKey(label.Name, typeof(uint), 2, KeyValues.Imagine(label.ItemType, 2));
                bool hasValues = label.Annotations.TryFindColumn(AnnotationUtils.Kinds.KeyValues, out var values)
                    && values.Kind == SchemaShape.Column.VectorKind.Vector && KeyValues.Keeps(values.ItemType);
                return OfKey(label.Name, label.ItemType.RawType, 2, hasValues ? KeyValues.Imagine(values.ItemType, 2) : null);
        }
    }

    /// <summary>The name of a class or label for messages.</summary>
    internal string NameOf(int output) => Kind == OutputKind.Binary ? (output == 1).ToString() : SlotNames?[output] ?? output.ToString();

    internal JsonObject ToJson() => new()
    {
        ["kind"] = Kind.ToString(),
        ["column"] = Column,
        ["outputs"] = Outputs,
        ["keyType"] = KeyType?.Name,
        ["values"] = Values?.ToJson(),
        ["slotNames"] = Values is not null || SlotNames is null ? null : new JsonArray([.. SlotNames.Select(n => (JsonNode)n)]),
    };

    internal static LabelInfo FromJson(JsonObject json)
    {
        var kind = json.Choice<OutputKind>("kind");
        int outputs = json.Whole("outputs");
        var values = json.Has("values") ? KeyValues.FromJson(json.Object("values")) : null;
        string[]? names = values?.Names ?? (json.Has("slotNames") ? json.Texts("slotNames") : null);
        string? keyName = json.Has("keyType") ? json.Text("keyType") : null;
        var keyType = s_keyTypes.SingleOrDefault(t => t.Name == keyName);
        if (outputs < 1 || (names?.Length ?? outputs) != outputs || keyType is null == (kind == OutputKind.Multiclass))
            throw new InvalidDataException("The model file's label is damaged: its kind, its type and the number of its values contradict each other.");
        return new(kind, json.Text("column"), outputs, keyType, values, kind is OutputKind.Multiclass or OutputKind.MultiLabel ? names : null);
    }

    private static string[] Numbers(int count) => [.. Enumerable.Range(0, count).Select(n => n.ToString(CultureInfo.InvariantCulture))];
}
