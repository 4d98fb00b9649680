namespace GBlend.MLNet;

/// <summary>
/// The sequential modality prioritization of G2D (ICCV 2025): first only the encoder of the weakest modality learns, then only the next
/// one's, at last all of them. Which is weak is what networks of single modalities say, once.
/// </summary>
internal sealed class SequentialStrategy(double share) : BalanceStrategy
{
    private int[]? _weakestFirst;
    private (int Stage, EpochPlan Plan)? _current;

    public override StrategyNeeds Needs => StrategyNeeds.UniModalRuns;

    public override EpochPlan OnEpoch(EpochView epoch)
    {
        int k = epoch.Modalities.Count;
        _weakestFirst ??= [.. Enumerable.Range(0, k).OrderBy(i => epoch.UniModalScores[i])];
        int stage = Stage(epoch.Epoch, epoch.NumberOfEpochs, k, share);
        if (_current?.Stage != stage)
        {
            bool[] frozen = [.. Enumerable.Range(0, k).Select(i => stage < k - 1 && i != _weakestFirst[stage])];
            double[] joint = [.. Enumerable.Repeat(0.0, k), 1];
            _current = (stage, new EpochPlan(joint) { FrozenEncoders = frozen });
        }
        return _current.Value.Plan;
    }

    /// <summary>k - 1 stages of one encoder each take the share of the run; in stage k - 1 all learn.</summary>
    internal static int Stage(int epoch, int epochs, int modalities, double share) =>
        share * epochs <= epoch ? modalities - 1 : Math.Min((int)(epoch * (modalities - 1) / (share * epochs)), modalities - 1);
}
