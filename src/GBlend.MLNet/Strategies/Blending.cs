using System.Globalization;

namespace GBlend.MLNet;

/// <summary>
/// The method that keeps the modalities of a network from harming each other. It says how the losses of the branches (one per modality, the
/// joint branch last) are blended into the loss that is trained, L = sum_i w_i L_i (Wang, Tran, Feiszli, CVPR 2020, Eq. 7); later methods also
/// change gradients or add losses.
/// </summary>
/// <remarks>
/// <para>
/// Instances are immutable. The cost of a method is its training time divided by that of naive joint training. It was measured on small
/// convolutional networks, where the arithmetic decides it; in MLPs every operation counts, however small, and methods that look at every step
/// cost more (<c>docs/which-blending.md</c>).
/// </para>
/// <para>
/// Every method takes any number of modalities. With one modality there is nothing to blend, and every method trains the network of that
/// modality. Where an official implementation is said to differ from its paper, that is what its code did when it was read.
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
    /// The guards for cases where the published rule of G-Blend gives no answer or an unstable one. For blendings whose weights are not estimated
    /// only <see cref="BlendingGuards.KeepLearningRate"/> matters, and for methods that are not weights of losses none does.
    /// </summary>
    public BlendingGuards Guards
    {
        get;
        init => field = value ?? throw new ArgumentNullException(nameof(Guards));
    }

    /// <summary>The largest number of folds.</summary>
    internal const int MostFolds = 20;

    /// <summary>
    /// The number of folds in which the training is cross-fitted, 1 to 20. With more than one, the rows are divided into so many folds (with equal
    /// shares of the classes; rows of one sampling key stay together). For every fold the networks are trained on the rows of the others, the
    /// answer is chosen and fitted on what they predict for the rows that they did not learn from, which are all rows, and each head of the model is
    /// the mean of the folds' heads (<see cref="FinalNetworks"/>). No row is lost to training, at as many times the cost less one. There are fewer
    /// folds where there are fewer rows or sampling keys, and rows of a class that has only one are in none. With 1, rows are held out once. Default
    /// <see langword="null"/>: <see cref="Auto"/> chooses, and all others hold rows out once.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is below 1 or above 20.</exception>
    public int? Folds
    {
        get;
        init
        {
            if (value is { } folds)
            {
                ArgumentOutOfRangeException.ThrowIfLessThan(folds, 1, nameof(Folds));
                ArgumentOutOfRangeException.ThrowIfGreaterThan(folds, MostFolds, nameof(Folds));
            }
            field = value;
        }
    }

    /// <summary>
    /// Trains two networks side by side, a naive joint one and one whose encoders learn from their own heads alone (its joint head reads their
    /// features without teaching them); a pool of all their heads, fitted on rows that they did not learn from, answers (<see cref="Answer.Auto"/>).
    /// This is the default.
    /// </summary>
    /// <remarks>
    /// The pool contains the naive network, every single modality and their ensemble, so that it loses to none of them by more than the noise of
    /// a few fitted numbers. The cost is 2.1 with one fold and 9 with five, with twice and ten times the memory and the time to predict.
    /// </remarks>
    /// <param name="folds">
    /// The number of folds, 1 to 20 (<see cref="Folds"/>). Default <see langword="null"/>: 5 where that takes little time (up to 10,000 rows, and up
    /// to 2 x 10^11 multiplications in the forward passes of both networks over the rows of all epochs, of which a row counts as 50,000 or more), else 1;
    /// always 1 with
    /// <see cref="GradientBlendingTrainer.Options.HoldOutColumnName"/> or <see cref="GradientBlendingTrainer.Options.ValidationFraction"/>, which
    /// say what is held out, and with one modality.
    /// </param>
    /// <returns>The blending.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The number of folds is below 1 or above 20.</exception>
    public static Blending Auto(int? folds = null) => new(new TwoNetworksRule()) { Folds = folds };

    /// <summary>Trains the naive joint network: the joint branch and its loss, without heads of single modalities. The cost is 1.</summary>
    /// <returns>The blending.</returns>
    public static Blending None() => new(new ConstantRule("none (naive joint)", false, true, 0, 1));

    /// <summary>Trains the joint loss and an auxiliary loss of every modality, all with the same weight. The cost is 1.</summary>
    /// <returns>The blending.</returns>
    public static Blending Equal() => new(new ConstantRule("equal", true, true, 1, 1));

    /// <summary>
    /// Trains the network of every modality on its own, without a joint branch: the ensemble of uni-modal networks ("UME", Du et al., ICML 2023).
    /// The answer is the mean of their probabilities, or of their logits with <see cref="Answer.MeanOfLogits"/>. The cost is 1.
    /// </summary>
    /// <returns>The blending.</returns>
    public static Blending Separate() => new(new ConstantRule("separate", true, false, 1, 0));

    /// <summary>Trains with given weights of the losses, for example weights that were published or estimated earlier. The cost is 1.</summary>
    /// <param name="weights">
    /// The weights, one per modality in their order and that of the joint branch last. They must not be negative nor all be zero, and are
    /// normalized to sum to one.
    /// </param>
    /// <returns>The blending.</returns>
    /// <exception cref="ArgumentException">There is no weight, a weight is negative or not finite, or all are zero.</exception>
    public static Blending Fixed(params float[] weights)
    {
        ArgumentNullException.ThrowIfNull(weights);
        if (weights.Length == 0 || weights.Any(w => !float.IsFinite(w) || w < 0) || weights.All(w => w == 0))
            throw new ArgumentException($"Blending weights must be finite, not negative and not all zero, got [{string.Join(", "
                + $"", weights.Select(w => w.ToString(CultureInfo.InvariantCulture)))}].", nameof(weights));
        double sum = weights.Sum(w => (double)w);
        return new(new FixedRule([.. weights.Select(w => (float)(w / sum))]));
    }

    /// <summary>
    /// Trains with offline Gradient Blending (the paper's Algorithm 2): the weights are estimated once, over the whole run, and then kept. The cost
    /// is 3.
    /// </summary>
    /// <param name="guards">The guards of the estimate; by default a new <see cref="BlendingGuards"/>.</param>
    /// <returns>The blending.</returns>
    public static Blending Offline(BlendingGuards? guards = null) => new(new GradientBlendingRule(false), guards);

    /// <summary>
    /// Trains with online Gradient Blending (the paper's Algorithm 3): the weights are estimated before every super-epoch. The cost is 3, and 2.3 on
    /// two cores.
    /// </summary>
    /// <param name="superEpoch">The number of epochs in a super-epoch; by default a sixth of the run, at least one.</param>
    /// <param name="firstSuperEpoch">The number of epochs in the first super-epoch; by default the same as in the others (the paper has 10, then 5).</param>
    /// <param name="guards">The guards of the estimates; by default a new <see cref="BlendingGuards"/>.</param>
    /// <returns>The blending.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A number of epochs is below 1.</exception>
    public static Blending Online(int? superEpoch = null, int? firstSuperEpoch = null, BlendingGuards? guards = null)
    {
        if (superEpoch is { } n)
            ArgumentOutOfRangeException.ThrowIfLessThan(n, 1, nameof(superEpoch));
        if (firstSuperEpoch is { } f)
            ArgumentOutOfRangeException.ThrowIfLessThan(f, 1, nameof(firstSuperEpoch));
        return new(new GradientBlendingRule(true, superEpoch, firstSuperEpoch), guards);
    }

    /// <summary>
    /// Trains with DGL, disentangled gradient learning (ICCV 2025): the joint head reads features without teaching the encoders, which learn from
    /// their own heads alone. It is weak where only the modalities together carry the label. The cost is 1.
    /// </summary>
    /// <remarks>
    /// The official code takes the joint layer with the features of the other modality set to zero as the head of a modality; here every modality
    /// has a head of its own, as the idea asks.
    /// </remarks>
    /// <param name="headWeight">The weight of every modality's own loss, above 0; the weight of the joint loss is 1. Default 1.</param>
    /// <returns>The blending.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The weight is not above 0 and finite.</exception>
    public static Blending Dgl(double headWeight = 1)
    {
        Check.Positive(headWeight, nameof(headWeight));
        return new(new DglRule(headWeight));
    }

    /// <summary>
    /// Trains with pre-trained encoders (a baseline of the paper; "uni-pre" of Du et al., ICML 2023): networks of the single modalities are trained
    /// first, and a naive joint network starts from their encoders. The cost is 1.9, and 1.3 with frozen encoders.
    /// </summary>
    /// <param name="freeze">
    /// Whether to keep the pre-trained encoders as they are, so that only the joint head learns; otherwise the whole network is fine-tuned. Default
    /// <see langword="false"/>.
    /// </param>
    /// <returns>The blending.</returns>
    public static Blending UniModalStart(bool freeze = false) =>
        new(new StrategyRule(freeze ? "uni-modal start, frozen" : "uni-modal start, fine-tuned", () => new UniModalStartStrategy(freeze)));

    /// <summary>
    /// Trains with UMT, uni-modal teachers (Du et al., ICML 2023): naive joint training with an extra loss, the mean squared difference between the
    /// features of each encoder and those of a network of its modality alone, which is trained first. The cost is 2.3.
    /// </summary>
    /// <param name="weight">
    /// The weight of the extra loss, above 0. No official code was found; a published re-implementation has 10, which makes the training of the
    /// encoders unstable at the learning rates that suit the joint loss. Default 1.
    /// </param>
    /// <returns>The blending.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The weight is not above 0 and finite.</exception>
    public static Blending Umt(double weight = 1)
    {
        Check.Positive(weight, nameof(weight));
        return new(new StrategyRule("UMT", () => new UmtStrategy(weight)));
    }

    /// <summary>
    /// Trains with OGM-GE (Peng et al., CVPR 2022): in each step the encoders of modalities whose scores are above those of the others get a smaller
    /// gradient, and noise. It is not defined for regression, and meant for SGD, because Adam cancels a steady factor. The cost is 1.
    /// </summary>
    /// <remarks>
    /// The scores come from heads that learn without teaching the encoders, because a joint head with hidden layers has no share per modality. With
    /// more than two modalities the ratio is the mean over pairs, as the authors suggest. The official code changes the gradients of convolutions
    /// only; here those of all weights of an encoder are changed, so that the method acts on every kind of encoder.
    /// </remarks>
    /// <param name="alpha">The strength of the method, above 0; 0.1 to 0.8 in the paper. Default 0.8.</param>
    /// <param name="addNoise">Whether to add noise of the size of the unscaled gradient ("GE"). Default <see langword="true"/>.</param>
    /// <param name="lastEpoch">
    /// The last epoch in which the method acts, counted from zero (50 in the paper). Default <see langword="null"/>: it acts in all epochs.
    /// </param>
    /// <returns>The blending.</returns>
    /// <exception cref="ArgumentOutOfRangeException">
    /// <paramref name="alpha"/> is not above 0 and finite, or <paramref name="lastEpoch"/> is negative.
    /// </exception>
    public static Blending OgmGe(double alpha = 0.8, bool addNoise = true, int? lastEpoch = null)
    {
        Check.Positive(alpha, nameof(alpha));
        if (lastEpoch is { } last)
            ArgumentOutOfRangeException.ThrowIfNegative(last, nameof(lastEpoch));
        return new(new StrategyRule("OGM-GE", () => new OgmGeStrategy(alpha, addNoise, lastEpoch)) { IsForLabels = true });
    }

    /// <summary>
    /// Trains with MLB (BMVC 2024): auxiliary losses of equal weight, and in every step a factor between 0 and 2 on the gradient of each encoder and
    /// its head, above 1 for modalities that learn more slowly than the others. It is meant for SGD, because Adam cancels a steady factor. The cost
    /// is 1.
    /// </summary>
    /// <param name="alpha">The strength of the method, above 0; 0.8 in the paper. Default 0.8.</param>
    /// <returns>The blending.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The strength is not above 0 and finite.</exception>
    public static Blending Mlb(double alpha = 0.8)
    {
        Check.Positive(alpha, nameof(alpha));
        return new(new StrategyRule("MLB", () => new MlbStrategy(alpha)));
    }

    /// <summary>
    /// Trains with MMPareto (Wei and Hu, ICML 2024): where the gradients of an encoder's own loss and of the joint loss point apart, the encoder
    /// follows the combination of both that has the least norm, brought to the length of their sum and multiplied by <paramref name="gamma"/>. The
    /// cost is 1.7.
    /// </summary>
    /// <remarks>
    /// The official code amplifies a vanishing combination without bound and divides by zero for opposed gradients, where here the factor is
    /// bounded. It also runs four backward passes where two are enough.
    /// </remarks>
    /// <param name="gamma">
    /// The length of the step divided by that of the plain sum, above 0; 1.5 in the paper, in effect a larger learning rate. Default 1.5.
    /// </param>
    /// <returns>The blending.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The factor is not above 0 and finite.</exception>
    public static Blending MmPareto(double gamma = 1.5)
    {
        Check.Positive(gamma, nameof(gamma));
        return new(new StrategyRule("MMPareto", () => new MmParetoStrategy(gamma)));
    }

    /// <summary>
    /// Trains with the schedule of G2D (ICCV 2025), sequential modality prioritization: networks of the single modalities are trained first and rank
    /// the modalities; then only the encoder of the weakest one learns, then only that of the next one, and in the end all of them. The cost is 1.7.
    /// </summary>
    /// <remarks>
    /// The official code ranks the modalities in every batch and lets the momentum and the norms of "frozen" encoders move; here the modalities are
    /// ranked once, and a frozen encoder does not change.
    /// </remarks>
    /// <param name="share">The share of the run before all encoders learn, in [0, 1); a half in the paper's main setting. Default 0.5.</param>
    /// <returns>The blending.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The share is not in [0, 1).</exception>
    public static Blending Sequential(double share = 0.5)
    {
        Check.Probability((float)share, nameof(share));
        return new(new StrategyRule("sequential (G2D)", () => new SequentialStrategy(share)));
    }

    /// <summary>
    /// Trains with MIDAS (NeurIPS 2025): naive joint training that also learns from rows whose modalities come from rows of different classes. The
    /// label of such a row is shared between the classes by the confidence of the modalities' heads, which learn without teaching the encoders. It
    /// is defined for classes only and needs late fusion. The cost is 1.
    /// </summary>
    /// <remarks>The paper's factors for weak modalities and for similarity are left at 1, because no official code was found that defines them.</remarks>
    /// <param name="weight">The weight of the extra loss, above 0. Default 1.</param>
    /// <param name="warmUp">The share of the run before the extra loss starts, in [0, 1). Default 0.1.</param>
    /// <returns>The blending.</returns>
    /// <exception cref="ArgumentOutOfRangeException">
    /// <paramref name="weight"/> is not above 0 and finite, or <paramref name="warmUp"/> is not in [0, 1).
    /// </exception>
    public static Blending Midas(double weight = 1, double warmUp = 0.1)
    {
        Check.Positive(weight, nameof(weight));
        Check.Probability((float)warmUp, nameof(warmUp));
        return new(new StrategyRule("MIDAS", () => new MidasStrategy(weight, warmUp)) { IsForClasses = true, ExchangesFeatures = true });
    }

    /// <summary>
    /// Trains with MCR, the multimodal competition regularizer (2025): auxiliary losses of equal weight, a game in which every encoder tries to make
    /// the joint answer depend on its modality (by the Jensen-Shannon divergence against shuffled features), and a supervised contrastive loss of
    /// temperature 0.5. The joint head takes no gradient from the game. The method is defined for classes only and needs late fusion. The cost is
    /// 1.1.
    /// </summary>
    /// <param name="game">The weight of the game, at least 0 (the paper tries 0.001 to 1). Default 0.1.</param>
    /// <param name="contrast">The weight of the contrastive loss, at least 0. Default 0.1.</param>
    /// <returns>The blending.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A weight is negative.</exception>
    public static Blending Mcr(double game = 0.1, double contrast = 0.1)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(game);
        ArgumentOutOfRangeException.ThrowIfNegative(contrast);
        return new(new StrategyRule("MCR", () => new McrStrategy(game, contrast)) { IsForClasses = true, ExchangesFeatures = true });
    }

    /// <summary>Trains with a strategy of your own.</summary>
    /// <param name="create">
    /// The function that makes a new strategy. It is called whenever a strategy is needed or looked at, and must not return a strategy that is in
    /// use.
    /// </param>
    /// <param name="name">The name of the strategy in the log; by default the name of its class.</param>
    /// <returns>The blending.</returns>
    /// <exception cref="ArgumentException">No name is given and the function returns <see langword="null"/>.</exception>
    public static Blending By(Func<BalanceStrategy> create, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(create);
        return new(new StrategyRule(
            name ?? (create() ?? throw new ArgumentException("The function makes no strategy (null).", nameof(create))).GetType().Name, create));
    }

    /// <inheritdoc/>
    public override string ToString() => Folds is { } folds and > 1 ? $"{_rule}, in {folds} folds" : _rule.ToString();

    internal bool NeedsHeldOutRows => _rule.NeedsHeldOutRows;

    /// <summary>Whether the number of folds is left to measurement.</summary>
    internal bool ChoosesFolds => Folds is null && _rule.ChoosesFolds;

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
            throw new ArgumentException($"Blending = {this} exchanges features between rows, which needs late fusion. Take Fusion.Concat or a gate in place of "
                + $"Fusion.MidConcat, or another blending.", "Blending");
    }
}
