namespace GBlend.MLNet;

/// <summary>The same plan in every epoch: naive joint training, equal and fixed weights, separate networks, split gradients.</summary>
internal sealed class ConstantWeights(StrategyNeeds needs, EpochPlan plan) : BalanceStrategy
{
    /// <summary>The plan of every epoch.</summary>
    internal EpochPlan Plan => plan;

    public override StrategyNeeds Needs => needs;

    public override EpochPlan OnEpoch(EpochView epoch) => plan;
}
