namespace GBlend.MLNet;

/// <summary>The tasks that a model can be trained for, each with its loss.</summary>
public enum LearningTask
{
    /// <summary>The model predicts one of several classes; the loss is the cross-entropy.</summary>
    Multiclass,

    /// <summary>
    /// The model predicts any number of several labels (a vector of 0 and 1); the loss is the binary cross-entropy, as the mean over the labels.
    /// </summary>
    MultiLabel,

    /// <summary>The model predicts a number; the loss is the squared error of the standardized label.</summary>
    Regression,
}
