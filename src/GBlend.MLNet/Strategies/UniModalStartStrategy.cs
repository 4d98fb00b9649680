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
            int k = epoch.Modalities.Count;
            _plan = new EpochPlan([.. Enumerable.Repeat(0.0, k), 1]) { FrozenEncoders = freezes ? [.. Enumerable.Repeat(true, k)] : null };
        }
        return _plan;
    }
}
