using Microsoft.ML;
using Microsoft.ML.Data;

namespace GBlend.MLNet;

/// <summary>
/// A cursor that stays at its source's row: for when no score is asked for, and for columns whose values can't be kept while looking
/// ahead (images).
/// </summary>
internal sealed class RowwiseCursor(ScoringSchema schema, DataViewRowCursor input, IEnumerable<DataViewSchema.Column> active) : DataViewRowCursor
{
    private readonly ScoredRow _row = new(schema, input, active);

    public override DataViewSchema Schema => schema.Output;

    public override long Position => input.Position;

    public override long Batch => input.Batch;

    public override bool MoveNext() => input.MoveNext();

    public override bool IsColumnActive(DataViewSchema.Column column) => _row.IsColumnActive(column);

    public override ValueGetter<DataViewRowId> GetIdGetter() => input.GetIdGetter();

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) => _row.GetGetter<TValue>(column);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _row.Dispose();
        base.Dispose(disposing);
    }
}
