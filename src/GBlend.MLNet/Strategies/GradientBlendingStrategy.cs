using System.Text.Json.Nodes;

namespace GBlend.MLNet;

/// <summary>Gradient Blending: weights by GB-Estimate at the start of every super-epoch (offline: of the one that is the whole run).</summary>
internal sealed class GradientBlendingStrategy(BlendingGuards guards, int superEpoch, int firstSuperEpoch) : BalanceStrategy
{
    private EpochPlan? _plan;
    private int _nextEstimate;

    public override StrategyNeeds Needs => StrategyNeeds.Heads | StrategyNeeds.HeldOutRows;

    public override EpochPlan OnEpoch(EpochView epoch)
    {
        if (_plan is null || epoch.Epoch >= _nextEstimate)
        {
            int length = epoch.Epoch == 0 ? firstSuperEpoch : superEpoch;
            _nextEstimate = epoch.Epoch + length;
            _plan = PlanOf([.. epoch.Estimate(length, guards).Branches.Select(b => b.Weight)]);
        }
        return _plan;
    }

    public override JsonObject? SaveState() => _plan is null ? null : new JsonObject
    {
        ["weights"] = new JsonArray([.. _plan.Weights.Select(w => (JsonNode)w)]),
        ["nextEstimate"] = _nextEstimate,
    };

    public override void LoadState(JsonObject state) => (_plan, _nextEstimate) = (PlanOf(state.Numbers("weights")), state.Whole("nextEstimate"));

    private EpochPlan PlanOf(double[] weights) => new(weights) { LossScale = guards.LossScale(weights) };

    /// <summary>Every estimate trains the single-modality branches in one pass and the joint branch in another.</summary>
    internal override long ExtraEpochs(int numberOfEpochs) => 2L * numberOfEpochs;
}
