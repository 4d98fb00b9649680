using Microsoft.ML;

namespace GBlend.MLNet;

/// <summary>What a trainer was made to predict, by the catalog it came from and by the type of its label column.</summary>
internal enum OutputKind
{
    /// <summary>One of several classes: <c>PredictedLabel</c> is a key, <c>Score</c> has one probability per class.</summary>
    Multiclass,

    /// <summary>Any of several labels: <c>PredictedLabel</c> is a bool vector, <c>Score</c> has one probability per label.</summary>
    MultiLabel,

    /// <summary>A number in <c>Score</c>.</summary>
    Regression,

    /// <summary>Yes or no: <c>PredictedLabel</c> is a bool, <c>Probability</c> that of yes, <c>Score</c> its log-odds.</summary>
    Binary,
}

internal static class OutputKinds
{
    /// <summary>The learning task behind a kind: a binary model is a network of two classes.</summary>
    internal static LearningTask Task(this OutputKind kind) => kind switch
    {
        OutputKind.MultiLabel => LearningTask.MultiLabel,
        OutputKind.Regression => LearningTask.Regression,
        _ => LearningTask.Multiclass,
    };

    /// <summary>What is learned and what made it so, for the log: a label of another type makes another task.</summary>
    /// <param name="kind">What the catalog and the label's type made of the model.</param>
    /// <param name="modalities">The modality columns.</param>
    /// <param name="label">The label column.</param>
    internal static string Explain(this OutputKind kind, IEnumerable<string> modalities, DataViewSchema.Column label)
    {
        var (task, cause) = kind switch
        {
            OutputKind.Binary => ("binary classification", $"the trainer is of ml.BinaryClassification (label column '{label.Name}', {label.Type})"),
            OutputKind.Regression => ("regression", $"the trainer is of ml.Regression (label column '{label.Name}', {label.Type})"),
            OutputKind.MultiLabel => ("multi-label classification",
                $"the label column '{label.Name}' is a vector ({label.Type}), one yes or no per slot; a label that is a key makes it multiclass"),
            _ => ("multiclass classification", $"the label column '{label.Name}' has one value per row ({label.Type})"),
        };
        return $"The task is {task} from {string.Join(", ", modalities.Select(m => $"'{m}'"))}: {cause}.";
    }

    internal static bool HasClasses(this OutputKind kind) => kind is OutputKind.Multiclass or OutputKind.Binary;
}
