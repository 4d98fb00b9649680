namespace GBlend.MLNet;

/// <summary>
/// The metrics of yes and no by which a decision threshold can be chosen (<see cref="GradientBlendingTransformer.WithThreshold(DecisionMetric)"/>).
/// </summary>
public enum DecisionMetric
{
    /// <summary>The share of rows that are right.</summary>
    Accuracy,

    /// <summary>The mean of the share of positive rows and the share of negative rows that are right, in which both count alike however rare one is.</summary>
    BalancedAccuracy,

    /// <summary>The harmonic mean of precision and recall of the positive class.</summary>
    F1,

    /// <summary>The correlation of answers and labels (Matthews, 1975), which is high only where both classes are told well.</summary>
    MatthewsCorrelation,
}
