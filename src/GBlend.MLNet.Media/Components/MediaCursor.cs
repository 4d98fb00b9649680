using Microsoft.ML;
using Microsoft.ML.Data;

namespace GBlend.MLNet;

/// <summary>A cursor with a media column, which leaves out rows of bad files where that is asked for.</summary>
internal sealed class MediaCursor : DataViewRowCursor
{
    private readonly MediaSchema _schema;
    private readonly DataViewRowCursor _input;
    private readonly HashSet<int> _active;
    private readonly ColumnValue? _value;
    private long _position = -1;

    internal MediaCursor(MediaSchema schema, DataViewRowCursor input, IReadOnlyCollection<DataViewSchema.Column> active)
    {
        _schema = schema;
        _input = input;
        _active = [.. active.Select(c => c.Index)];
        if (schema.Skips || active.Any(schema.IsAdded))
            _value = schema.Bind(input);
    }

    public override DataViewSchema Schema => _schema.Output;

    public override long Position => _position;

    public override long Batch => _input.Batch;

    public override bool MoveNext()
    {
        do
        {
            if (!_input.MoveNext())
            {
                _position = -1;
                return false;
            }
        }
        while (_schema.Skips && !_value!.IsUsable());
        _position = _schema.Skips ? _position + 1 : _input.Position;
        return true;
    }

    public override bool IsColumnActive(DataViewSchema.Column column) => _active.Contains(column.Index);

    public override ValueGetter<DataViewRowId> GetIdGetter() => _input.GetIdGetter();

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        if (!IsColumnActive(column))
            throw Getters.Inactive(column);
        return _schema.IsAdded(column) ? _value!.Getter.As<TValue>(column) : _input.GetGetter<TValue>(_schema.Input[column.Index]);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _value?.Dispose();
            _input.Dispose();
        }
        base.Dispose(disposing);
    }
}
