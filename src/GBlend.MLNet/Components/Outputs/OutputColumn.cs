using Microsoft.ML;
using Microsoft.ML.Data;

namespace GBlend.MLNet;

/// <summary>One column that a model adds: its type, its annotations, and how its value comes from a row's scores.</summary>
/// <param name="Name">The column's name.</param>
/// <param name="Type">The column's type.</param>
/// <param name="Branch">The branch whose scores it shows; <see cref="Answer"/> for the model's answer.</param>
internal abstract record OutputColumn(string Name, DataViewType Type, int Branch)
{
    internal const int Answer = -1;

    /// <summary>Adds the annotations that depend on nothing but the label.</summary>
    internal Action<DataViewSchema.Annotations.Builder>? Annotate { get; init; }

    /// <summary>
    /// What the score-column annotations of ML.NET's evaluators say of it (kind of score column, kind of value); none when <see langword="null"/>.
    /// </summary>
    internal (string ColumnKind, string ValueKind)? ScoreKind { get; init; }

    /// <summary>Of a binary label the probability above which it is yes.</summary>
    internal double Threshold { get; init; } = DecisionThreshold.Usual;

    /// <summary>Whether the value is how far the truth may be from the answer.</summary>
    internal virtual bool IsLimit => false;

    /// <summary>Whether the value says which modalities a row has.</summary>
    internal virtual bool IsPresence => false;

    /// <summary>A getter of the value for the row at which <paramref name="scores"/> stands.</summary>
    internal abstract Delegate Getter(IRowScores scores);

    /// <summary>The annotations in a schema whose score columns are numbered up to one less than <paramref name="scoreSet"/>.</summary>
    internal DataViewSchema.Annotations Annotations(uint scoreSet)
    {
        var annotations = new DataViewSchema.Annotations.Builder();
        Annotate?.Invoke(annotations);
        if (ScoreKind is var (columnKind, valueKind))
        {
            annotations.AddPrimitiveValue(AnnotationUtils.Kinds.ScoreColumnSetId, AnnotationUtils.ScoreColumnSetIdType, scoreSet);
            annotations.AddPrimitiveValue(AnnotationUtils.Kinds.ScoreColumnKind, TextDataViewType.Instance, columnKind.AsMemory());
            annotations.AddPrimitiveValue(AnnotationUtils.Kinds.ScoreValueKind, TextDataViewType.Instance, valueKind.AsMemory());
        }
        return annotations.ToAnnotations();
    }
}

/// <summary>A row's scores, branch by branch.</summary>
internal interface IRowScores
{
    /// <summary>The scores of the current row.</summary>
    /// <param name="branch">A branch, or <see cref="OutputColumn.Answer"/>.</param>
    ReadOnlySpan<float> Current(int branch);

    /// <summary>The modalities that the current row lacks: bit i for modality i.</summary>
    int Lacks { get; }
}

/// <summary>Writes a column's value from a row's scores.</summary>
internal delegate void FromScores<T>(ReadOnlySpan<float> scores, ref T value);

/// <inheritdoc cref="OutputColumn"/>
/// <param name="Name">The column's name.</param>
/// <param name="Type">The column's type.</param>
/// <param name="Branch">The branch whose scores it shows.</param>
/// <param name="Write">Makes the value.</param>
internal sealed record OutputColumn<T>(string Name, DataViewType Type, int Branch, FromScores<T> Write) : OutputColumn(Name, Type, Branch)
{
    internal override Delegate Getter(IRowScores scores) => (ValueGetter<T>)((ref T value) => Write(scores.Current(Branch), ref value));
}

/// <summary>Writes a column's value from a row's scores and the modalities that it lacks.</summary>
internal delegate void FromScoresAndLacks<T>(ReadOnlySpan<float> scores, int lacks, ref T value);

/// <inheritdoc cref="OutputColumn"/>
/// <param name="Name">The column's name.</param>
/// <param name="Type">The column's type.</param>
/// <param name="Write">Makes the value of the answer's scores.</param>
internal sealed record LimitColumn<T>(string Name, DataViewType Type, FromScoresAndLacks<T> Write) : OutputColumn(Name, Type, Answer)
{
    internal override bool IsLimit => true;

    internal override Delegate Getter(IRowScores scores) => (ValueGetter<T>)((ref T value) =>
    {
        var answer = scores.Current(Answer);
        Write(answer, scores.Lacks, ref value);
    });
}

/// <summary>The column that says which modalities the row has.</summary>
/// <param name="Name">The column's name.</param>
/// <param name="Modalities">The number of modalities.</param>
internal sealed record PresenceColumn(string Name, int Modalities)
    : OutputColumn(Name, new VectorDataViewType(BooleanDataViewType.Instance, Modalities), Answer)
{
    internal override bool IsPresence => true;

    internal override Delegate Getter(IRowScores scores) => (ValueGetter<VBuffer<bool>>)((ref VBuffer<bool> value) =>
    {
        scores.Current(Answer);
        int lacks = scores.Lacks;
        var editor = VBufferEditor.Create(ref value, Modalities);
        for (int m = 0; m < Modalities; m++)
            editor.Values[m] = (lacks >> m & 1) == 0;
        value = editor.Commit();
    });
}
