using Microsoft.ML;

namespace GBlend.MLNet.Tables;

/// <summary>The columns that a model reads, with the types that they had in the rows to train on.</summary>
/// <param name="features">The features.</param>
/// <param name="label">The label.</param>
internal sealed class ReadColumns(IReadOnlyList<DataViewSchema.Column> features, DataViewSchema.Column label)
{
    /// <summary>Gives back a schema that has the columns.</summary>
    /// <param name="schema">The schema of other rows.</param>
    /// <param name="withLabel">Whether they need the label.</param>
    /// <exception cref="ArgumentException">A column is missing or of another type; the message names it.</exception>
    internal DataViewSchema Check(DataViewSchema schema, bool withLabel = false)
    {
        foreach (var column in withLabel ? features.Append(label) : features)
        {
            if (schema.GetColumnOrNull(column.Name) is not { } found)
                throw new ArgumentException(
                    $"The rows have no column '{column.Name}', which the model reads. "
                        + $"{Names.Suggest(column.Name, [.. schema.Select(c => c.Name)], "columns")}");
            if (found.Type.RawType != column.Type.RawType)
                throw new ArgumentException(
                    $"The column '{column.Name}' is of the type {found.Type}, and was of the type {column.Type} in the rows to train on. "
                    + "Read both in the same way: columns of a CSV file that MultiModalTable.Load reads are text, those of a DataFrame or a class have types.");
        }
        return schema;
    }
}
