using Microsoft.ML;
using Microsoft.ML.Data;

namespace GBlend.MLNet;

/// <summary>
/// A cursor that reads a block of rows ahead and scores it by one forward pass. The source is read once: what the caller wants of its
/// columns, and the rows' ids, positions and batches, are kept with the block.
/// </summary>
internal sealed class LookAheadCursor : DataViewRowCursor, IRowScores
{
    private readonly ScoringSchema _schema;
    private readonly DataViewRowCursor _input;
    private readonly HashSet<int> _active;
    private readonly Dictionary<int, BufferedColumn> _passed;
    private readonly ValueGetter<DataViewRowId> _idGetter;
    private readonly ScoreBlock _block;
    private readonly (long Position, long Batch, DataViewRowId Id)[] _rows;
    private int _current = -1;
    private int _count;
    private bool _isAtEnd;

    internal LookAheadCursor(ScoringSchema schema, DataViewRowCursor input, IReadOnlyCollection<DataViewSchema.Column> active)
    {
        int blockRows = schema.Model.Unguarded.BlockRows;
        _schema = schema;
        _input = input;
        _rows = new (long, long, DataViewRowId)[blockRows];
        _active = [.. active.Select(c => c.Index)];
        _passed = active.Where(c => !schema.IsAdded(c)).DistinctBy(c => c.Index).ToDictionary(
            c => c.Index, c => BufferedColumn.Create(input, schema.Input[c.Index], blockRows));
        _idGetter = input.GetIdGetter();
        _block = new ScoreBlock(schema, input, schema.WantsBranches(_active));
    }

    public override DataViewSchema Schema => _schema.Output;

    public override long Position => _current < 0 ? -1 : _rows[_current].Position;

    public override long Batch => _current < 0 ? 0 : _rows[_current].Batch;

    public override bool MoveNext()
    {
        if (_current + 1 == _count)
            ReadBlock();
        else
            _current++;
        return _current >= 0;
    }

    public override bool IsColumnActive(DataViewSchema.Column column) => _active.Contains(column.Index);

    public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId value) => value = _rows[CurrentSlot()].Id;

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        if (!IsColumnActive(column))
            throw Getters.Inactive(column);
        var getter = _schema.IsAdded(column) ? _schema.Added(column).Getter(this) : _passed[column.Index].Getter(CurrentSlot);
        return getter.As<TValue>(column);
    }

    ReadOnlySpan<float> IRowScores.Current(int branch) => _block.Scores(CurrentSlot(), branch);

    int IRowScores.Lacks => _block.Lacks(CurrentSlot());

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _input.Dispose();
        base.Dispose(disposing);
    }

    private int CurrentSlot() => _current >= 0 ? _current : throw new InvalidOperationException("The cursor is at no row. Call MoveNext first.");

    /// <summary>Reads and scores the next block and stands at its first row, or at none at the end.</summary>
    private void ReadBlock()
    {
        (_current, _count) = (-1, 0);
        bool wasAtEnd = _isAtEnd;
        // A row that can't be used ends the cursor: what comes after an exception must not look like scores.
        _isAtEnd = true;
        int count = 0;
        while (count < _rows.Length && !wasAtEnd)
        {
            wasAtEnd = !_input.MoveNext();
            if (!wasAtEnd)
                ReadRow(count++);
        }
        if (count > 0)
        {
            _block.Score(count);
            (_current, _count) = (0, count);
        }
        _isAtEnd = wasAtEnd;
    }

    private void ReadRow(int slot)
    {
        var (position, id) = (_input.Position, default(DataViewRowId));
        _idGetter(ref id);
        _rows[slot] = (position, _input.Batch, id);
        foreach (var column in _passed.Values)
            column.Read(slot);
        _block.Read(slot, position);
    }
}
