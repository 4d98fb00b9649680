using GBlend.MLNet.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace GBlend.MLNet;

/// <summary>
/// UMT, uni-modal teachers (Du et al., "On Uni-Modal Feature Learning in Supervised Multi-Modal Learning", ICML 2023): naive joint
/// training whose encoders are pulled toward the features of networks of their modality alone.
/// </summary>
internal sealed class UmtStrategy(double weight) : BalanceStrategy
{
    private readonly Scalar _weight = weight;
    private EpochPlan? _plan;

    public override StrategyNeeds Needs => StrategyNeeds.UniModalRuns | StrategyNeeds.ExtraLoss;

    public override EpochPlan OnEpoch(EpochView epoch) => _plan ??= new EpochPlan([.. Enumerable.Repeat(0.0, epoch.Modalities.Count), 1]);

    public override Tensor? ExtraLoss(BatchView batch)
    {
        var sum = Distance(batch, 0);
        for (int i = 1; i < batch.Modalities; i++)
            sum = sum.Plus(Distance(batch, i));
        return sum.mul(_weight);
    }

    private static Tensor Distance(BatchView batch, int modality) => batch.Weights is null
        ? Distance(batch.Feature(modality), batch.TeacherFeature(modality))
        : batch.Weighed(nn.functional.mse_loss(batch.Feature(modality), batch.TeacherFeature(modality), nn.Reduction.None).mean([1])).mean();

    /// <summary>The mean squared difference over rows and features.</summary>
    internal static Tensor Distance(Tensor student, Tensor teacher) => nn.functional.mse_loss(student, teacher);
}
