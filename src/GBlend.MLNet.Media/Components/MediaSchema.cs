using Microsoft.ML;

namespace GBlend.MLNet;

/// <summary>A media column bound to an input schema: input columns keep their indices, the new column follows them.</summary>
internal sealed class MediaSchema
{
    /// <exception cref="ArgumentOutOfRangeException">The input column is missing or of a wrong type.</exception>
    internal MediaSchema(DataViewSchema input, MediaColumn column, BadMediaLog log)
    {
        Input = input;
        Column = column;
        Log = log;
        Source = input.GetColumnOrNull(column.Input)
            ?? throw new ArgumentOutOfRangeException(nameof(input), $"{column.Kind} needs the column '{column.Input}', which the data does not have. It has: {string.Join(", ", input.Select(c => c.Name))}.");
        var builder = new DataViewSchema.Builder();
        builder.AddColumns(input);
        builder.AddColumn(column.Output, column.OutputType(Source));
        Output = builder.ToSchema();
    }

    internal DataViewSchema Input { get; }

    internal DataViewSchema Output { get; }

    internal MediaColumn Column { get; }

    internal BadMediaLog Log { get; }

    /// <summary>The input column that the new one is made from.</summary>
    internal DataViewSchema.Column Source { get; }

    /// <summary>Where another column of the same videos finds what this one decoded, and this one what the other did; none if there is no other.</summary>
    internal DecodedFrames? Shared { get; set; }

    /// <summary>Whether rows are left out, and so must be looked at whatever columns are asked for.</summary>
    internal bool Skips => Column.Options.OnBadMedia == OnBadMedia.Skip;

    internal bool IsAdded(DataViewSchema.Column output) => output.Index >= Input.Count;

    internal IReadOnlyList<DataViewSchema.Column> InputsFor(IEnumerable<DataViewSchema.Column> outputs, bool filters)
    {
        var needed = new SortedSet<int>();
        if (filters)
            needed.Add(Source.Index);
        foreach (var column in outputs)
            needed.Add(IsAdded(column) ? Source.Index : column.Index);
        return [.. needed.Select(i => Input[i])];
    }

    internal ColumnValue Bind(DataViewRow row) => Column.Bind(row, new(Source, Log.CheckAlive, Log, Shared));
}
