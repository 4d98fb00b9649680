using GBlend.MLNet;

namespace QuickStart;

/// <summary>What one fit gave.</summary>
/// <param name="Accuracy">On the test rows.</param>
/// <param name="LogLoss">On the test rows.</param>
/// <param name="JointAccuracy">On the test rows, of the joint head by itself; <see langword="null"/> for a network that has none.</param>
/// <param name="Seconds">Of the fit alone.</param>
/// <param name="History">What happened in training.</param>
/// <param name="Failure">Why there is no result, if there is none.</param>
internal sealed record Outcome(double Accuracy, double LogLoss, double? JointAccuracy, double Seconds, TrainingHistory? History, string? Failure = null)
{
    /// <summary>The loss of the model's answer on the held-out rows.</summary>
    public double HeldOutLoss => History?.HeldOutLoss ?? double.PositiveInfinity;

    /// <summary>Other shares of test rows that were right, by the name of what was asked, for further columns of the table.</summary>
    public IReadOnlyDictionary<string, double> Hits { get; init; } = new Dictionary<string, double>();
}
