using System.Text.Json.Nodes;

namespace GBlend.MLNet;

/// <summary>Pre-trained encoders, frozen or fine-tuned (a baseline of the paper): every encoder starts from a network of its modality alone.</summary>
internal sealed class UniModalStartStrategy(bool freezes) : BalanceStrategy
{
    private EpochPlan? _plan;

    public override StrategyNeeds Needs => StrategyNeeds.UniModalRuns;

    public override EpochPlan OnEpoch(EpochView epoch)
    {
        if (_plan is null)
        {
            epoch.StartFromUniModalEncoders();
            _plan = PlanOf(epoch.Modalities.Count);
        }
        return _plan;
    }

    public override JsonObject? SaveState() => _plan is null ? null : new JsonObject { ["modalities"] = _plan.Weights.Count - 1 };

    /// <summary>Has begun: what the encoders are now is no start.</summary>
    public override void LoadState(JsonObject state) => _plan = PlanOf(state.Whole("modalities"));

    private EpochPlan PlanOf(int modalities) =>
        new([.. Enumerable.Repeat(0.0, modalities), 1]) { FrozenEncoders = freezes ? [.. Enumerable.Repeat(true, modalities)] : null };
}
