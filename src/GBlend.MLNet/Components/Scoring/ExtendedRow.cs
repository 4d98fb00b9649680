using Microsoft.ML;
using Microsoft.ML.Data;

namespace GBlend.MLNet;

/// <summary>A row with columns added to another one, whose own columns pass through.</summary>
/// <param name="schema">The columns.</param>
/// <param name="input">The row, whose values may change with its position; disposed with this one.</param>
/// <param name="active">The active columns of the output schema.</param>
internal abstract class ExtendedRow(ExtendedSchema schema, DataViewRow input, IEnumerable<DataViewSchema.Column> active) : DataViewRow
{
    /// <summary>The active columns by index.</summary>
    protected HashSet<int> Active { get; } = [.. active.Select(c => c.Index)];

    public sealed override DataViewSchema Schema => schema.Output;

    public sealed override long Position => input.Position;

    public sealed override long Batch => input.Batch;

    public sealed override bool IsColumnActive(DataViewSchema.Column column) => Active.Contains(column.Index);

    public sealed override ValueGetter<DataViewRowId> GetIdGetter() => input.GetIdGetter();

    public sealed override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        if (!IsColumnActive(column))
            throw Getters.Inactive(column);
        return schema.IsAdded(column) ? GetAdded<TValue>(column) : input.GetGetter<TValue>(schema.Input[column.Index]);
    }

    /// <summary>The getter of an added column.</summary>
    protected abstract ValueGetter<TValue> GetAdded<TValue>(DataViewSchema.Column column);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            input.Dispose();
        base.Dispose(disposing);
    }
}
