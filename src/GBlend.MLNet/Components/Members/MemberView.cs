using Microsoft.ML;
using Microsoft.ML.Data;

namespace GBlend.MLNet;

/// <summary>The rows of a fit that a member learns from, as a data view over the row store.</summary>
/// <param name="rows">The rows, and what stops the reading.</param>
/// <param name="order">The numbers of the rows that are given.</param>
/// <param name="features">What is read of a row.</param>
/// <param name="labelType">The type of the label.</param>
/// <param name="label">The label of a row, as a number.</param>
internal sealed class MemberView(
    MemberRows rows, IReadOnlyList<int> order, MemberFeatures features, DataViewType labelType, Func<int, double> label) : IDataView
{
    private readonly MemberSchema _schema = new(labelType, features.Count, rows.All.Targets.Weights is not null);

    public DataViewSchema Schema => _schema.Schema;

    public bool CanShuffle => false;

    /// <summary>Whether somebody has read how much each row counts.</summary>
    internal bool WeightsWereRead { get; private set; }

    public long? GetRowCount() => order.Count;

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        HashSet<int> active = [.. columnsNeeded.Select(c => c.Index)];
        WeightsWereRead |= Schema.GetColumnOrNull(MemberSchema.WeightName) is { } weight && active.Contains(weight.Index);
        return new Cursor(this, active);
    }

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) =>
        [GetRowCursor(columnsNeeded, rand)];

    private sealed class Cursor(MemberView view, HashSet<int> active) : DataViewRowCursor
    {
        private readonly float[] _features = new float[view.Features.Count];
        private byte[] _buffer = [];
        private long _position = -1, _read = -1;

        public override DataViewSchema Schema => view.Schema;

        public override long Position => _position;

        public override long Batch => 0;

        private int Row => view.Order[(int)_position];

        public override bool MoveNext()
        {
            view.Rows.CheckAlive();
            if (_position + 1 < view.Order.Count)
            {
                _position++;
                return true;
            }
            _position = -1;
            return false;
        }

        public override bool IsColumnActive(DataViewSchema.Column column) => active.Contains(column.Index);

        public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId value) => value = new((ulong)_position, 0);

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) => IsColumnActive(column)
            ? MemberSchema.Getter<TValue>(column, () => view.Label(Row), Read, () => view.Rows.All.Targets.Weights![Row])
            : throw Getters.Inactive(column);

        private float[] Read()
        {
            if (_read != _position)
                view.Features.Read(view.Rows.All, Row, ref _buffer, _features);
            _read = _position;
            return _features;
        }
    }

    private MemberRows Rows => rows;

    private IReadOnlyList<int> Order => order;

    private MemberFeatures Features => features;

    private Func<int, double> Label => label;
}
