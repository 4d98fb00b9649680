using Microsoft.ML;

namespace GBlend.MLNet;

/// <summary>A lazy view of a source with a media column added: nothing is decoded before a cursor asks for it.</summary>
internal sealed class MediaView(IDataView source, MediaSchema schema) : IDataView
{
    public DataViewSchema Schema => schema.Output;

    public bool CanShuffle => source.CanShuffle;

    public long? GetRowCount() => schema.Skips ? null : source.GetRowCount();

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        DataViewSchema.Column[] active = [.. columnsNeeded];
        return new MediaCursor(schema, source.GetRowCursor(schema.InputsFor(active, schema.Skips), rand), active);
    }

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null)
    {
        DataViewSchema.Column[] active = [.. columnsNeeded];
        var inputs = schema.InputsFor(active, schema.Skips);
        var cursors = n > 1 && (schema.Skips || active.Any(schema.IsAdded))
            ? SharedOut(inputs, n, rand)
            : source.GetRowCursorSet(inputs, n, rand);
        return [.. cursors.Select(cursor => new MediaCursor(schema, cursor, active))];
    }

    /// <summary>
    /// Cursors that share out the rows, also where the source gives only one: each passes over all rows and stops at its own. Passing over
    /// a row costs next to nothing beside decoding it.
    /// </summary>
    private IEnumerable<DataViewRowCursor> SharedOut(IReadOnlyList<DataViewSchema.Column> inputs, int n, Random? rand)
    {
        int? order = rand?.Next();
        return Enumerable.Range(0, n).Select(i => new EveryNthCursor(source.GetRowCursor(inputs, order is { } seed ? new Random(seed) : null), i, n));
    }
}
