namespace GBlend.MLNet;

/// <summary>What is predicted, and with it the loss.</summary>
public enum LearningTask
{
    /// <summary>One of several classes; cross-entropy.</summary>
    Multiclass,

    /// <summary>Any of several labels (a 0/1 vector); binary cross-entropy, mean over labels.</summary>
    MultiLabel,

    /// <summary>A number; squared error of the standardised label.</summary>
    Regression,
}
