using Microsoft.ML;

namespace GBlend.MLNet;

/// <summary>Up to <see cref="TrainedModel.BlockRows"/> rows that are scored by one forward pass. Belongs to one cursor or row; the model is shared.</summary>
internal sealed class ScoreBlock
{
    private readonly SharedModel _shared;
    private readonly TrainedModel _model;
    private readonly VectorReader[] _readers;
    private readonly Array[] _inputs;
    private readonly bool[][]? _isAbsent;
    private readonly float[] _answer;
    private readonly float[][]? _branches;

    /// <param name="schema">The model and where its modalities are.</param>
    /// <param name="row">The rows are read from it.</param>
    /// <param name="wantsBranches">Whether the scores of the branches are wanted too.</param>
    internal ScoreBlock(ScoringSchema schema, DataViewRow row, bool wantsBranches)
    {
        _shared = schema.Model;
        _model = _shared.Unguarded;
        _readers = [.. schema.Modalities.Select(c => VectorReader.Create(row, c, allowsEmpty: _model.LeavesOutMissing))];
        _isAbsent = _model.LeavesOutMissing ? [.. _readers.Select(_ => new bool[_model.BlockRows])] : null;
        _inputs = [.. _readers.Select(r => r.HasBytes ? (Array)new byte[_model.BlockRows * r.Width] : new float[_model.BlockRows * r.Width])];
        int scores = _model.BlockRows * _model.Outputs;
        _answer = new float[scores];
        _branches = wantsBranches ? [.. _model.History.Heads.Select(_ => new float[scores])] : null;
    }

    /// <summary>Reads the current row of the source.</summary>
    /// <param name="slot">Its place in the block.</param>
    /// <param name="position">Its position in the source, for messages.</param>
    /// <exception cref="InvalidOperationException">A value is infinite, or missing and not to be imputed, or no modality is there.</exception>
    internal void Read(int slot, long position)
    {
        for (int m = 0; m < _readers.Length; m++)
        {
            var reader = _readers[m];
            if (_inputs[m] is byte[] bytes)
            {
                reader.ReadBytes(bytes.AsSpan(slot * reader.Width, reader.Width));
                _isAbsent?[m][slot] = reader.IsEmpty;
                continue;
            }
            var fill = _model.Modalities[m].Fill;
            var row = ((float[])_inputs[m]).AsSpan(slot * reader.Width, reader.Width);
            reader.Read(row);
            if (_isAbsent is not null && (_isAbsent[m][slot] = reader.IsEmpty || RowValues.AreAllMissing(row)))
            {
                row.Clear();
                continue;
            }
            RowValues.CheckForScoring(row, reader.Column, position, allowsMissing: fill is not null, _model.LeavesOutMissing);
            if (fill is not null)
                RowValues.Impute(row, fill);
        }
        if (_isAbsent?.All(absent => absent[slot]) == true)
            throw new InvalidOperationException($"This row can't be scored: row {position} (counted from 0) has none of the modalities {string.Join(", "
                + $"", _readers.Select(r => $"'{r.Column}'"))}, so there is nothing to score. Remove it before the model.");
    }

    /// <summary>Scores the first rows of the block.</summary>
    /// <exception cref="ObjectDisposedException">The model is disposed.</exception>
    internal void Score(int rows) => _shared.Use(model => model.Score(_inputs, rows, _answer, _branches, _isAbsent));

    /// <summary>What all heads predict for the first rows of the block, see <see cref="TrainedModel.PredictAll"/>.</summary>
    /// <exception cref="ObjectDisposedException">The model is disposed.</exception>
    internal IReadOnlyList<double[][][]> PredictAll(int rows)
    {
        IReadOnlyList<double[][][]> passes = [];
        _shared.Use(model => passes = model.PredictAll(_inputs, rows));
        return passes;
    }

    /// <summary>The modalities that a row lacks: bit i for modality i.</summary>
    internal int Lacks(int slot)
    {
        int lacks = 0;
        for (int m = 0; _isAbsent is not null && m < _isAbsent.Length; m++)
            lacks |= _isAbsent[m][slot] ? 1 << m : 0;
        return lacks;
    }

    /// <summary>The scores of a row.</summary>
    internal ReadOnlySpan<float> Scores(int slot, int branch) =>
        (branch == OutputColumn.Answer ? _answer : _branches![branch]).AsSpan(slot * _model.Outputs, _model.Outputs);
}
