using System.Collections.Concurrent;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace GBlend.MLNet;

/// <summary>
/// One fitted transformer of a member, and what its scores are. A member has one, but for multi-label tasks, where it has one for each label.
/// </summary>
internal sealed class MemberPart
{
    private const string Probability = "Probability", Score = "Score";

    private readonly MemberSchema _schema;
    private readonly int _features;
    private readonly IRowToRowMapper _mapper;
    private readonly ConcurrentBag<Scorer> _scorers = [];

    /// <param name="transformer">The transformer.</param>
    /// <param name="labelType">The type that the label had.</param>
    /// <param name="features">The numbers of the features.</param>
    /// <param name="scores">What its scores are.</param>
    /// <param name="values">How many scores a row has.</param>
    /// <exception cref="InvalidOperationException">It is no transformer that can score row by row, or gives other scores.</exception>
    internal MemberPart(ITransformer transformer, DataViewType labelType, int features, MemberScores scores, int values)
    {
        (Transformer, Scores, _features) = (transformer, scores, features);
        _schema = new MemberSchema(labelType, features, hasWeight: true);
        if (!transformer.IsRowToRowMapper)
            throw new InvalidOperationException($"its model, a {transformer.GetType().Name}, can't score row by row");
        _mapper = transformer.GetRowToRowMapper(_schema.Schema);
        var column = ColumnOf(_mapper.OutputSchema, scores == MemberScores.Probability ? Probability : Score);
        bool isVector = scores is MemberScores.Probabilities or MemberScores.Margins;
        var expected = isVector ? new VectorDataViewType(NumberDataViewType.Single, values) : (DataViewType)NumberDataViewType.Single;
        if (!column.Type.Equals(expected))
            throw new InvalidOperationException($"its column '{column.Name}' is {column.Type}, where {expected} is needed. Give it a trainer of the same task");
        Column = column;
    }

    internal ITransformer Transformer { get; }

    internal MemberScores Scores { get; private set; }

    private DataViewSchema.Column Column { get; }

    /// <summary>The columns that the trainer was given.</summary>
    internal DataViewSchema Schema => _schema.Schema;

    /// <summary>A transformer that was just fitted.</summary>
    /// <param name="transformer">The transformer.</param>
    /// <param name="view">The rows that it was fitted on.</param>
    /// <param name="features">The numbers of the features.</param>
    /// <param name="classes">The number of classes; <see langword="null"/> for other labels.</param>
    internal static MemberPart Of(ITransformer transformer, MemberView view, int features, int? classes)
    {
        var type = view.Schema[MemberSchema.LabelName].Type;
        if (classes is not { } count)
        {
            bool isNumber = type is not BooleanDataViewType;
            bool hasProbability = !isNumber && transformer.GetOutputSchema(view.Schema).GetColumnOrNull(Probability) is not null;
            var scores = isNumber ? MemberScores.Number : hasProbability ? MemberScores.Probability : MemberScores.Margin;
            return new(transformer, type, features, scores, 1);
        }
        var part = new MemberPart(transformer, type, features, MemberScores.Margins, count);
        part.Scores = part.GivesProbabilities(view) ? MemberScores.Probabilities : MemberScores.Margins;
        return part;
    }

    /// <summary>What it says of a row: log-probabilities of the classes, the log-odds of yes, or a number.</summary>
    /// <param name="read">Fills the features.</param>
    /// <param name="values">Receives what it says.</param>
    internal void Predict(Action<float[]> read, Span<double> values)
    {
        var scorer = _scorers.TryTake(out var idle) ? idle : new Scorer(this);
        scorer.Score(read, values);
        _scorers.Add(scorer);
        switch (Scores)
        {
            case MemberScores.Probabilities:
                foreach (ref double value in values)
                    value = Math.Log(Math.Max(value, LeastProbability));
                break;
            case MemberScores.Margins:
                LogSoftmax(values);
                break;
            case MemberScores.Probability:
                double p = Math.Clamp(values[0], LeastProbability, 1 - LeastProbability);
                values[0] = double.IsNaN(values[0]) ? double.NaN : Math.Log(p) - Math.Log(1 - p);
                break;
        }
    }

    /// <summary>Logarithms and log-odds are finite also where a trainer is quite sure. Pools read nothing below their floor anyway.</summary>
    private const double LeastProbability = 1e-12;

    private static void LogSoftmax(Span<double> values)
    {
        double most = double.NegativeInfinity, sum = 0;
        foreach (double value in values)
            most = Math.Max(most, value);
        foreach (double value in values)
            sum += Math.Exp(value - most);
        foreach (ref double value in values)
            value -= most + Math.Log(sum);
    }

    /// <summary>Whether the scores of the first rows are not negative and add up to 1.</summary>
    private bool GivesProbabilities(MemberView view)
    {
        const int Rows = 32;
        const double Rounding = 1e-3;
        var scored = Transformer.Transform(view);
        return scored.GetColumn<float[]>(scored.Schema[Score]).Take(Rows).All(row => row.All(p => p >= 0) && Math.Abs(row.Sum() - 1) < Rounding);
    }

    private static DataViewSchema.Column ColumnOf(DataViewSchema schema, string name) => schema.GetColumnOrNull(name)
        ?? throw new InvalidOperationException($"its model gives no column '{name}'. Give it a trainer of the same task");

    /// <summary>Scores rows on one thread at a time.</summary>
    private sealed class Scorer
    {
        private readonly MemberRow _row;
        private readonly ValueGetter<float>? _number;
        private readonly ValueGetter<VBuffer<float>>? _getter;
        private VBuffer<float> _buffer;

        internal Scorer(MemberPart part)
        {
            _row = new MemberRow(part.Schema, part._features);
            var scored = part._mapper.GetRow(_row, [part.Column]);
            if (part.Column.Type is VectorDataViewType)
                _getter = scored.GetGetter<VBuffer<float>>(part.Column);
            else
                _number = scored.GetGetter<float>(part.Column);
        }

        internal void Score(Action<float[]> read, Span<double> values)
        {
            read(_row.Features);
            _row.Advance();
            if (_number is not null)
            {
                float number = 0;
                _number(ref number);
                values[0] = number;
                return;
            }
            _getter!(ref _buffer);
            values.Clear();
            foreach (var item in _buffer.Items())
                values[item.Key] = item.Value;
        }
    }
}
