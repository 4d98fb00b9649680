namespace GBlend.MLNet;

/// <summary>
/// The choices of the networks that a cross-fitted model has (<see cref="Blending.Folds"/>). They make no difference to a fit that holds rows out
/// once.
/// </summary>
public enum FinalNetworks
{
    /// <summary>
    /// The model has the networks of all folds, or, where these have more than 8 million parameters together and the blending does not need held-out
    /// rows itself, refitted ones.
    /// </summary>
    Auto,

    /// <summary>
    /// The model has the networks of all folds, and each of its heads predicts the mean of the folds' logits (regression: of their numbers). It
    /// takes as many times the memory and the time to predict as there are folds, and was the best on real data (see docs/default.md).
    /// </summary>
    AllFolds,

    /// <summary>
    /// The model has networks that were trained on all rows, in addition to those of the folds, which only serve to find the answer. It predicts
    /// as fast as without folds. Blendings that estimate weights on held-out rows do not allow it, because these networks have none.
    /// </summary>
    Refit,
}
