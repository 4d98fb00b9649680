using System.Globalization;

namespace GBlend.MLNet;

/// <summary>
/// How the losses of the branches (one per modality, the joint branch last) are blended into the one that is trained,
/// L = sum_i w_i L_i (Wang, Tran, Feiszli, CVPR 2020, Eq. 7).
/// </summary>
/// <remarks>Immutable. What a blending asks of the training is a plan of spans of epochs; the training loop knows no blending by name.</remarks>
public sealed record Blending
{
    private readonly BlendingKind _kind;
    private readonly float[]? _fixedWeights;
    private readonly int? _superEpoch;
    private readonly int? _firstSuperEpoch;

    private Blending(BlendingKind kind, BlendingGuards? guards = null, float[]? fixedWeights = null, int? superEpoch = null, int? firstSuperEpoch = null)
    {
        _kind = kind;
        Guards = guards ?? new BlendingGuards();
        _fixedWeights = fixedWeights;
        _superEpoch = superEpoch;
        _firstSuperEpoch = firstSuperEpoch;
    }

    /// <summary>
    /// What is done where the published rule is silent or unstable. For blendings whose weights are not estimated only
    /// <see cref="BlendingGuards.KeepsLearningRate"/> matters.
    /// </summary>
    public BlendingGuards Guards { get; init; }

    /// <summary>The naive joint network: late fusion, one loss, no auxiliary heads.</summary>
    public static Blending None() => new(BlendingKind.None);

    /// <summary>Auxiliary losses of every modality and the joint loss, all with the same weight.</summary>
    public static Blending Equal() => new(BlendingKind.Equal);

    /// <summary>Every modality's network on its own, without a joint branch; the answer is the mean of their predictions (an ensemble of uni-modal networks).</summary>
    public static Blending Separate() => new(BlendingKind.Separate);

    /// <summary>Given weights, for example ones published or estimated earlier.</summary>
    /// <param name="weights">One per modality in their order, the joint branch last; not negative, not all zero. They are normalised to sum to one.</param>
    /// <exception cref="ArgumentException">A weight is negative or not finite, or all are zero.</exception>
    public static Blending Fixed(params float[] weights)
    {
        ArgumentNullException.ThrowIfNull(weights);
        if (weights.Length == 0 || weights.Any(w => !float.IsFinite(w) || w < 0) || weights.All(w => w == 0))
            throw new ArgumentException($"Blending weights must be finite, not negative and not all zero, got [{string.Join(", ", weights.Select(w => w.ToString(CultureInfo.InvariantCulture)))}].", nameof(weights));
        double sum = weights.Sum(w => (double)w);
        return new(BlendingKind.Fixed, fixedWeights: [.. weights.Select(w => (float)(w / sum))]);
    }

    /// <summary>Offline Gradient Blending (the paper's Algorithm 2): weights estimated once, over the whole run, then kept.</summary>
    /// <param name="guards">See <see cref="BlendingGuards"/>; <see langword="null"/> for the defaults.</param>
    public static Blending Offline(BlendingGuards? guards = null) => new(BlendingKind.Offline, guards);

    /// <summary>Online Gradient Blending (the paper's Algorithm 3): weights estimated anew before every super-epoch.</summary>
    /// <param name="superEpoch">The epochs of a super-epoch; by default a sixth of the run, at least one.</param>
    /// <param name="firstSuperEpoch">The epochs of the first one, if it is to differ (the paper: 10, then 5).</param>
    /// <param name="guards">See <see cref="BlendingGuards"/>; <see langword="null"/> for the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">A length is below 1.</exception>
    public static Blending Online(int? superEpoch = null, int? firstSuperEpoch = null, BlendingGuards? guards = null)
    {
        if (superEpoch is { } n)
            ArgumentOutOfRangeException.ThrowIfLessThan(n, 1, nameof(superEpoch));
        if (firstSuperEpoch is { } f)
            ArgumentOutOfRangeException.ThrowIfLessThan(f, 1, nameof(firstSuperEpoch));
        return new(BlendingKind.Online, guards, superEpoch: superEpoch, firstSuperEpoch: firstSuperEpoch);
    }

