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
        _plan ??= new EpochPlan([.. Enumerable.Repeat(1.0, epoch.Modalities.Count + 1)]) { DetachHeads = true };

    /// <summary>In every step one modality, drawn by chance, takes its feature from another row; rows that meet their own class don't count.</summary>
    public override Tensor? ExtraLoss(BatchView batch)
    {
        if (batch.Epoch < warmUp * batch.NumberOfEpochs || batch.Rows < 2)
            return null;
        int moved = batch.Random.Next(batch.Modalities);
        Tensor other = batch.Shuffled(), mine = batch.Targets, theirs = mine.index_select(0, other);
        var counts = mine.ne(theirs).to(batch.Feature(moved).dtype);
        Tensor[] features = [.. Enumerable.Range(0, batch.Modalities).Select(i => i == moved ? batch.Feature(i).index_select(0, other) : batch.Feature(i))];
        var losses = SharedLabelLoss(batch.Joint(features), mine, theirs, OwnShare(batch, moved, other));
        return batch.Weighed(losses).mul(counts).sum().div(counts.sum().clamp_min(s_one)).mul(_weight);
    }

    /// <summary>The share of a row's own class: the mean confidence of the heads that kept their feature, against that of the moved one's.</summary>
    private static Tensor OwnShare(BatchView batch, int moved, Tensor other)
    {
        using var grad = no_grad();
        Tensor? kept = null;
        for (int i = 0; i < batch.Modalities; i++)
        {
            if (i == moved)
                continue;
            var confidence = Confidence(batch, i);
            kept = kept is null ? confidence : kept.Plus(confidence);
        }
        using Scalar others = batch.Modalities - 1;
        return Share(kept!.div(others), Confidence(batch, moved).index_select(0, other));
    }

    /// <summary>p / (p + q).</summary>
    internal static Tensor Share(Tensor p, Tensor q) => p.div(p.Plus(q).clamp_min(s_least));

    /// <summary>Per row the cross-entropy against a label that is shared by two classes.</summary>
    internal static Tensor SharedLabelLoss(Tensor logits, Tensor mine, Tensor theirs, Tensor share)
    {
        var logs = nn.functional.log_softmax(logits, 1);
        Tensor own = logs.gather(1, mine.unsqueeze(1)).squeeze(1), other = logs.gather(1, theirs.unsqueeze(1)).squeeze(1);
        // share * own + (1 - share) * other
        return own.sub(other).mul(share).Plus(other).neg();
    }

    private static readonly Scalar s_least = 1e-12, s_one = 1;

    private static Tensor Confidence(BatchView batch, int modality) =>
        nn.functional.softmax(batch.Prediction(modality), 1).gather(1, batch.Targets.unsqueeze(1)).squeeze(1);
}
