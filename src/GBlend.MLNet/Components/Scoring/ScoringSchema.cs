using Microsoft.ML;

namespace GBlend.MLNet;

/// <summary>A model bound to an input schema.</summary>
internal sealed class ScoringSchema : ExtendedSchema
{
    /// <param name="input">The schema of the rows to score.</param>
    /// <param name="model">The model.</param>
    /// <param name="columns">The columns that it adds.</param>
    /// <param name="asFloats">A modality whose numbers come as floats, whatever type they had in training; by default none.</param>
    /// <exception cref="ArgumentOutOfRangeException">A modality column is missing, or its type or dimensions are not those of training.</exception>
    internal ScoringSchema(DataViewSchema input, SharedModel model, IReadOnlyList<OutputColumn> columns, string? asFloats = null) : base(input)
    {
        Model = model;
        Columns = columns;
        Output = OutputColumns.Append(input, columns);
        Modalities = [.. model.Unguarded.Modalities.Select(m => Find(input, m.Column == asFloats ? m with { Item = typeof(float) } : m))];
    }

    internal override DataViewSchema Output { get; }

    internal SharedModel Model { get; }

    /// <summary>The columns that the model adds.</summary>
    internal IReadOnlyList<OutputColumn> Columns { get; }

    /// <summary>The input columns of the modalities in their order.</summary>
    internal IReadOnlyList<DataViewSchema.Column> Modalities { get; }

    internal override IReadOnlyList<DataViewSchema.Column> Sources => Modalities;

    /// <summary>The column of the model behind a column of the output schema.</summary>
    internal OutputColumn Added(DataViewSchema.Column output) => Columns[output.Index - Input.Count];

    internal override ExtendedRow Extend(DataViewRow input, IEnumerable<DataViewSchema.Column> active) => new ScoredRow(this, input, active);

    /// <summary>Whether one of the active columns shows the scores of a branch.</summary>
    internal bool WantsBranches(IEnumerable<int> activeOutputs) =>
        activeOutputs.Any(i => i >= Input.Count && Columns[i - Input.Count].Branch != OutputColumn.Answer);

    private static DataViewSchema.Column Find(DataViewSchema schema, ModalitySpec modality)
    {
        if (schema.GetColumnOrNull(modality.Column) is not { } column)
            throw ColumnChecks.NotFound(modality.Column, "modality", schema.Select(c => c.Name));
        TrainedColumn.Check(column, modality);
        return column;
    }
}
