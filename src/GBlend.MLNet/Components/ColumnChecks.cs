using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using static GBlend.MLNet.GradientBlendingTrainer;
using VectorKind = Microsoft.ML.SchemaShape.Column.VectorKind;

namespace GBlend.MLNet;

/// <summary>Checks that a schema has the columns a trainer needs, in ML.NET's words for schema mismatches.</summary>
internal static class ColumnChecks
{
    private const string KnownSize = "numbers in a vector of known size (give the size in the loader's column, in SchemaDefinition or in [VectorType(n)]; of a "
        + "DataFrame take number columns and ml.Transforms.Concatenate)";
    private const string ClassLabel = "a key (ml.Transforms.Conversion.MapValueToKey makes one of text), a bool, a number or a vector of 0 and 1 of known size";

    /// <summary>Checks all columns that the options name and tells what the label makes of the model.</summary>
    /// <exception cref="ArgumentOutOfRangeException">
    /// A column is missing or of a wrong type; the message names it, what was expected and what was found.
    /// </exception>
    internal static OutputKind CheckColumns(SchemaShape schema, Options options, OutputKind asked)
    {
        foreach (var modality in options.Modalities)
            Demand(Find(schema, modality.ColumnName, "modality"), "modality", IsModality, KnownSize);
        if (options.SamplingKeyColumnName is { } key)
            Demand(Find(schema, key, "sampling key"), "sampling key", IsGroup, "text, a key, a number or a bool (SamplingKeyColumnName)");
        if (options.HoldOutColumnName is { } heldOut)
            Demand(Find(schema, heldOut, "hold-out"), "hold-out", IsBool, "a bool (HoldOutColumnName)");
        if (options.ExampleWeightColumnName is { } weight)
            Demand(Find(schema, weight, "example weight"), "example weight", c => c.Kind == VectorKind.Scalar
                && IsNumber(c), "a number (ExampleWeightColumnName)");
        return KindOf(Find(schema, options.LabelColumnName, "label"), asked);
    }

    /// <summary>The column of that name.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is none.</exception>
    internal static SchemaShape.Column Find(SchemaShape schema, string name, string role) => schema.TryFindColumn(name, out var column)
        ? column
        : throw NotFound(name, role, schema.Select(c => c.Name));

    /// <summary>What is thrown where a column is missing, in ML.NET's words, with the columns there are.</summary>
    internal static ArgumentOutOfRangeException NotFound(string name, string role, IEnumerable<string> columns) =>
        new("schema", $"Could not find {role} column '{name}'. {Names.Suggest(name, [.. columns.Distinct()], "columns")}");

    private static OutputKind KindOf(SchemaShape.Column label, OutputKind asked)
    {
        switch (asked)
        {
            case OutputKind.Binary:
                Demand(label, "label", IsBool, "a bool");
                return asked;
            case OutputKind.Regression:
                Demand(label, "label", c => c.Kind == VectorKind.Scalar && IsNumber(c), "a number");
                return asked;
            default:
                Demand(label, "label", IsClassLabel, ClassLabel);
                return label.Kind == VectorKind.Vector ? OutputKind.MultiLabel : OutputKind.Multiclass;
        }
    }

    private static void Demand(SchemaShape.Column column, string role, Func<SchemaShape.Column, bool> isFit, string expected)
    {
        if (!isFit(column))
            throw Contracts.ExceptSchemaMismatch("schema", role, column.Name, expected, column.GetTypeString());
    }

    private static bool IsModality(SchemaShape.Column column) => column.Kind != VectorKind.VariableVector && IsNumber(column);

    private static bool IsNumber(SchemaShape.Column column) => !column.IsKey && column.ItemType is NumberDataViewType;

    private static bool IsBool(SchemaShape.Column column) => column.Kind == VectorKind.Scalar && column.ItemType is BooleanDataViewType;

    private static bool IsGroup(SchemaShape.Column column) =>
        column.Kind == VectorKind.Scalar && column.ItemType is NumberDataViewType or TextDataViewType or BooleanDataViewType;

    private static bool IsClassLabel(SchemaShape.Column column) => column.Kind switch
    {
        VectorKind.Scalar => column.ItemType is NumberDataViewType or BooleanDataViewType,
        VectorKind.Vector => IsNumber(column) || column.ItemType is BooleanDataViewType,
        _ => false,
    };
}
