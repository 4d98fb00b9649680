using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace GBlend.MLNet.Reports;

/// <summary>Reads a scored data view, all columns in one pass.</summary>
internal static class ScoredView
{
    private const string Score = "Score", Probability = "Probability", SlotNames = "SlotNames";

    /// <summary>Reads the truth, the scores of the answer and of the heads, and those of other models.</summary>
    /// <param name="scored">The test rows, scored.</param>
    /// <param name="history">Has the names of the heads; those that have no column are left out.</param>
    /// <param name="options">Which columns.</param>
    /// <param name="parametersOf">The parameters of a head by its place, or of the answer (-1).</param>
    /// <exception cref="ArgumentException">A column is missing or of another type, or there is no row; the message says which and what to do.</exception>
    internal static TestResults Read(IDataView scored, TrainingHistory history, ReportOptions options, Func<int, long?> parametersOf)
    {
        var branches = history.Heads;
        var label = Find(scored, options.LabelColumnName, "label", $"Name it in {nameof(ReportOptions)}.{nameof(ReportOptions.LabelColumnName)}.");
        var score = Find(scored, Score, "score", "Give rows that a model has scored.");
        var kind = KindOf(scored, score, label);
        string[] names = NamesOf(kind, score);
        KeyValues.OfScores(scored.Schema)?.CheckSame(label);
        (int Branch, DataViewSchema.Column Column)[] heads = [.. branches.Select((name, i) => (i, Column: scored.Schema.GetColumnOrNull($"{Score}.{name}")))
            .Where(h => h.Column is not null).Select(h => (h.i, h.Column!.Value))];
        var rowName = options.RowNameColumnName is { } nameColumn ? Find(scored, nameColumn, "row name", "Correct the option.") : (DataViewSchema.Column?)null;
        var group = options.GroupColumnName is { } groupColumn ? Find(scored, groupColumn, "group", "Correct the option.") : (DataViewSchema.Column?)null;

        var predictions = heads.Select(_ => new List<float[]>()).ToArray();
        List<float[]> answer = [];
        List<long> positions = [];
        List<string> rowNames = [], groups = [];
        HashSet<int> unknown = [];
        int rows = 0;
        var probability = kind == ScoreKind.Binary ? scored.Schema.GetColumnOrNull(Probability) : null;
        DataViewSchema.Column[] active = [label, probability
            ?? score, .. heads.Select(h => h.Column), .. new[] { rowName, group }.OfType<DataViewSchema.Column>()];
        Measure measure;
        using (var cursor = scored.GetRowCursor(active))
        {
            var truth = TruthReader.Create(kind, cursor, label, names);
            var answerReader = Reader(cursor, probability ?? score, kind, isProbability: probability is not null);
            var headReaders = heads.Select(h => Reader(cursor, h.Column, kind, isProbability: false)).ToArray();
            var nameReader = rowName is { } n ? CellReader.Create(cursor, n) : null;
            var groupReader = group is { } g ? CellReader.Create(cursor, g) : null;
            for (; cursor.MoveNext(); rows++)
            {
                if (!truth.Read())
                {
                    unknown.Add(rows);
                    continue;
                }
                answer.Add(answerReader());
                foreach (var (list, reader) in predictions.Zip(headReaders))
                    list.Add(reader());
                positions.Add(rows);
                if (nameReader is not null)
                    rowNames.Add(nameReader.Read() ?? "");
                if (groupReader is not null)
                    groups.Add(groupReader.Read() ?? "(none)");
            }
            measure = truth.Finish();
        }
        if (answer.Count == 0)
        {
            throw new ArgumentException(rows == 0
                ? "The test rows are none, so there is nothing to report. Give rows with labels that the model was not trained on."
                : $"None of the {rows} test rows has a label that the model knows "
                    + $"({string.Join(", ", names.Take(5).Select(name => $"'{Inert.Name(name)}'"))}...). Check the column "
                    + $"'{Inert.Name(label.Name)}'.", nameof(scored));
        }
        List<Contestant> contestants = [.. heads.Select((h, i) =>
            new Contestant(branches[h.Branch], KindOf(history, h.Branch), predictions[i], parametersOf(h.Branch)))];
        contestants.Add(new("The answer", ContestantKind.Answer, answer, parametersOf(-1)));
        contestants.AddRange(options.Baselines.Select(b =>
            new Contestant(b.Key, ContestantKind.Baseline, ReadBaseline(b.Key, b.Value, kind, rows, unknown, names.Length), null)));
        return new(measure, names, contestants, positions, rowName is null ? null : rowNames, group is null ? null : groups, unknown.Count);
    }

