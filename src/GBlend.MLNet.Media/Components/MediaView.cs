using Microsoft.ML;
using Microsoft.ML.Data;

namespace GBlend.MLNet;

/// <summary>A lazy view of a source with a media column added: nothing is decoded before a cursor asks for it.</summary>
internal sealed class MediaView : IDataView
{
    private readonly IDataView _source;
    private readonly MediaSchema _schema;

    internal MediaView(IDataView source, MediaSchema schema)
    {
        (_source, _schema) = (source, schema);
        if (schema.Column is VideoClipColumn clip && Others(source).FirstOrDefault(other => clip.ReadsSameFiles(other.Column)) is { } other)
            schema.Shared = other.Shared ??= new DecodedFrames();
    }

    public DataViewSchema Schema => _schema.Output;

    public bool CanShuffle => _source.CanShuffle;

    public long? GetRowCount() => _schema.Skips ? null : _source.GetRowCount();

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        DataViewSchema.Column[] active = [.. columnsNeeded];
        return new MediaCursor(_schema, _source.GetRowCursor(_schema.InputsFor(active, _schema.Skips), rand), active);
    }

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null)
    {
        DataViewSchema.Column[] active = [.. columnsNeeded];
        var inputs = _schema.InputsFor(active, _schema.Skips);
        var cursors = n > 1 && (_schema.Skips || active.Any(_schema.IsAdded))
            ? SharedOut(inputs, n, rand)
            : _source.GetRowCursorSet(inputs, n, rand);
        return [.. cursors.Select(cursor => new MediaCursor(_schema, cursor, active))];
    }

    /// <summary>The media columns that the source has already.</summary>
    private static IEnumerable<MediaSchema> Others(IDataView? view)
    {
        while (view is not null)
        {
            if (view is MediaView media)
                yield return media._schema;
            view = view is MediaView step ? step._source : (view as IDataTransform)?.Source;
        }
    }

    /// <summary>
    /// Cursors that share out the rows, also where the source gives only one: each passes over all rows and stops at its own. Passing over
    /// a row costs next to nothing compared with decoding it.
    /// </summary>
    private IEnumerable<DataViewRowCursor> SharedOut(IReadOnlyList<DataViewSchema.Column> inputs, int n, Random? rand)
    {
        int? order = rand?.Next();
        return Enumerable.Range(0, n).Select(i => new EveryNthCursor(_source.GetRowCursor(inputs, order is { } seed ? new Random(seed) : null), i, n));
    }
}
