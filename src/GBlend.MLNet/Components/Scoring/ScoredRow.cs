using Microsoft.ML;

namespace GBlend.MLNet;

/// <summary>
/// One row and the model's columns for it, scored when one of them is first asked for: what a prediction engine and a row-wise cursor read. A row is
/// scored by the same padded block as many rows, so that the scores have the same bits.
/// </summary>
/// <param name="schema">The model and its columns.</param>
/// <param name="input">The row, whose values may change with its position.</param>
/// <param name="active">The active columns of the output schema.</param>
internal sealed class ScoredRow(ScoringSchema schema, DataViewRow input, IEnumerable<DataViewSchema.Column> active)
    : ExtendedRow(schema, input, active), IRowScores
{
    private readonly ScoringSchema _schema = schema;
    private readonly DataViewRow _input = input;
    private ScoreBlock? _block;
    private long _scored = -1;

    protected override ValueGetter<TValue> GetAdded<TValue>(DataViewSchema.Column column) => _schema.Added(column).Getter(this).As<TValue>(column);

    int IRowScores.Lacks => _block?.Lacks(0) ?? 0;

    ReadOnlySpan<float> IRowScores.Current(int branch)
    {
        if (Position < 0)
            throw new InvalidOperationException("There is no current row. Call MoveNext first.");
        _block ??= new ScoreBlock(_schema, _input, _schema.WantsBranches(Active));
        if (_scored != Position)
        {
            _block.Read(0, Position);
            _block.Score(1);
            _scored = Position;
        }
        return _block.Scores(0, branch);
    }
}
