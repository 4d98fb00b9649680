using Microsoft.ML;
using Microsoft.ML.Data;

namespace Serving;

/// <summary>Rows that requests brought, as ML.NET reads them.</summary>
internal sealed class RowsView(DataViewSchema schema, IReadOnlyList<InputColumn> columns, IReadOnlyList<object[]> rows) : IDataView
{
    public DataViewSchema Schema { get; } = schema;

    public bool CanShuffle => false;

    public long? GetRowCount() => rows.Count;

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null) =>
        new Cursor(this, [.. columnsNeeded.Select(c => c.Index)]);

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) =>
        [GetRowCursor(columnsNeeded)];

    private sealed class Cursor(RowsView view, HashSet<int> active) : DataViewRowCursor
    {
        private int _at = -1;

        public override long Position => _at;

        public override long Batch => 0;

        public override DataViewSchema Schema => view.Schema;

        public override bool IsColumnActive(DataViewSchema.Column column) => active.Contains(column.Index);

        public override bool MoveNext() => ++_at < view.Count;

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) =>
            view.ColumnAt(column.Index).Getter(() => view.Row(_at)) as ValueGetter<TValue>
                ?? throw new InvalidOperationException($"The column '{column.Name}' is {column.Type}, and was asked for as {typeof(TValue)}.");

        public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId id) => id = new((ulong)_at, 0);
    }

    private int Count => rows.Count;

    private object[] Row(int at) => rows[at];

    private InputColumn ColumnAt(int index) => columns[index];
}
