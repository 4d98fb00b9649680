using Microsoft.ML;

namespace GBlend.MLNet;

/// <summary>A lazy view of a source with the model's columns added: nothing is scored before a cursor asks for it.</summary>
internal sealed class ScoringView(IDataView source, ScoringSchema schema) : IDataView
{
    public DataViewSchema Schema => schema.Output;

    public bool CanShuffle => source.CanShuffle;

    public long? GetRowCount() => source.GetRowCount();

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        DataViewSchema.Column[] active = [.. columnsNeeded];
        return Wrap(source.GetRowCursor(schema.InputsFor(active), rand), active);
    }

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null)
    {
        DataViewSchema.Column[] active = [.. columnsNeeded];
        return [.. source.GetRowCursorSet(schema.InputsFor(active), n, rand).Select(cursor => Wrap(cursor, active))];
    }

    private DataViewRowCursor Wrap(DataViewRowCursor input, DataViewSchema.Column[] active)
    {
        bool scores = active.Any(schema.IsAdded);
        return scores && active.All(c => schema.IsAdded(c) || BufferedColumn.CanHold(c.Type))
            ? new LookAheadCursor(schema, input, active)
            : new RowwiseCursor(schema, input, active);
    }
}
