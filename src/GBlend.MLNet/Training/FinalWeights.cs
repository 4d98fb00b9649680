namespace GBlend.MLNet;

/// <summary>The choices of the epoch whose weights a fitted model has.</summary>
public enum FinalWeights
{
    /// <summary>The model has the weights after the last epoch, as in the paper.</summary>
    LastEpoch,

    /// <summary>
    /// The model has the weights of the epoch with the lowest held-out loss of the model's answer (<see cref="EpochRecord.AnswerHeldOutLoss"/>).
    /// </summary>
    BestEpoch,

    /// <summary>
    /// A cross-fitted model (<see cref="Blending.Folds"/>) has the weights of the last epoch after which the out-of-fold loss of its answer
    /// (<see cref="EpochRecord.AnswerHeldOutLoss"/>) was at most one standard error of the paired difference, over rows or groups of the sampling key,
    /// above the lowest up to then: an epoch that all rows choose, and a late one, because the mean of the folds overfits later than each of them.
    /// Other models have those after the last epoch.
    /// </summary>
    Auto,
}
