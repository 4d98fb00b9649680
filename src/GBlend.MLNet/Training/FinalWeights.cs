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
}
