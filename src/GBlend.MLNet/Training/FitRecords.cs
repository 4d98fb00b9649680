using System.Globalization;

namespace GBlend.MLNet;

/// <summary>What the epochs of a fit came to so far: the records that become its history.</summary>
/// <param name="branches">The names of the heads of all networks.</param>
/// <param name="settings">What is trained.</param>
internal sealed class FitRecords(IReadOnlyList<string> branches, TrainingSettings settings)
{
    private readonly List<EpochRecord> _epochs = [];
    private readonly List<BlendingEstimate> _estimates = [];

    /// <summary>How many epochs are done.</summary>
    internal int Count => _epochs.Count;

    internal void Add(BlendingEstimate estimate) => _estimates.Add(estimate);

    internal void Add(EpochRecord epoch) => _epochs.Add(epoch);

    /// <summary>Per branch whether it had weight in any epoch up to one, or in one more that is not yet recorded.</summary>
    internal bool[] Learned(int throughEpoch, EpochRecord? next = null)
    {
        var epochs = _epochs.Take(throughEpoch + 1).Concat(next is null ? [] : [next]);
        return [.. branches.Select((_, i) => epochs.Any(e => BlendingWeights.Teach(e.Weights, i)))];
    }

    internal TrainingHistory ToHistory(EpochRows rows, string answer, double? heldOutLoss, int selectedEpoch) =>
        new(branches, [.. _epochs], [.. _estimates], answer, heldOutLoss, selectedEpoch)
        {
            Seed = settings.Seed,
            TrainingRows = rows.Training,
            HeldOutRows = rows.HeldOut.Length,
        };

    /// <summary>Whether the losses of all branches that learn are finite numbers.</summary>
    internal static bool IsFinite(EpochRecord record) => record.TrainLoss.Where((_, i) => record.Weights[i] > 0).All(double.IsFinite);

    internal TrainingDivergedException Diverged(string what) => new(
        $"The training diverged: {what}. Lower LearningRate ({settings.LearningRate.ToString("g3", CultureInfo.InvariantCulture)}), set GradientClipping, or standardize the modality columns.");
}
