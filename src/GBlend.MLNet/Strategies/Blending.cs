using System.Globalization;

namespace GBlend.MLNet;

/// <summary>
/// What keeps the modalities of a network from harming each other: how the losses of the branches (one per modality, the joint branch
/// last) are blended into the one that is trained, L = sum_i w_i L_i (Wang, Tran, Feiszli, CVPR 2020, Eq. 7), and the methods since.
/// </summary>
/// <remarks>
/// <para>Immutable. Costs are training time over that of naive joint training where arithmetic decides it, measured on small convolutional networks; in MLPs
/// every operation counts, however small, and methods that look at every step cost more (<c>docs/which-blending.md</c>).</para>
/// <para>
/// Every method takes any number of modalities; with one there is nothing to blend and it trains that modality's network. Where an
/// official implementation is said to depart from its paper, that is what the code at hand did when it was read.
/// </para>
/// </remarks>
public sealed record Blending
{
    private readonly BlendingRule _rule;

    private Blending(BlendingRule rule, BlendingGuards? guards = null)
    {
        _rule = rule;
        Guards = guards ?? new BlendingGuards();
    }

    /// <summary>
    /// What is done where the published rule of G-Blend is silent or unstable. For blendings whose weights are not estimated only
    /// <see cref="BlendingGuards.KeepsLearningRate"/> matters, and for the methods that are not weights of losses nothing.
    /// </summary>
    public BlendingGuards Guards
    {
        get;
        init => field = value ?? throw new ArgumentNullException(nameof(Guards));
    }

    /// <summary>
    /// The default: two networks that are trained side by side, a naive joint one and one whose encoders learn from their own heads alone
    /// (its joint head reads their features without teaching them), and a pool of all their heads fitted on the held-out rows
    /// (<see cref="Answer.Auto"/>). It contains the naive network, every single modality and their ensemble, so that it loses to none of
    /// them by more than the noise of a few fitted numbers. Cost 2.1, twice the memory, and twice the time to predict.
    /// </summary>
    public static Blending Auto() => new(new TwoNetworksRule());

    /// <summary>The naive joint network: late fusion, one loss, no auxiliary heads. Cost 1.</summary>
    public static Blending None() => new(new ConstantRule("none (naive joint)", false, true, 0, 1));

    /// <summary>Auxiliary losses of every modality and the joint loss, all with the same weight. Cost 1.</summary>
    public static Blending Equal() => new(new ConstantRule("equal", true, true, 1, 1));

    /// <summary>
    /// Every modality's network on its own, without a joint branch: the ensemble of uni-modal networks ("UME", Du et al., ICML 2023). The
    /// answer is the mean of their probabilities, or of their logits with <see cref="Answer.MeanOfLogits"/>. Cost 1.
    /// </summary>
    public static Blending Separate() => new(new ConstantRule("separate", true, false, 1, 0));

    /// <summary>Given weights, for example ones published or estimated earlier. Cost 1.</summary>
    /// <param name="weights">One per modality in their order, the joint branch last; not negative, not all zero. They are normalised to sum to one.</param>
    /// <exception cref="ArgumentException">A weight is negative or not finite, or all are zero.</exception>
    public static Blending Fixed(params float[] weights)
    {
        ArgumentNullException.ThrowIfNull(weights);
        if (weights.Length == 0 || weights.Any(w => !float.IsFinite(w) || w < 0) || weights.All(w => w == 0))
            throw new ArgumentException($"Blending weights must be finite, not negative and not all zero, got [{string.Join(", ", weights.Select(w => w.ToString(CultureInfo.InvariantCulture)))}].", nameof(weights));
        double sum = weights.Sum(w => (double)w);
        return new(new FixedRule([.. weights.Select(w => (float)(w / sum))]));
    }

    /// <summary>Offline Gradient Blending (the paper's Algorithm 2): weights estimated once, over the whole run, then kept. Cost 3.</summary>
    /// <param name="guards">See <see cref="BlendingGuards"/>; <see langword="null"/> for the defaults.</param>
    public static Blending Offline(BlendingGuards? guards = null) => new(new GradientBlendingRule(false), guards);

