using Microsoft.ML;

namespace GBlend.MLNet;

/// <summary>A media column bound to an input schema.</summary>
internal sealed class MediaSchema : ExtendedSchema
{
    /// <exception cref="ArgumentOutOfRangeException">The input column is missing or of a wrong type.</exception>
    internal MediaSchema(DataViewSchema input, MediaColumn column, BadMediaLog log) : base(input)
    {
        Column = column;
        Log = log;
        Source = input.GetColumnOrNull(column.Input)
            ?? throw new ArgumentOutOfRangeException(nameof(input),
                $"{column.Kind} needs the column '{column.Input}', which the data does not have. It has: {string.Join(", ", input.Select(c => c.Name))}.");
        var builder = new DataViewSchema.Builder();
        builder.AddColumns(input);
        builder.AddColumn(column.Output, column.OutputType(Source));
        Output = builder.ToSchema();
    }

    internal override DataViewSchema Output { get; }

    internal MediaColumn Column { get; }

    internal BadMediaLog Log { get; }

    /// <summary>The input column that the new one is made from.</summary>
    internal DataViewSchema.Column Source { get; }

    /// <summary>Where another column of the same videos finds what this one decoded, and this one what the other did; none if there is no other.</summary>
    internal DecodedFrames? Shared { get; set; }

    /// <summary>Whether rows are left out, and so must be looked at whatever columns are asked for.</summary>
    internal bool Skips => Column.Options.OnBadMedia == OnBadMedia.Skip;

    internal override IReadOnlyList<DataViewSchema.Column> Sources => [Source];

    internal override ExtendedRow Extend(DataViewRow input, IEnumerable<DataViewSchema.Column> active) => new MediaRow(this, input, active);

    internal ColumnValue Bind(DataViewRow row) => Column.Bind(row, new(Source, Log.CheckAlive, Log, Shared));
}
