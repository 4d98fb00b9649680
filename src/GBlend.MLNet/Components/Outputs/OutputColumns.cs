using System.Numerics;
using Microsoft.ML;
using Microsoft.ML.Data;
using ColumnKind = Microsoft.ML.Data.AnnotationUtils.Const.ScoreColumnKind;
using ValueKind = Microsoft.ML.Data.AnnotationUtils.Const.ScoreValueKind;

namespace GBlend.MLNet;

/// <summary>The columns that a model adds, named and annotated as those of ML.NET's own trainers, so that its evaluators find them.</summary>
internal static class OutputColumns
{
    /// <summary>Of a score that was rounded to a float.</summary>
    private const double Rounding = 1e-7;

    /// <summary>The columns of a model.</summary>
    /// <param name="label">What the label column said.</param>
    /// <param name="branches">The branches that get a column <c>Score.branch</c>; may be empty.</param>
    /// <param name="limits">By the modalities that a row lacks, how far the truth may be from the answer; <see langword="null"/> for no such column.</param>
    /// <param name="threshold">Of a binary model: the probability above which the answer is yes.</param>
    /// <param name="modalities">The names of the modalities, each of which a row may lack; none where all rows have all.</param>
    internal static IReadOnlyList<OutputColumn> Create(LabelInfo label, IReadOnlyList<string> branches, IReadOnlyDictionary<int, double>? limits,
        double threshold, IReadOnlyList<string> modalities)
    {
        IEnumerable<OutputColumn> answer = label.Kind switch
        {
            OutputKind.Multiclass => [GenericFactory.Create<KeyColumn>(typeof(KeyColumn<>), label.KeyType!).Create(label), ClassScore(label)],
            OutputKind.MultiLabel => [Labels(label), Scores(label, DefaultColumnNames.Score, OutputColumn.Answer)],
            OutputKind.Binary => [Yes(threshold),
                LogOdds(DefaultColumnNames.Score, OutputColumn.Answer) with { ScoreKind = (ColumnKind.BinaryClassification, ValueKind.Score) }, Probability()],
            _ => [Number(DefaultColumnNames.Score, OutputColumn.Answer) with { ScoreKind = (ColumnKind.Regression, ValueKind.Score) }],
        };
        OutputColumn[] within = limits is null ? [] : [label.Kind == OutputKind.Regression ? Interval(limits) : Set(label, limits)];
        OutputColumn[] present = modalities.Count == 0 ? []
            : [new PresenceColumn("PresentModalities", modalities.Count) { Annotate = annotations => AddSlotNames(modalities, annotations) }];
        return [.. answer, .. within, .. present, .. branches.Select((name, branch) => BranchScore(label, $"{DefaultColumnNames.Score}.{name}", branch))];
    }

    /// <summary>The input schema with the columns at its end.</summary>
    internal static DataViewSchema Append(DataViewSchema input, IReadOnlyList<OutputColumn> columns)
    {
        uint scoreSet = input.GetMaxAnnotationKind(out _, AnnotationUtils.Kinds.ScoreColumnSetId) + 1;
        var builder = new DataViewSchema.Builder();
        builder.AddColumns(input);
        foreach (var column in columns)
            builder.AddColumn(column.Name, column.Type, column.Annotations(scoreSet));
        return builder.ToSchema();
    }

    /// <summary>What <see cref="Append"/> will add, in the terms of schemas that are still without data.</summary>
    internal static SchemaShape Promise(LabelInfo label, IReadOnlyList<string> branches, bool hasLimits, IReadOnlyList<string> modalities)
    {
        var limits = hasLimits ? new Dictionary<int, double>() : null;
        return SchemaShape.Create(Append(new DataViewSchema.Builder().ToSchema(), Create(label, branches, limits, DecisionThreshold.Usual, modalities)));
    }

    /// <summary>The classes that are as probable as the truth mostly is.</summary>
    private static OutputColumn Set(LabelInfo label, IReadOnlyDictionary<int, double> limits) => new LimitColumn<VBuffer<bool>>(
        "PredictionSet", new VectorDataViewType(BooleanDataViewType.Instance, label.Outputs), (scores, lacks, ref value) =>
        {
            double limit = limits[lacks];
            var editor = VBufferEditor.Create(ref value, scores.Length);
            for (int c = 0; c < scores.Length; c++)
                editor.Values[c] = 1 - (double)scores[c] <= limit + Rounding;
            value = editor.Commit();
        })
    {
        Annotate = annotations => AddSlotNames(label, annotations),
    };

    private static OutputColumn Interval(IReadOnlyDictionary<int, double> limits) => new LimitColumn<VBuffer<float>>(
        "PredictionInterval", new VectorDataViewType(NumberDataViewType.Single, 2), (scores, lacks, ref value) =>
        {
            double limit = limits[lacks];
            var editor = VBufferEditor.Create(ref value, 2);
            (editor.Values[0], editor.Values[1]) = ((float)(scores[0] - limit), (float)(scores[0] + limit));
            value = editor.Commit();
        });

