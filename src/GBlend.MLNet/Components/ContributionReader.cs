using System.Globalization;
using System.Numerics;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace GBlend.MLNet;

/// <summary>Reads a data view and says how much each modality contributes to the answers to its rows.</summary>
/// <param name="schema">The model bound to the view.</param>
/// <param name="label">What the label column said in training.</param>
internal sealed class ContributionReader(ScoringSchema schema, LabelInfo label)
{
    private readonly TrainedModel _model = schema.Model.Unguarded;

    /// <summary>Refuses models whose modalities can't be told apart.</summary>
    /// <exception cref="InvalidOperationException">The message says what is wrong and what to do.</exception>
    internal void Check()
    {
        if (_model.Task != LearningTask.Multiclass)
            throw new InvalidOperationException($"Contributions are to the log-probability of a class, but this model's task is {_model.Task}.");
        if (_model.Modalities.Count > ModalityShares.MostModalities)
        {
            throw new InvalidOperationException($"Contributions are computed over all sets of modalities, of at most {ModalityShares.MostModalities}; "
                + $"this model has {_model.Modalities.Count}.");
        }
        if (_model.Calibration.Priors.Count == 0)
            throw new InvalidOperationException("The model is from a file of an older version, which does not say how frequent the classes are. Train "
                + "it again.");
        if (!_model.HasAllHeads)
        {
            throw new InvalidOperationException("What a model answers without a modality is what the heads of the others say, but this model lacks a head of a "
                + "modality that has learned. Take Blending.Auto(), best with MissingValues.LeaveOutModality, which fits a pool for every set of modalities.");
        }
    }

    /// <summary>Reads all rows.</summary>
    internal ModalityContributions Read(IDataView view)
    {
        DataViewSchema.Column? labels = view.Schema.GetColumnOrNull(label.Column);
        using var cursor = view.GetRowCursor([.. schema.Modalities, .. labels is { } column ? [column] : Array.Empty<DataViewSchema.Column>()]);
        var block = new ScoreBlock(schema, cursor, wantsBranches: false);
        var readLabel = labels is { } there ? LabelOf(cursor, there) : null;
        var shares = new ModalityShares(_model);
        var rows = new List<RowContributions>();
        var gains = new List<double[]>();
        var classes = new int?[_model.BlockRows];
        int count = 0;
        while (true)
        {
            bool isEnd = !cursor.MoveNext();
            if (!isEnd)
            {
                block.Read(count, cursor.Position);
                classes[count++] = readLabel?.Invoke();
            }
            if (count == _model.BlockRows || (isEnd && count > 0))
            {
                var passes = block.PredictAll(count);
                for (int row = 0; row < count; row++)
                    Add(passes, row, block.Lacks(row), classes[row]);
                count = 0;
            }
            if (isEnd)
                break;
        }
        return new([.. _model.Modalities.Select((m, i) => Mean(m.Column, i))], rows);

        void Add(IReadOnlyList<double[][][]> passes, int row, int lacks, int? truth)
        {
            int has = ((1 << _model.Modalities.Count) - 1) & ~lacks;
            var answers = shares.Answers(passes, row, has);
            double[] answer = answers[has]!;
            int best = Array.IndexOf(answer, answer.Max());
            rows.Add(new(best, shares.Of(answers, has, best), ModalityShares.Log(_model.Calibration.Priors[best]), ModalityShares.Log(answer[best]),
                truth is { } known ? shares.Of(answers, has, known) : []));
            if (truth is not { } right)
                return;
            // What the loss gains by a modality: NaN where it is not there, or nothing else is.
            double GainBy(int modality)
            {
                int others = has & ~(1 << modality);
                return others == has || others == 0 ? double.NaN : ModalityShares.Log(answer[right]) - ModalityShares.Log(answers[others]![right]);
            }
            gains.Add([.. Enumerable.Range(0, _model.Modalities.Count).Select(GainBy)]);
        }

        ModalityContribution Mean(string name, int modality)
        {
            var (toAnswer, toAnswerError) = MeanOf([.. rows.Select(r => r.ToAnswer[modality])]);
            if (gains.Count == 0)
                return new(name, toAnswer, toAnswerError, null, null, null, null);
            var (toTruth, toTruthError) = MeanOf([.. rows.Where(r => r.ToTruth.Count > 0).Select(r => r.ToTruth[modality])]);
            var (gain, gainError) = MeanOf([.. gains.Select(g => g[modality]).Where(double.IsFinite)]);
            return new(name, toAnswer, toAnswerError, toTruth, toTruthError, gain, gainError);
        }
    }

    private static Func<ulong> Key<T>(DataViewRow row, DataViewSchema.Column column) where T : unmanaged, IBinaryInteger<T>
    {
        var getter = row.GetGetter<T>(column);
        return () =>
        {
            T key = default;
            getter(ref key);
            return ulong.CreateTruncating(key);
        };
    }

    private static (double Mean, double Error) MeanOf(double[] values) => values.Length == 0
        ? (double.NaN, double.NaN)
        : (values.Average(), Math.Sqrt(RowWeights.VarianceOfMean(values, null)));

    /// <summary>Reads the class of the current row; nothing for a label that training did not know.</summary>
    private Func<int?> LabelOf(DataViewRow row, DataViewSchema.Column column)
    {
        if (column.Type is KeyDataViewType)
        {
            label.Values?.CheckSame(column);
            Func<ulong> keys = column.Type.RawType switch
            {
                var type when type == typeof(byte) => Key<byte>(row, column),
                var type when type == typeof(ushort) => Key<ushort>(row, column),
                var type when type == typeof(uint) => Key<uint>(row, column),
                _ => Key<ulong>(row, column),
            };
            return () => keys() is > 0 and var key && key <= (ulong)label.Outputs ? (int)key - 1 : null;
        }
        if (column.Type is BooleanDataViewType && label.Kind == OutputKind.Binary)
        {
            var getter = row.GetGetter<bool>(column);
            return () =>
            {
                bool value = false;
                getter(ref value);
                return value ? 1 : 0;
            };
        }
        if (column.Type is not NumberDataViewType)
            throw new ArgumentException($"The label column '{label.Column}' is {column.Type}, but it was another type in training. Transform it by "
                + $"the same steps, or drop it.", nameof(column));
        var reader = VectorReader.Create(row, column);
        var values = new float[1];
        return () =>
        {
            reader.Read(values);
            int at = Array.IndexOf(label.SlotNames ?? [], values[0].ToString(CultureInfo.InvariantCulture));
            return at < 0 ? null : at;
        };
    }
}
