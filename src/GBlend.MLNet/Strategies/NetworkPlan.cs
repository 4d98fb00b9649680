namespace GBlend.MLNet;

/// <summary>One network of a fit.</summary>
/// <param name="HasHeads">Whether each modality has a head of its own.</param>
/// <param name="HasJoint">Whether there is a joint branch.</param>
/// <param name="Strategy">Makes what decides how it is trained.</param>
internal sealed record NetworkPlan(bool HasHeads, bool HasJoint, Func<BalanceStrategy> Strategy)
{
    /// <summary>The name of its joint branch in the history.</summary>
    internal string JointName { get; init; } = BranchNames.Joint;

    /// <summary>Networks of one fit with different numbers start differently.</summary>
    internal int Start { get; init; }

    /// <summary>
    /// The weights of the losses where they are known before the training and never change; <see langword="null"/> where they are found on the way.
    /// </summary>
    internal IReadOnlyList<double>? KnownWeights => (Strategy() as ConstantWeights)?.Plan.Weights;

    /// <summary>Nothing to blend: a single modality's own branch.</summary>
    internal static NetworkPlan SingleModality { get; } = new(true, false, () => new ConstantWeights(StrategyNeeds.Heads, new EpochPlan(1, 0)));

    /// <summary>The network itself.</summary>
    internal NetworkShape Shape(IReadOnlyList<ModalitySpec> modalities, Fusion fusion, int outputs) =>
        new(modalities, fusion, outputs, HasHeads, HasJoint) { JointName = JointName };
}
