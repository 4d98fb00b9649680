namespace GBlend.MLNet;

/// <summary>
/// A measure of how much each branch overfitted and generalized over a whole training, as the paper's figures of the
/// overfitting-to-generalization ratio show it.
/// </summary>
public static class RunOverfitting
{
    /// <summary>
    /// Computes the overfitting O, the generalization G and their ratio for every branch, from the end of the first epoch to the end of the last
    /// one.
    /// </summary>
    /// <param name="history">The history of a training with held-out rows and two or more epochs.</param>
    /// <returns>
    /// One estimate per branch of <see cref="TrainingHistory.Branches"/>, measured in the network as it was trained. Weights and standard errors
    /// are not set.
    /// </returns>
    /// <exception cref="ArgumentException">The training had no held-out rows, or fewer than two epochs.</exception>
    public static IReadOnlyList<BranchEstimate> Of(TrainingHistory history)
    {
        ArgumentNullException.ThrowIfNull(history);
        if (history.Epochs.Count < 2 || history.Epochs.Any(e => e.HeldOutLoss.Count == 0))
            throw new ArgumentException("The overfitting of a run is measured on held-out rows over two or more epochs.", nameof(history));
        var (first, last) = (history.Epochs[0], history.Epochs[^1]);
        return [.. history.Branches.Select(
            (name, b) => new BranchEstimate(name, first.TrainLoss[b], first.HeldOutLoss[b], last.TrainLoss[b], last.HeldOutLoss[b]))];
    }
}
