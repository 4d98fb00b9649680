namespace GBlend.MLNet;

/// <summary>
/// OGM-GE (Peng et al., "Balanced Multimodal Learning via On-the-fly Gradient Modulation", CVPR 2022): the encoder that the joint head
/// already hears best gets a smaller gradient, and noise.
/// </summary>
internal sealed class OgmGeStrategy(double alpha, bool addNoise, int? lastEpoch) : BalanceStrategy
{
    private EpochPlan? _plan;

    public override StrategyNeeds Needs => StrategyNeeds.Heads | StrategyNeeds.TrueScores;

    /// <summary>The joint loss alone teaches the encoders; the heads only measure.</summary>
    public override EpochPlan OnEpoch(EpochView epoch) =>
        _plan ??= new EpochPlan([.. Enumerable.Repeat(1.0, epoch.Modalities.Count + 1)]) { DetachHeads = true };

    public override StepScales? OnStep(StepView step) =>
        step.Epoch > (lastEpoch ?? int.MaxValue) ? null : new StepScales(Coefficients(step.TrueScores, alpha), addNoise);

    /// <summary>1 - tanh(alpha rho) for a modality whose discrepancy rho, the mean ratio of its score to the others', is above 1; else 1.</summary>
    internal static double[] Coefficients(IReadOnlyList<double> scores, double alpha) => [.. scores.Select((own, i) =>
    {
        double ratio = scores.Where((_, j) => j != i).Average(other => own / Math.Max(other, 1e-12));
        return ratio > 1 ? 1 - Math.Tanh(alpha * ratio) : 1;
    })];
}
