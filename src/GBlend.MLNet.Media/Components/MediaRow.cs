using Microsoft.ML;

namespace GBlend.MLNet;

/// <summary>One row and its media column, for prediction engines. There a bad file that is to be left out is an error: no row can be left out.</summary>
internal sealed class MediaRow : ExtendedRow
{
    private readonly MediaSchema _schema;
    private readonly ColumnValue? _value;

    internal MediaRow(MediaSchema schema, DataViewRow input, IEnumerable<DataViewSchema.Column> active) : base(schema, input, active)
    {
        _schema = schema;
        if (Active.Any(i => i >= schema.Input.Count))
            _value = schema.Bind(input);
    }

    protected override ValueGetter<TValue> GetAdded<TValue>(DataViewSchema.Column column)
    {
        var getter = _value!.Getter.As<TValue>(column);
        if (!_schema.Skips)
            return getter;
        return (ref TValue value) =>
        {
            if (!_value.IsUsable())
                throw BadMediaLog.NothingToSkip(_schema.Column);
            getter(ref value);
        };
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _value?.Dispose();
        base.Dispose(disposing);
    }
}
