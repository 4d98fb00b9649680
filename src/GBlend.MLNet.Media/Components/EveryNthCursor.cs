using Microsoft.ML;
using Microsoft.ML.Data;

namespace GBlend.MLNet;

/// <summary>Every n-th row of a source. Each row is a batch of its own, so that cursors over all shares can be merged in order.</summary>
internal sealed class EveryNthCursor(DataViewRowCursor source, int share, int shares) : DataViewRowCursor
{
    private long _row = -1;

    public override DataViewSchema Schema => source.Schema;

    /// <summary>The position in the source, so that messages name rows as the user counts them.</summary>
    public override long Position => source.Position;

    public override long Batch => source.Position;

    public override bool MoveNext()
    {
        while (source.MoveNext())
        {
            if (++_row % shares == share)
                return true;
        }
        return false;
    }

    public override bool IsColumnActive(DataViewSchema.Column column) => source.IsColumnActive(column);

    public override ValueGetter<DataViewRowId> GetIdGetter() => source.GetIdGetter();

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) => source.GetGetter<TValue>(column);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            source.Dispose();
        base.Dispose(disposing);
    }
}
