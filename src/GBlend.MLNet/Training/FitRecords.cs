using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

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

    /// <summary>Per branch the largest share that its weight had of the largest weight of an epoch, up to one.</summary>
    internal double[] LargestShares(int throughEpoch) =>
        [.. branches.Select((_, i) => _epochs.Take(throughEpoch + 1).Max(e => e.Weights.Max() is > 0 and var most ? e.Weights[i] / most : 0))];

    /// <summary>What an epoch came to over folds: the mean of weights and training losses over folds, and of held-out losses over all their rows.</summary>
    /// <param name="folds">Of every fold.</param>
    /// <param name="heldOutWeights">How much the held-out rows of every fold count together.</param>
    internal static EpochRecord MeanOver(IReadOnlyList<EpochRecord> folds, IReadOnlyList<double> heldOutWeights)
    {
        if (folds.Count == 1)
            return folds[0];
        double[] Mean(Func<EpochRecord, IReadOnlyList<double>> read, Func<int, double> share) =>
            [.. Enumerable.Range(0, read(folds[0]).Count).Select(branch => folds.Select((fold, f) => read(fold)[branch] * share(f)).Sum())];
        double Alike(int fold) => 1.0 / folds.Count;
        double ByRows(int fold) => heldOutWeights[fold] / heldOutWeights.Sum();
        return new(folds[0].Epoch, folds[0].LearningRate, Mean(f => f.Weights, Alike), Mean(f => f.TrainLoss, Alike), Mean(f => f.HeldOutLoss, ByRows));
    }

    /// <summary>The records so far.</summary>
    internal JsonObject Save() => Save(_epochs, _estimates);

    /// <summary>Goes on from what <see cref="Save()"/> gave.</summary>
    internal void Load(JsonObject state) => Load(state, _epochs, _estimates);

    internal static JsonObject Save(IReadOnlyList<EpochRecord> epochs, IReadOnlyList<BlendingEstimate> estimates) => new()
    {
        ["epochs"] = JsonSerializer.SerializeToNode(epochs, ModelFile.Json),
        ["estimates"] = JsonSerializer.SerializeToNode(estimates, ModelFile.Json),
    };

    internal static void Load(JsonObject state, List<EpochRecord> epochs, List<BlendingEstimate> estimates)
    {
        epochs.AddRange(state["epochs"].Deserialize<EpochRecord[]>(ModelFile.Json)!);
        estimates.AddRange(state["estimates"].Deserialize<BlendingEstimate[]>(ModelFile.Json)!);
    }

    internal TrainingHistory ToHistory(IReadOnlyList<FoldHistory> folds, string answer, double? heldOutLoss, int selectedEpoch) =>
        new(branches, [.. _epochs], [.. _estimates], answer, heldOutLoss, selectedEpoch)
        {
            Seed = settings.Seed,
            TrainingRows = folds.Count == 1 ? folds[0].TrainingRows : folds[0].TrainingRows + folds[0].HeldOutRows,
            HeldOutRows = folds.Sum(f => f.HeldOutRows),
            Folds = folds.Count == 1 ? [] : folds,
        };

    /// <summary>Whether the losses of all branches that learn are finite numbers.</summary>
    internal static bool IsFinite(EpochRecord record) => record.TrainLoss.Where((_, i) => record.Weights[i] > 0).All(double.IsFinite);

    /// <param name="what">What was seen.</param>
    /// <param name="cause">A sentence about what may have caused it, after a space, or nothing.</param>
    internal TrainingDivergedException Diverged(string what, string cause) => new(
        $"The training diverged: {what}. Lower LearningRate ({settings.LearningRate.ToString("g3", CultureInfo.InvariantCulture)}), set GradientClipping, or "
            + $"standardize the modality columns.{cause}");
}
