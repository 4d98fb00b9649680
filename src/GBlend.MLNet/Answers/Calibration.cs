namespace GBlend.MLNet;

/// <summary>What the held-out rows say of a model's answers, in addition to how they are made.</summary>
internal sealed record Calibration
{
    /// <summary>The share of each class among the training rows; empty where there are no classes, or a file of an older version does not say it.</summary>
    internal IReadOnlyList<double> Priors { get; init; } = [];

    /// <summary>Of two classes: the best threshold for each metric; empty without held-out rows.</summary>
    internal IReadOnlyDictionary<DecisionMetric, double> Thresholds { get; init; } = new Dictionary<DecisionMetric, double>();

    /// <summary>The coverage that prediction sets promise; <see langword="null"/> where the model gives none.</summary>
    internal double? Coverage { get; init; }

    /// <summary>
    /// By the set of the modalities that a row lacks (bit i for modality i; 0 for a complete row) how far the truth may be from the answer: for classes 1
    /// less the probability, for numbers the difference, in the label's unit.
    /// </summary>
    internal IReadOnlyDictionary<int, double> Limits { get; init; } = new Dictionary<int, double>();

    /// <summary>All of its numbers.</summary>
    internal IEnumerable<double> Numbers => [.. Priors, .. Thresholds.Values, Coverage ?? 0, .. Limits.Values];
}
