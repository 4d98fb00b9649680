using System.Globalization;
using GBlend.MLNet.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace GBlend.MLNet;

/// <summary>The backward pass of a step for strategies that do more than weigh losses. One of these serves one epoch.</summary>
internal sealed class StrategySteps
{
    private readonly BalanceStrategy _strategy;
    private readonly JointNetwork _network;
    private readonly Loss _loss;
    private readonly UniModalNetworks? _uniModal;
    private readonly int _epoch, _numberOfEpochs, _seed;
    private Random _random;

    private StrategySteps(BalanceStrategy strategy, JointNetwork network, Loss loss, UniModalNetworks? uniModal, int epoch, int numberOfEpochs, int seed)
    {
        (_strategy, _network, _loss, _uniModal, _epoch, _numberOfEpochs, _seed) = (strategy, network, loss, uniModal, epoch, numberOfEpochs, seed);
        _random = new Random(seed);
    }

    /// <summary><see langword="null"/> for a strategy that leaves the steps alone, whose steps then cost nothing more.</summary>
    internal static StrategySteps? For(
        BalanceStrategy strategy, JointNetwork network, Loss loss, UniModalNetworks? uniModal, int epoch, int numberOfEpochs, int seed) =>
        HooksInto(strategy) ? new(strategy, network, loss, uniModal, epoch, numberOfEpochs, seed) : null;

    /// <summary>Whether the strategy has a say in the backward pass itself, and not only in what is done with its gradients.</summary>
    internal bool ShapesBackward => (_strategy.Needs & (StrategyNeeds.ExtraLoss | StrategyNeeds.BothGradients)) != 0;

    /// <summary>Before a step. Its random numbers are its own, so that an epoch can be begun at any step.</summary>
    internal void Begin(int step) => _random = new Random(Seeds.Derive(_seed, "step", step));

    /// <summary>Leaves in the segments the gradients of the weighted losses, the strategy's own loss and what it makes of them.</summary>
    internal void Backward(int[] branches, GradientCuts cuts, Batch batch, NetworkPass pass, double[] blend)
    {
        Tensor[] losses = [.. pass.Predictions.Zip(branches, (p, branch) => _loss.Mean(p, batch.Targets, batch.WeightsOf(branch)))];
        Tensor[] weights = [.. blend.Zip(losses, (weight, loss) => tensor(weight, loss.dtype, loss.device))];
        var extra = _strategy.Needs.HasFlag(StrategyNeeds.ExtraLoss) ? ExtraLoss(batch, pass) : null;
        if (_strategy.Needs.HasFlag(StrategyNeeds.BothGradients))
            BackwardApart(branches, cuts, losses, weights, extra);
        else
            autograd.backward(extra is null ? losses : [.. losses, extra], extra is null ? weights : [.. weights, extra.ones_like()]);
    }

    /// <summary>Scales the gradients as the strategy says.</summary>
    internal void AfterBackward(int[] branches, GradientCuts cuts, Batch batch, Tensor[] predictions)
    {
        using var grad = no_grad();
        double[] means = _strategy.Needs.HasFlag(StrategyNeeds.Losses) ? PerBranch(branches, batch, predictions) : [];
        double[] scores = _strategy.Needs.HasFlag(StrategyNeeds.TrueScores) ? TrueScores(branches, batch, predictions) : [];
        if (_strategy.OnStep(new StepView(_epoch, _numberOfEpochs, means, scores)) is { } scales)
            Scale(scales, cuts);
    }

    internal static bool HooksInto(BalanceStrategy strategy) =>
        strategy.Overrides(nameof(BalanceStrategy.OnStep)) || (strategy.Needs & (StrategyNeeds.BothGradients | StrategyNeeds.ExtraLoss)) != 0;

    private Tensor? ExtraLoss(Batch batch, NetworkPass pass)
    {
        var loss = _strategy.ExtraLoss(new BatchView(_epoch, _numberOfEpochs, _network, pass, batch, _loss, _uniModal, _random));
        if (loss is not null && loss.IsInvalid)
            throw new InvalidOperationException($"{_strategy.GetType().Name}.ExtraLoss gave a tensor that is disposed. Return one that lives on, or null.");
        if (loss is not null && loss.numel() != 1)
            throw new InvalidOperationException($"{_strategy.GetType().Name}.ExtraLoss gave a tensor of shape [{string.Join(", ", loss.shape)}], but a loss is "
                + $"one number. Take the mean over rows.");
        if (loss is not null && !loss.requires_grad)
            throw new InvalidOperationException($"{_strategy.GetType().Name}.ExtraLoss gave a tensor without gradients, which teaches nothing. Make it from "
                + $"the batch's features and predictions, undetached, or return null.");
        return loss;
    }