    private static OutputColumn BranchScore(LabelInfo label, string name, int branch) => label.Kind switch
    {
        OutputKind.Binary => LogOdds(name, branch),
        OutputKind.Regression => Number(name, branch),
        _ => Scores(label, name, branch),
    };

    private static OutputColumn ClassScore(LabelInfo label) =>
        Scores(label, DefaultColumnNames.Score, OutputColumn.Answer) with { ScoreKind = (ColumnKind.MulticlassClassification, ValueKind.Score) };

    private static OutputColumn Scores(LabelInfo label, string name, int branch) => new OutputColumn<VBuffer<float>>(
        name, new VectorDataViewType(NumberDataViewType.Single, label.Outputs), branch, static (scores, ref value) =>
        {
            var editor = VBufferEditor.Create(ref value, scores.Length);
            scores.CopyTo(editor.Values);
            value = editor.Commit();
        })
    {
        Annotate = annotations =>
        {
            AddSlotNames(label, annotations);
            label.Values?.AddTo(annotations, AnnotationUtils.Kinds.TrainingLabelValues);
        },
    };

    private static OutputColumn Labels(LabelInfo label) => new OutputColumn<VBuffer<bool>>(
        DefaultColumnNames.PredictedLabel, new VectorDataViewType(BooleanDataViewType.Instance, label.Outputs), OutputColumn.Answer,
            static (scores, ref value) =>
        {
            var editor = VBufferEditor.Create(ref value, scores.Length);
            for (int i = 0; i < scores.Length; i++)
                editor.Values[i] = scores[i] > 0.5f;
            value = editor.Commit();
        })
    {
        Annotate = annotations => AddSlotNames(label, annotations),
    };

    private static OutputColumn Number(string name, int branch) => new OutputColumn<float>(
        name, NumberDataViewType.Single, branch, static (scores, ref value) => value = scores[0]);

    private static OutputColumn Yes(double threshold) => new OutputColumn<bool>(
        DefaultColumnNames.PredictedLabel, BooleanDataViewType.Instance, OutputColumn.Answer,
        (scores, ref value) => value = threshold == DecisionThreshold.Usual ? scores[1] > scores[0] : scores[1] > (float)threshold)
    {
        Threshold = threshold,
        ScoreKind = (ColumnKind.BinaryClassification, ValueKind.PredictedLabel),
    };

    private static OutputColumn Probability() => new OutputColumn<float>(
        DefaultColumnNames.Probability, NumberDataViewType.Single, OutputColumn.Answer, static (scores, ref value) => value = scores[1])
    {
        ScoreKind = (ColumnKind.BinaryClassification, ValueKind.Probability),
        Annotate = annotations => annotations.AddPrimitiveValue(AnnotationUtils.Kinds.IsNormalized, BooleanDataViewType.Instance, true),
    };

    private static OutputColumn LogOdds(string name, int branch) => new OutputColumn<float>(
        name, NumberDataViewType.Single, branch, static (scores, ref value) => value = Log(scores[1]) - Log(scores[0]));

    /// <summary>Probabilities below this count as this, so that log-odds are finite also where a probability is 0 in float.</summary>
    internal const float LeastProbability = 1e-37f;

    private static float Log(float probability) => MathF.Log(MathF.Max(probability, LeastProbability));

    private static void AddSlotNames(LabelInfo label, DataViewSchema.Annotations.Builder annotations)
    {
        if (label.SlotNames is { } names)
            AddSlotNames(names, annotations);
    }

    private static void AddSlotNames(IReadOnlyList<string> names, DataViewSchema.Annotations.Builder annotations)
    {
        ReadOnlyMemory<char>[] texts = [.. names.Select(n => n.AsMemory())];
        annotations.Add(AnnotationUtils.Kinds.SlotNames, AnnotationUtils.GetNamesType(texts.Length),
            (ref VBuffer<ReadOnlyMemory<char>> value) => new VBuffer<ReadOnlyMemory<char>>(texts.Length, texts).CopyTo(ref value));
    }

    /// <summary>Makes the predicted class's column in the raw type of the label's key.</summary>
    private abstract class KeyColumn
    {
        internal abstract OutputColumn Create(LabelInfo label);
    }

    private sealed class KeyColumn<T> : KeyColumn where T : unmanaged, IBinaryInteger<T>
    {
        internal override OutputColumn Create(LabelInfo label) => new OutputColumn<T>(
            DefaultColumnNames.PredictedLabel, new KeyDataViewType(typeof(T), label.Outputs), OutputColumn.Answer,
            static (scores, ref value) => value = T.CreateChecked(IndexOfMax(scores) + 1))
        {
            ScoreKind = (ColumnKind.MulticlassClassification, ValueKind.PredictedLabel),
            Annotate = annotations => label.Values?.AddTo(annotations, AnnotationUtils.Kinds.KeyValues),
        };
    }

    // By hand: System.Numerics.Tensors comes in another version wherever this library is used.
    private static int IndexOfMax(ReadOnlySpan<float> scores)
    {
        int best = 0;
        for (int i = 1; i < scores.Length; i++)
        {
            if (scores[i] > scores[best])
                best = i;
        }
        return best;
    }
}
