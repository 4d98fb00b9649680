using Microsoft.ML;
using Microsoft.ML.Data;

namespace GBlend.MLNet;

/// <summary>Adds the media column to single rows, for prediction engines.</summary>
internal sealed class MediaRowMapper(MediaSchema schema) : IRowToRowMapper
{
    public DataViewSchema InputSchema => schema.Input;

    public DataViewSchema OutputSchema => schema.Output;

    public IEnumerable<DataViewSchema.Column> GetDependencies(IEnumerable<DataViewSchema.Column> dependingColumns) => schema.InputsFor(dependingColumns, filters: false);

    public DataViewRow GetRow(DataViewRow input, IEnumerable<DataViewSchema.Column> activeColumns)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (input.Schema != InputSchema)
            throw new ArgumentException("The row has another schema than the one this mapper was made for.", nameof(input));
        return new Row(schema, input, activeColumns);
    }

    private sealed class Row : DataViewRow
    {
        private readonly MediaSchema _schema;
        private readonly DataViewRow _input;
        private readonly HashSet<int> _active;
        private readonly ColumnValue? _value;

        internal Row(MediaSchema schema, DataViewRow input, IEnumerable<DataViewSchema.Column> active)
        {
            _schema = schema;
            _input = input;
            _active = [.. active.Select(c => c.Index)];
            if (_active.Any(i => i >= schema.Input.Count))
                _value = schema.Bind(input);
        }

        public override DataViewSchema Schema => _schema.Output;

        public override long Position => _input.Position;

        public override long Batch => _input.Batch;

        public override bool IsColumnActive(DataViewSchema.Column column) => _active.Contains(column.Index);

        public override ValueGetter<DataViewRowId> GetIdGetter() => _input.GetIdGetter();

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
        {
            if (!IsColumnActive(column))
                throw Getters.Inactive(column);
            if (!_schema.IsAdded(column))
                return _input.GetGetter<TValue>(_schema.Input[column.Index]);
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
            {
                _value?.Dispose();
                _input.Dispose();
            }
            base.Dispose(disposing);
        }
    }
}
