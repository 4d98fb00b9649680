using GBlend.MLNet.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace GBlend.MLNet;

/// <summary>
/// MCR, multimodal competition regularizer (2025): equal auxiliary losses and a game. Every encoder tries to make the joint answer depend on it:
/// it raises, and the others lower, the Jensen-Shannon divergence between the joint answer and the one with its features shuffled over the
/// batch. A supervised contrastive loss keeps features of one class together.
/// </summary>
/// <remarks>The game is among encoders: the joint head takes no gradient from it, so that it can't end it by looking away.</remarks>
internal sealed class McrStrategy(double game, double contrast) : BalanceStrategy
{
    private const double Temperature = 0.5;
    private EpochPlan? _plan;

    public override StrategyNeeds Needs => StrategyNeeds.Heads | StrategyNeeds.ExtraLoss;

    public override EpochPlan OnEpoch(EpochView epoch) => _plan ??= new EpochPlan([.. Enumerable.Repeat(1.0, epoch.Modalities.Count + 1)]);

    public override Tensor? ExtraLoss(BatchView batch)
    {
        if (batch.Rows < 2)
            return null;
        Tensor? sum = game > 0 ? Game(batch) : null;
        if (contrast > 0)
        {
            using Scalar weight = contrast;
            for (int i = 0; i < batch.Modalities; i++)
            {
                var (perRow, rows) = Contrastive(batch.Feature(i), batch.Targets);
                var term = batch.Weighed(perRow).sum().div(rows).mul(weight);
                sum = sum is null ? term : sum.Plus(term);
            }
        }
        return sum;
    }

    /// <summary>A loss whose gradient on the features is that of the game, and that has none on anything else.</summary>
    /// <remarks>
    /// Every modality's term has its own pair of joint passes, in which that modality's gradient is turned round. All pairs are rows of
    /// one pass, and one backward pass gives the gradient on all features.
    /// </remarks>
    private Tensor Game(BatchView batch)
    {
        int k = batch.Modalities;
        using Scalar weight = game, two = 2;
        Tensor[] leaves = [.. Enumerable.Range(0, k).Select(i => batch.Feature(i).detach().requires_grad_(true))];
        var order = batch.Shuffled();
        Tensor[] stacked = [.. leaves.Select((leaf, j) =>
        {
            // The value of the leaf with its gradient turned round: the modality that is shuffled raises what the others lower.
            var turned = leaf.detach().mul(two).sub(leaf);
            return cat([.. Enumerable.Range(0, k).Select(i => i == j ? turned : leaf),
                .. Enumerable.Range(0, k).Select(i => i == j ? turned.index_select(0, order) : leaf)], 0);
        })];
        var answers = nn.functional.softmax(batch.Joint(stacked), 1).chunk(2, 0);
        var total = batch.Weighed(JensenShannon(answers[0], answers[1]).view(k, -1)).sum();
        var gradients = autograd.grad([total], leaves);
        Tensor? loss = null;
        for (int j = 0; j < k; j++)
        {
            using Scalar rows = batch.Rows;
            var term = batch.Feature(j).mul(gradients[j].detach()).sum().div(rows).mul(weight);
            loss = loss is null ? term : loss.Plus(term);
        }
        return loss!;
    }

    /// <summary>Per row the Jensen-Shannon divergence in nats of two [rows, classes] of probabilities.</summary>
    internal static Tensor JensenShannon(Tensor p, Tensor q)
    {
        using Scalar half = 0.5;
        var middle = p.Plus(q).mul(half);
        return Divergence(p, middle).Plus(Divergence(q, middle)).mul(half);
    }

    /// <summary>Supervised contrastive loss (Khosla et al., NeurIPS 2020) of the features of a batch; rows whose class no other row has are left out.</summary>
    /// <returns>The loss of each row, [rows], and the number of rows that are not left out, at least 1.</returns>
    internal static (Tensor PerRow, Tensor Rows) Contrastive(Tensor features, Tensor classes)
    {
        using Scalar sharpness = 1 / Temperature, self = -1e9, least = 1e-12;
        var unit = nn.functional.normalize(features, dim: 1);
        var own = eye(features.shape[0], dtype: features.dtype, device: features.device);
        var similar = unit.mm(unit.t()).mul(sharpness).Plus(own.mul(self));
        var logs = nn.functional.log_softmax(similar, 1);
        using Scalar one = 1;
        var friends = classes.unsqueeze(0).eq(classes.unsqueeze(1)).to(features.dtype).sub(own);
        var count = friends.sum(1);
        var has = count.gt(least).to(features.dtype);
        return (logs.mul(friends).sum(1).div(count.clamp_min(one)).mul(has).neg(), has.sum().clamp_min(one));
    }

    private static Tensor Divergence(Tensor p, Tensor middle)
    {
        using Scalar least = 1e-12;
        return p.mul(p.clamp_min(least).log().sub(middle.clamp_min(least).log())).sum(1);
    }
}
