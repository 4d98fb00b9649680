using TorchSharp;
using static TorchSharp.torch;

namespace GBlend.MLNet;

/// <summary>
/// MMPareto (Wei and Hu, ICML 2024): where the joint loss and an encoder's own loss pull against each other, the encoder follows their
/// min-norm combination, brought back to the length of their sum.
/// </summary>
internal sealed class MmParetoStrategy(double gamma) : BalanceStrategy
{
    private const double EndPoint = 1e-3;

    /// <summary>Opposed gradients of one length cancel: a direction shorter than this share of the sum is left at it, not blown up without bound.</summary>
    private const double ShortestDirection = 1e-6;

    private EpochPlan? _plan;

    public override StrategyNeeds Needs => StrategyNeeds.Heads | StrategyNeeds.BothGradients;

    public override EpochPlan OnEpoch(EpochView epoch) => _plan ??= new EpochPlan([.. Enumerable.Repeat(1.0, epoch.Modalities.Count + 1)]);

    public override void Combine(EncoderGradients gradients)
    {
        double jj = Dot(gradients.Joint, gradients.Joint), uu = Dot(gradients.Own, gradients.Own), ju = Dot(gradients.Joint, gradients.Own);
        double share = JointShare(jj, uu, ju);
        if (share == 0.5)
        {
            // The combination is the sum itself.
            using Scalar longer = gamma;
            gradients.Result.mul_(longer);
            return;
        }
        using Scalar joint = 2 * share, own = 2 * (1 - share), one = 1;
        foreach (var (start, length) in gradients.Tensors)
        {
            using var scope = NewDisposeScope();
            var sum = gradients.Result.narrow(0, start, length);
            var direction = gradients.Joint.narrow(0, start, length).mul(joint).add_(gradients.Own.narrow(0, start, length).mul(own), one);
            double sumNorm = Math.Sqrt(Dot(sum, sum)), norm = Math.Sqrt(Dot(direction, direction));
            using Scalar factor = gamma * Math.Max(1, norm > 0 ? Math.Min(sumNorm / norm, 1 / ShortestDirection) : 1);
            sum.copy_(direction.mul_(factor));
        }
    }

    /// <summary>The joint gradient's share of the combination: a half where both agree, else that of the shortest combination.</summary>
    /// <param name="jj">The joint gradient with itself.</param>
    /// <param name="uu">The own gradient with itself.</param>
    /// <param name="ju">Both together.</param>
    internal static double JointShare(double jj, double uu, double ju)
    {
        if (ju > 0)
            return 0.5;
        double apart = jj + uu - 2 * ju;
        return apart <= 0 ? 0.5 : Math.Clamp((uu - ju) / apart, EndPoint, 1 - EndPoint);
    }

    private static double Dot(Tensor a, Tensor b)
    {
        using var product = a.mul(b);
        using var sum = product.sum();
        return sum.ToDouble();
    }
}