    private static ContestantKind KindOf(TrainingHistory history, int head) =>
        head >= history.Branches.Count ? ContestantKind.Member
        : history.Branches[head] is TrainingHistory.JointBranch or TrainingHistory.DetachedJointBranch ? ContestantKind.Joint
        : ContestantKind.Alone;

    private static DataViewSchema.Column Find(IDataView view, string name, string role, string remedy) => view.Schema.GetColumnOrNull(name)
        ?? throw new ArgumentException($"The test rows have no {role} column '{Inert.Name(name)}', "
            + $"but: {string.Join(", ", view.Schema.Take(20).Select(c => Inert.Name(c.Name)))}. {remedy}", nameof(view));

    private static ScoreKind KindOf(IDataView view, DataViewSchema.Column score, DataViewSchema.Column label)
    {
        if (score.Type is VectorDataViewType { IsKnownSize: true, ItemType: NumberDataViewType })
            return label.Type is VectorDataViewType ? ScoreKind.Labels : ScoreKind.Classes;
        if (score.Type is not NumberDataViewType)
            throw new ArgumentException($"The column 'Score' is {score.Type}; expected a number, or a vector of numbers of known size.", nameof(view));
        return label.Type is BooleanDataViewType || view.Schema.GetColumnOrNull(Probability) is not null ? ScoreKind.Binary : ScoreKind.Number;
    }

    private static string[] NamesOf(ScoreKind kind, DataViewSchema.Column score)
    {
        if (kind is ScoreKind.Binary or ScoreKind.Number)
            return kind == ScoreKind.Binary ? ["False", "True"] : [];
        int count = ((VectorDataViewType)score.Type).Size;
        return CellReader.NamesOf(score, SlotNames, count) ?? [.. Enumerable.Range(0, count).Select(i => i.ToString(CultureInfo.InvariantCulture))];
    }

    /// <summary>Reads the scores of the current row: probabilities of classes or labels, or a number.</summary>
    private static Func<float[]> Reader(DataViewRow row, DataViewSchema.Column column, ScoreKind kind, bool isProbability)
    {
        var reader = VectorReader.Create(row, column);
        return () =>
        {
            var values = new float[reader.Width];
            reader.Read(values);
            if (kind != ScoreKind.Binary)
                return values;
            float yes = isProbability ? values[0] : 1 / (1 + MathF.Exp(-values[0]));
            return [1 - yes, yes];
        };
    }

    private static List<float[]> ReadBaseline(string name, IDataView view, ScoreKind kind, int rows, HashSet<int> leftOut, int outputs)
    {
        var probability = kind == ScoreKind.Binary ? view.Schema.GetColumnOrNull(Probability) : null;
        var column = probability ?? Find(view, Score, "score", $"Give for '{Inert.Name(name)}' rows that its model has scored.");
        int width = column.Type is VectorDataViewType vector ? vector.Size : kind == ScoreKind.Binary ? 2 : 1;
        if (width != Math.Max(outputs, 1))
            throw new ArgumentException($"The scores of '{Inert.Name(name)}' have {width} values and the model's have {Math.Max(outputs, 1)}. Compare "
                + $"models of the same task and classes.", nameof(view));
        List<float[]> predictions = [];
        int at = 0;
        using var cursor = view.GetRowCursor([column]);
        var reader = Reader(cursor, column, kind, isProbability: probability is not null);
        for (; cursor.MoveNext(); at++)
        {
            if (!leftOut.Contains(at))
                predictions.Add(reader());
        }
        return at == rows ? predictions
            : throw new ArgumentException($"'{Inert.Name(name)}' has scored {at} rows, but there are {rows} test rows. Score the same rows in the "
                + $"same order.", nameof(view));
    }
}