    /// <summary>The gradient of the joint loss first, then that of the heads', then each encoder's combination of both.</summary>
    private void BackwardApart(int[] branches, GradientCuts cuts, Tensor[] losses, Tensor[] weights, Tensor? extra)
    {
        int joint = Array.IndexOf(branches, _network.Shape.JointBranch);
        int[] heads = [.. Enumerable.Range(0, branches.Length).Where(b => b != joint)];
        if (joint < 0 || heads.Length == 0)
        {
            autograd.backward(losses, weights);
            return;
        }
        Tensor[] first = extra is null ? [losses[joint]] : [losses[joint], extra], firstWeights = extra is null ? [weights[joint]]
            : [weights[joint], extra.ones_like()];
        autograd.backward(first, firstWeights, retain_graph: true);
        var jointGradients = heads.Select(b => _network.Parts.Encoder(branches[b]).Gradient.clone()).ToArray();
        foreach (int b in heads)
            _network.Parts.Encoder(branches[b]).Gradient.zero_();
        autograd.backward([.. heads.Select(b => losses[b])], [.. heads.Select(b => weights[b])]);
        using var grad = no_grad();
        for (int h = 0; h < heads.Length; h++)
        {
            int modality = branches[heads[h]];
            if (_network.IsFrozen(modality, cuts))
                continue;
            var segment = _network.Parts.Encoder(modality);
            var own = segment.Gradient.clone();
            segment.Gradient.PlusInPlace(jointGradients[h]);
            _strategy.Combine(new EncoderGradients(modality, jointGradients[h], own, segment.Gradient, segment.Tensors));
        }
    }

    private double[] PerBranch(int[] branches, Batch batch, Tensor[] predictions)
    {
        double[] means = [.. Enumerable.Repeat(double.NaN, _network.Shape.Modalities.Count + 1)];
        for (int b = 0; b < branches.Length; b++)
            means[branches[b]] = AmongThose(batch, branches[b], _loss.Mean(predictions[b], batch.Targets, batch.WeightsOf(branches[b])).ToDouble());
        return Filled(means, branches, _network.Shape.Modalities.Count + 1);
    }

    private double[] TrueScores(int[] branches, Batch batch, Tensor[] predictions)
    {
        double[] scores = [.. Enumerable.Repeat(double.NaN, _network.Shape.Modalities.Count)];
        for (int b = 0; b < branches.Length; b++)
        {
            if (branches[b] < scores.Length)
            {
                var rows = _loss.TrueScore(predictions[b].detach(), batch.Targets);
                scores[branches[b]] = AmongThose(batch, branches[b], (batch.WeightsOf(branches[b]) is { } weights ? rows.mul(weights) : rows).sum().ToDouble());
            }
        }
        return Filled(scores, branches, scores.Length);
    }

    /// <summary>What a number of a batch would be if all rows were like those that have the modality; NaN where none has.</summary>
    private static double AmongThose(Batch batch, int branch, double value) => (branch < batch.Presence?.Count ? batch.Presence[branch] : null) is { } isThere
        ? isThere.sum().ToDouble() is > 0 and var there ? value * batch.Rows / there : double.NaN : value;

    /// <summary>Where a batch says nothing of a branch that is trained, it is taken to be like the others.</summary>
    private static double[] Filled(double[] values, int[] branches, int count)
    {
        double[] known = [.. values.Where(double.IsFinite)];
        foreach (int branch in branches.Where(b => b < count && double.IsNaN(values[b]) && known.Length > 0))
            values[branch] = known.Average();
        return values;
    }

    private void Scale(StepScales scales, GradientCuts cuts)
    {
        int k = _network.Shape.Modalities.Count;
        if (scales.Encoders.Count != k || scales.Encoders.Any(s => !double.IsFinite(s)))
        {
            throw new InvalidOperationException(string.Create(
                CultureInfo.InvariantCulture,
                $"{_strategy.GetType().Name}.OnStep gave the factors [{string.Join(", ", scales.Encoders)}], but there are {k} modalities and each needs one "
                + $"finite factor."));
        }
        for (int i = 0; i < k; i++)
        {
            if (scales.Encoders[i] == 1 || _network.IsFrozen(i, cuts))
                continue;
            using Scalar factor = scales.Encoders[i];
            var encoder = _network.Parts.Encoder(i);
            var noise = scales.AddNoise ? Noise(encoder) : null;
            encoder.Gradient.mul_(factor);
            if (noise is not null)
                encoder.Gradient.PlusInPlace(noise);
            if (scales.ScaleHeads && _network.Shape.HasHeads)
                _network.Parts.Head(i).Gradient.mul_(factor);
        }
    }

    /// <summary>Normal noise whose deviation is, tensor by tensor, that of the gradient.</summary>
    private Tensor Noise(ParameterSegment segment)
    {
        using var generator = new Generator((ulong)_random.Next(), segment.Gradient.device);
        var noise = empty_like(segment.Gradient);
        noise.normal_(0, 1, generator);
        foreach (var (start, length) in segment.Tensors)
        {
            using var deviation = segment.Gradient.narrow(0, start, length).std(unbiased: false);
            noise.narrow(0, start, length).mul_(deviation);
        }
        return noise;
    }
}
