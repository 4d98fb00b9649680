using Microsoft.ML;
using Microsoft.ML.Data;

namespace GBlend.MLNet;

/// <summary>Reads a label column row by row, refuses what is no label, and at the end gives the targets of the training.</summary>
internal abstract class LabelReader(string column)
{
    /// <summary>Most classes a model may have: more are a number or an identifier, not a class.</summary>
    protected const int MostClasses = 10_000;

    protected string Column { get; } = column;

    /// <summary>Reads the label of the current row.</summary>
    /// <param name="position">The row, for messages.</param>
    /// <exception cref="InvalidOperationException">The label is missing or is not one.</exception>
    internal abstract void Read(long position);

    /// <summary>The labels of all rows and what they say about the outputs.</summary>
    internal abstract (TrainingTargets Targets, LabelInfo Info) Finish();

    internal static LabelReader Create(OutputKind kind, DataViewRow row, DataViewSchema.Column label)
    {
        var item = label.Type.Item();
        return kind switch
        {
            OutputKind.Binary => new BoolLabelReader(row, label, isBinary: true),
            OutputKind.Regression => new NumberLabelReader(row, label),
            OutputKind.MultiLabel when item is BooleanDataViewType => new BoolVectorLabelReader(row, label),
            OutputKind.MultiLabel => new VectorLabelReader(row, label),
            _ when item is KeyDataViewType => GenericFactory.Create<LabelReader>(typeof(KeyLabelReader<>), item.RawType, row, label),
            _ when item is BooleanDataViewType => new BoolLabelReader(row, label, isBinary: false),
            _ => GenericFactory.Create<LabelReader>(typeof(ValueLabelReader<>), item.RawType, row, label),
        };
    }

    protected InvalidOperationException Missing(long position) =>
        new($"The label column '{Column}' has no value in row {position} (counted from 0). Remove rows without a label before the trainer, for example with "
            + $"ml.Data.FilterRowsByMissingValues.");

    /// <summary>The refusal of a label.</summary>
    /// <param name="position">The row.</param>
    /// <param name="what">What is there.</param>
    /// <param name="remedy">What to do, as a sentence.</param>
    protected InvalidOperationException Wrong(long position, string what, string remedy) =>
        new($"The label column '{Column}' has {what} in row {position} (counted from 0). {remedy}");
}
