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

    internal static bool HasClasses(this OutputKind kind) => kind is OutputKind.Multiclass or OutputKind.Binary;
}
