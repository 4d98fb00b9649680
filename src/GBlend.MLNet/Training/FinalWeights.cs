namespace GBlend.MLNet;

/// <summary>Which epoch's weights a fitted model has.</summary>
public enum FinalWeights
{
    /// <summary>The weights after the last epoch, as in the paper.</summary>
    LastEpoch,

    /// <summary>The weights of the epoch with the lowest held-out loss of the model's answer (<see cref="EpochRecord.AnswerHeldOutLoss"/>).</summary>
    BestEpoch,
}