    /// <inheritdoc/>
    public override string ToString() => _kind switch
    {
        BlendingKind.Fixed => $"fixed [{string.Join(", ", _fixedWeights!.Select(w => w.ToString("0.###", CultureInfo.InvariantCulture)))}]",
        BlendingKind.Online => "online G-Blend",
        BlendingKind.Offline => "offline G-Blend",
        BlendingKind.None => "none (naive joint)",
        _ => _kind.ToString().ToLowerInvariant(),
    };

    /// <summary>Whether each modality has a head of its own.</summary>
    internal bool HasHeads => _kind != BlendingKind.None;

    /// <summary>Whether there is a joint branch.</summary>
    internal bool HasJoint => _kind != BlendingKind.Separate;

    /// <summary>Whether held-out rows are needed to find the weights.</summary>
    internal bool NeedsEstimates => _kind is BlendingKind.Offline or BlendingKind.Online;

    /// <summary>
    /// The spans of the run in order; a span without weights is preceded by an estimate over its length. With one modality there is
    /// nothing to blend: its own branch has all the weight.
    /// </summary>
    /// <exception cref="ArgumentException">The blending does not fit the run; the message names the option.</exception>
    internal IReadOnlyList<BlendingSpan> Plan(int modalities, int numberOfEpochs)
    {
        int branches = modalities + 1;
        if (modalities == 1)
            return [new(0, numberOfEpochs, [1, 0])];
        switch (_kind)
        {
            case BlendingKind.None:
                return [new(0, numberOfEpochs, OneHot(modalities, branches))];
            case BlendingKind.Equal:
                return [new(0, numberOfEpochs, BlendingWeights.Equal(branches))];
            case BlendingKind.Separate:
                return [new(0, numberOfEpochs, [.. BlendingWeights.Equal(modalities), 0])];
            case BlendingKind.Fixed:
                if (_fixedWeights!.Length != branches)
                    throw new ArgumentException($"Blending.Fixed has {_fixedWeights.Length} weights, but {modalities} modalities and the joint branch need {branches}: one per modality in order, the joint branch last.", "Blending");
                return [new(0, numberOfEpochs, [.. _fixedWeights.Select(w => (double)w)])];
            case BlendingKind.Offline:
                return [new(0, numberOfEpochs, null)];
            default:
                int length = _superEpoch ?? Math.Max(1, numberOfEpochs / 6), first = _firstSuperEpoch ?? length;
                if (Math.Max(length, first) > numberOfEpochs)
                    throw new ArgumentException($"A super-epoch of {Math.Max(length, first)} epochs is longer than the run of NumberOfEpochs = {numberOfEpochs}. Shorten it in Blending.Online(superEpoch, firstSuperEpoch), or train longer.", "Blending");
                var spans = new List<BlendingSpan>();
                for (int epoch = 0; epoch < numberOfEpochs; epoch += spans[^1].Epochs)
                    spans.Add(new(epoch, Math.Min(epoch == 0 ? first : length, numberOfEpochs - epoch), null));
                return spans;
        }
    }

    private static double[] OneHot(int index, int count)
    {
        var weights = new double[count];
        weights[index] = 1;
        return weights;
    }

    private enum BlendingKind
    {
        None,
        Equal,
        Separate,
        Fixed,
        Offline,
        Online,
    }
}

/// <summary>A stretch of epochs that is trained with one set of weights.</summary>
/// <param name="FirstEpoch">Counted from zero.</param>
/// <param name="Epochs">Its length.</param>
/// <param name="Weights">The weights, joint branch last, summing to one; <see langword="null"/> when they are to be estimated first.</param>
internal sealed record BlendingSpan(int FirstEpoch, int Epochs, double[]? Weights);
