using Microsoft.ML;

namespace GBlend.MLNet;

/// <summary>A schema with columns added to an input: input columns keep their indices, the new ones follow them.</summary>
/// <param name="input">The schema of the rows that are read.</param>
internal abstract class ExtendedSchema(DataViewSchema input)
{
    internal DataViewSchema Input { get; } = input;

    internal abstract DataViewSchema Output { get; }

    /// <summary>The input columns that the added ones are made from.</summary>
    internal abstract IReadOnlyList<DataViewSchema.Column> Sources { get; }

    internal bool IsAdded(DataViewSchema.Column output) => output.Index >= Input.Count;

    /// <summary>The input columns that are needed to give some output columns: those among them and, when added ones are, their sources.</summary>
    /// <param name="outputs">The columns that are asked for.</param>
    /// <param name="always">Whether the sources are needed whatever is asked for.</param>
    internal IReadOnlyList<DataViewSchema.Column> InputsFor(IEnumerable<DataViewSchema.Column> outputs, bool always = false)
    {
        var needed = new SortedSet<int>(always ? Sources.Select(s => s.Index) : []);
        foreach (var column in outputs)
        {
            if (IsAdded(column))
                needed.UnionWith(Sources.Select(s => s.Index));
            else
                needed.Add(column.Index);
        }
        return [.. needed.Select(i => Input[i])];
    }

    /// <summary>The row with the added columns.</summary>
    /// <param name="input">A row of the input schema, whose values may change with its position; disposed with the one that is returned.</param>
    /// <param name="active">The columns of the output schema that are asked for.</param>
    internal abstract ExtendedRow Extend(DataViewRow input, IEnumerable<DataViewSchema.Column> active);
}
