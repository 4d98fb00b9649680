using Microsoft.ML;
using Microsoft.ML.Data;

namespace GBlend.MLNet;

/// <summary>One row and the model's columns for it, scored when one of them is first asked for: what a prediction engine and a row-wise cursor read.</summary>
/// <param name="schema">The model and its columns.</param>
/// <param name="input">The row, whose values may change with its position.</param>
/// <param name="active">The active columns of the output schema.</param>
internal sealed class ScoredRow(ScoringSchema schema, DataViewRow input, IEnumerable<DataViewSchema.Column> active) : DataViewRow, IRowScores
{
    private readonly HashSet<int> _active = [.. active.Select(c => c.Index)];
    private ScoreBlock? _block;
    private long _scored = -1;

    public override DataViewSchema Schema => schema.Output;

    public override long Position => input.Position;

    public override long Batch => input.Batch;

    public override bool IsColumnActive(DataViewSchema.Column column) => _active.Contains(column.Index);

    public override ValueGetter<DataViewRowId> GetIdGetter() => input.GetIdGetter();

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        if (!IsColumnActive(column))
            throw Getters.Inactive(column);
        return schema.IsAdded(column)
            ? schema.Added(column).Getter(this).As<TValue>(column)
            : input.GetGetter<TValue>(schema.Input[column.Index]);
    }

    ReadOnlySpan<float> IRowScores.Current(int branch)
    {
        if (Position < 0)
            throw new InvalidOperationException("There is no current row. Call MoveNext first.");
        _block ??= new ScoreBlock(schema, input, schema.WantsBranches(_active));
        if (_scored != Position)
        {
            _block.Read(0, Position);
            _block.Score(1);
            _scored = Position;
        }
        return _block.Scores(0, branch);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            input.Dispose();
        base.Dispose(disposing);
    }
}
