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
        var sum = Distance(batch.Feature(0), batch.TeacherFeature(0));
        for (int i = 1; i < batch.Modalities; i++)
            sum = sum.Plus(Distance(batch.Feature(i), batch.TeacherFeature(i)));
        return sum.mul(_weight);
    }

    /// <summary>The mean squared difference over rows and features.</summary>
    internal static Tensor Distance(Tensor student, Tensor teacher) => nn.functional.mse_loss(student, teacher);
}