    /// <summary>Online Gradient Blending (the paper's Algorithm 3): weights estimated anew before every super-epoch. Cost 3, on two cores 2.3.</summary>
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
        return new(new GradientBlendingRule(true, superEpoch, firstSuperEpoch), guards);
    }

    /// <summary>
    /// DGL, disentangled gradient learning (ICCV 2025): the joint head reads features without teaching the encoders, which learn from their
    /// own heads alone. Weak where only the modalities together carry the label. The official code takes the joint layer with the other half
    /// zeroed as a modality's head; here each has its own, as the idea asks. Cost 1.
    /// </summary>
    /// <param name="headWeight">The weight of every modality's own loss; the joint one's is 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">Not above 0.</exception>
    public static Blending Dgl(double headWeight = 1)
    {
        Check.Positive(headWeight, nameof(headWeight));
        return new(new DglRule(headWeight));
    }

    /// <summary>
    /// Pre-trained encoders (a baseline of the paper; "uni-pre" of Du et al., ICML 2023): networks of the single modalities are trained
    /// first, and a naive joint network starts from their encoders. Cost 1.9, frozen 1.3.
    /// </summary>
    /// <param name="freeze">Whether the encoders then stay as they are, so that only the joint head learns; else all is fine-tuned.</param>
    public static Blending UniModalStart(bool freeze = false) =>
        new(new StrategyRule(freeze ? "uni-modal start, frozen" : "uni-modal start, fine-tuned", () => new UniModalStartStrategy(freeze)));

    /// <summary>
    /// UMT, uni-modal teachers (Du et al., ICML 2023): naive joint training whose encoders are pulled, by the mean squared difference,
    /// towards the features of networks of their modality alone, which are trained first. Cost 2.3.
    /// </summary>
    /// <param name="weight">
    /// The weight of the pull. No official code was found; a published re-implementation has 10, with which encoders shake at the learning
    /// rates that suit the joint loss.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">Not above 0.</exception>
    public static Blending Umt(double weight = 1)
    {
        Check.Positive(weight, nameof(weight));
        return new(new StrategyRule("UMT", () => new UmtStrategy(weight)));
    }

    /// <summary>
    /// OGM-GE (Peng et al., CVPR 2022): in each step the encoders of modalities whose scores are above the others' get a smaller gradient
    /// and noise. Scores come from heads that only watch, because a joint head with hidden layers has no share per modality; for more
    /// than two modalities the ratio is the mean over pairs, as its authors suggest. The official code touches convolutions only; here all
    /// weights of an encoder, so that it acts on every kind. Not for regression. Meant for SGD: Adam cancels a steady factor. Cost 1.
    /// </summary>
    /// <param name="alpha">How strongly: 0.1 to 0.8 in the paper.</param>
    /// <param name="addsNoise">Whether noise of the unscaled gradient's size is added ("GE").</param>
    /// <param name="lastEpoch">The last epoch in which it acts, counted from zero (the paper: 50); <see langword="null"/> for all.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="alpha"/> is not above 0, or <paramref name="lastEpoch"/> negative.</exception>
    public static Blending OgmGe(double alpha = 0.8, bool addsNoise = true, int? lastEpoch = null)
    {
        Check.Positive(alpha, nameof(alpha));
        if (lastEpoch is { } last)
            ArgumentOutOfRangeException.ThrowIfNegative(last, nameof(lastEpoch));
        return new(new StrategyRule("OGM-GE", () => new OgmGeStrategy(alpha, addsNoise, lastEpoch)) { IsForLabels = true });
    }

    /// <summary>
    /// MLB (BMVC 2024): equal auxiliary losses, and per step a factor between 0 and 2 on each encoder's (and head's) gradient, above 1 for
    /// modalities that lag behind. Meant for SGD: Adam cancels a steady factor. Cost 1.
    /// </summary>
    /// <param name="alpha">How strongly; 0.8 in the paper.</param>
    /// <exception cref="ArgumentOutOfRangeException">Not above 0.</exception>
    public static Blending Mlb(double alpha = 0.8)
    {
        Check.Positive(alpha, nameof(alpha));
        return new(new StrategyRule("MLB", () => new MlbStrategy(alpha)));
    }

    /// <summary>
    /// MMPareto (Wei and Hu, ICML 2024): where an encoder's own loss and the joint one pull apart, it follows their min-norm combination,
    /// lengthened to that of their sum and by <paramref name="gamma"/>. The official code amplifies a vanishing direction without bound
    /// and divides by zero for opposed gradients; here the factor is bounded. It runs four backward passes where two do. Cost 1.7.
    /// </summary>
    /// <param name="gamma">The length of the step over that of the plain sum; 1.5 in the paper, in effect a larger learning rate.</param>
    /// <exception cref="ArgumentOutOfRangeException">Not above 0.</exception>
    public static Blending MmPareto(double gamma = 1.5)
    {
        Check.Positive(gamma, nameof(gamma));
        return new(new StrategyRule("MMPareto", () => new MmParetoStrategy(gamma)));
    }

    /// <summary>
    /// The schedule of G2D (ICCV 2025), sequential modality prioritisation: networks of the single modalities rank them; then only the
    /// weakest one's encoder learns, then only the next one's, at last all. The official code ranks anew in every batch and lets
    /// momentum and norms of "frozen" encoders move; here the rank is taken once and frozen means frozen. Cost 1.7.
    /// </summary>
    /// <param name="share">The share of the run before all learn; a half in the paper's main setting.</param>
    /// <exception cref="ArgumentOutOfRangeException">Not in [0, 1).</exception>
    public static Blending Sequential(double share = 0.5)
    {
        Check.Probability((float)share, nameof(share));
        return new(new StrategyRule("sequential (G2D)", () => new SequentialStrategy(share)));
    }

    /// <summary>
    /// MIDAS (NeurIPS 2025): naive joint training that also learns from rows put together from rows of different classes, with a label
    /// shared by the confidence of the modalities' heads, which only watch. The paper's factors for weak modalities and for similarity
    /// are left at 1: no official code was found that defines them. For classes only, and late fusion. Cost 1.
    /// </summary>
    /// <param name="weight">The weight of the extra loss.</param>
    /// <param name="warmUp">The share of the run before it starts.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="weight"/> is not above 0, or <paramref name="warmUp"/> not in [0, 1).</exception>
    public static Blending Midas(double weight = 1, double warmUp = 0.1)
    {
        Check.Positive(weight, nameof(weight));
        Check.Probability((float)warmUp, nameof(warmUp));
        return new(new StrategyRule("MIDAS", () => new MidasStrategy(weight, warmUp)) { IsForClasses = true, ExchangesFeatures = true });
    }

    /// <summary>
    /// MCR, multimodal competition regularizer (2025): equal auxiliary losses, a game in which every encoder wants the joint answer to hang
    /// on its modality (Jensen-Shannon divergence against shuffled features), and a supervised contrastive loss of temperature 0.5. The
    /// joint head takes no gradient from the game. For classes only, and late fusion. Cost 1.1.
    /// </summary>
    /// <param name="game">The weight of the game (the paper sweeps 0.001 to 1).</param>
    /// <param name="contrast">The weight of the contrastive loss.</param>
    /// <exception cref="ArgumentOutOfRangeException">A weight is negative.</exception>
    public static Blending Mcr(double game = 0.1, double contrast = 0.1)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(game);
        ArgumentOutOfRangeException.ThrowIfNegative(contrast);
        return new(new StrategyRule("MCR", () => new McrStrategy(game, contrast)) { IsForClasses = true, ExchangesFeatures = true });
    }

    /// <summary>Your own strategy.</summary>
    /// <param name="create">Makes a new one; called whenever one is looked at, and never handing out one that is in use.</param>
    /// <param name="name">Its name in the log; by default that of its class.</param>
    public static Blending By(Func<BalanceStrategy> create, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(create);
        return new(new StrategyRule(name ?? (create() ?? throw new ArgumentException("The function makes no strategy (null).", nameof(create))).GetType().Name, create));
    }

    /// <inheritdoc/>
    public override string ToString() => _rule.ToString();

    internal bool NeedsHeldOutRows => _rule.NeedsHeldOutRows;

    /// <summary>The networks of a fit, in the order of their branches in the history. With one modality there is nothing to blend.</summary>
    /// <exception cref="ArgumentException">The blending does not fit the run; the message names the option.</exception>
    internal IReadOnlyList<NetworkPlan> Networks(int modalities, int epochs) =>
        modalities == 1 ? [NetworkPlan.SingleModality] : _rule.Networks(modalities, epochs, Guards);

    /// <exception cref="ArgumentException">The method is not defined for the task or the fusion.</exception>
    internal void CheckFits(LearningTask task, Fusion fusion)
    {
        if (!_rule.Knows(task))
            throw new ArgumentException($"Blending = {this} is not defined for {task} labels. Take another blending, for example Blending.Auto().", "Blending");
        if (_rule.NeedsLateFusion && fusion.Kind == FusionKind.MidConcat)
            throw new ArgumentException($"Blending = {this} exchanges features between rows, which needs late fusion. Take Fusion.Concat or a gate in place of Fusion.MidConcat, or another blending.", "Blending");
    }
}
