namespace GBlend.MLNet;

/// <summary>Which epoch's weights a fitted model has.</summary>
public enum FinalWeights
{
    /// <summary>The last epoch's, as in the paper.</summary>
    LastEpoch,

    /// <summary>Those of the epoch with the lowest held-out loss of the joint branch.</summary>
    BestEpoch,
}
