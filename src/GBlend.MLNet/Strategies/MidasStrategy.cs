using GBlend.MLNet.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace GBlend.MLNet;

/// <summary>
/// MIDAS (NeurIPS 2025): the joint head also learns from rows whose modalities come from rows of different classes, with a label that
/// shares itself by the confidence of the modalities' heads.
/// </summary>
internal sealed class MidasStrategy(double weight, double warmUp) : BalanceStrategy
{
    private readonly Scalar _weight = weight;
    private EpochPlan? _plan;

    public override StrategyNeeds Needs => StrategyNeeds.Heads | StrategyNeeds.ExtraLoss;

    public override EpochPlan OnEpoch(EpochView epoch) =>
        _plan ??= new EpochPlan([.. Enumerable.Repeat(1.0, epoch.Modalities.Count + 1)]) { DetachesHeads = true };

    /// <summary>In every step one modality, in turn by chance, takes its feature from another row; rows that meet their own class are left out.</summary>
    public override Tensor? ExtraLoss(BatchView batch)
    {
        if (batch.Epoch < warmUp * batch.NumberOfEpochs || batch.Rows < 2)
            return null;
        int moved = batch.Random.Next(batch.Modalities);
        var other = batch.Shuffled();
        var otherTargets = batch.Targets.index_select(0, other);
        var differs = batch.Targets.ne(otherTargets);
        using var kept = differs.nonzero();
        if (kept.shape[0] == 0)
            return null;
        var rows = kept.squeeze(1);
        Tensor[] features = [.. Enumerable.Range(0, batch.Modalities).Select(i =>
            (i == moved ? batch.Feature(i).index_select(0, other) : batch.Feature(i)).index_select(0, rows))];
        Tensor mine = batch.Targets.index_select(0, rows), theirs = otherTargets.index_select(0, rows);
        var share = OwnShare(batch, features, moved, mine, theirs);
        return SharedLabelLoss(batch.Joint(features), mine, theirs, share).mul(_weight);
    }

    /// <summary>The share of a row's own class: the mean confidence of the heads that kept their feature, against that of the moved one's.</summary>
    private static Tensor OwnShare(BatchView batch, Tensor[] features, int moved, Tensor mine, Tensor theirs)
    {
        using var grad = no_grad();
        Tensor? kept = null;
        for (int i = 0; i < features.Length; i++)
        {
            if (i == moved)
                continue;
            var confidence = Confidence(batch.Head(i, features[i]), mine);
            kept = kept is null ? confidence : kept.Plus(confidence);
        }
        using Scalar others = features.Length - 1;
        return Share(kept!.div(others), Confidence(batch.Head(moved, features[moved]), theirs));
    }

    /// <summary>p / (p + q).</summary>
    internal static Tensor Share(Tensor p, Tensor q) => p.div(p.Plus(q).clamp_min(s_least));

    /// <summary>Cross-entropy against a label that is shared by two classes, the mean over rows.</summary>
    internal static Tensor SharedLabelLoss(Tensor logits, Tensor mine, Tensor theirs, Tensor share)
    {
        var logs = nn.functional.log_softmax(logits, 1);
        Tensor own = logs.gather(1, mine.unsqueeze(1)).squeeze(1), other = logs.gather(1, theirs.unsqueeze(1)).squeeze(1);
        // share * own + (1 - share) * other
        return own.sub(other).mul(share).Plus(other).mean().neg();
    }

    private static readonly Scalar s_least = 1e-12;

    private static Tensor Confidence(Tensor logits, Tensor classes) => nn.functional.softmax(logits, 1).gather(1, classes.unsqueeze(1)).squeeze(1);
}
