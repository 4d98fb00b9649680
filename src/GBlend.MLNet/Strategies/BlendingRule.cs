using System.Globalization;

namespace GBlend.MLNet;

/// <summary>What is behind a <see cref="Blending"/>: the networks of a fit and what decides how each is trained.</summary>
internal abstract record BlendingRule
{
    /// <summary>Whether a fit without held-out rows makes no sense.</summary>
    internal virtual bool NeedsHeldOutRows => false;

    /// <summary>Whether it is cross-fitted where that takes little time and the user says nothing.</summary>
    internal virtual bool ChoosesFolds => false;

    /// <summary>Whether the joint head must read features that can be exchanged, which <see cref="Fusion.MidConcat"/> does not.</summary>
    internal virtual bool NeedsLateFusion => false;

    /// <summary>The tasks it is defined for.</summary>
    internal virtual bool Knows(LearningTask task) => true;

    /// <summary>The networks of a fit, in the order of their branches in the history.</summary>
    /// <param name="modalities">Two or more.</param>
    /// <param name="epochs">The length of the run.</param>
    /// <param name="guards">The user's guards.</param>
    /// <exception cref="ArgumentException">The blending does not fit the run; the message names the option.</exception>
    internal abstract IReadOnlyList<NetworkPlan> Networks(int modalities, int epochs, BlendingGuards guards);
}

/// <summary>Weights that never change, one network.</summary>
internal sealed record ConstantRule(string Name, bool HasHeads, bool HasJoint, double HeadWeight, double JointWeight) : BlendingRule
{
    internal override IReadOnlyList<NetworkPlan> Networks(int modalities, int epochs, BlendingGuards guards)
    {
        double[] weights = BlendingWeights.Normalized([.. Enumerable.Repeat(HeadWeight, modalities), JointWeight]);
        var plan = new EpochPlan(weights) { LossScale = guards.LossScale(weights) };
        return [new(HasHeads, HasJoint, () => new ConstantWeights(HasHeads ? StrategyNeeds.Heads : StrategyNeeds.None, plan))];
    }

    public override string ToString() => Name;
}

/// <summary>Weights the user gives.</summary>
internal sealed record FixedRule(float[] Weights) : BlendingRule
{
    internal override IReadOnlyList<NetworkPlan> Networks(int modalities, int epochs, BlendingGuards guards)
    {
        if (Weights.Length != modalities + 1)
            throw new ArgumentException($"Blending.Fixed has {Weights.Length} weights, but {modalities} modalities and the joint branch need {modalities + 1}: "
                + $"one per modality in order, the joint branch last.", "Blending");
        double[] weights = [.. Weights.Select(w => (double)w)];
        var plan = new EpochPlan(weights) { LossScale = guards.LossScale(weights) };
        return [new(true, true, () => new ConstantWeights(StrategyNeeds.Heads, plan))];
    }

    public override string ToString() => $"fixed [{string.Join(", ", Weights.Select(w => w.ToString("0.###", CultureInfo.InvariantCulture)))}]";
}

/// <summary>G-Blend: estimates before every super-epoch; offline, the run is one.</summary>
internal sealed record GradientBlendingRule(bool IsOnline, int? SuperEpoch = null, int? FirstSuperEpoch = null) : BlendingRule
{
    internal override bool NeedsHeldOutRows => true;

    internal override IReadOnlyList<NetworkPlan> Networks(int modalities, int epochs, BlendingGuards guards)
    {
        int length = IsOnline ? SuperEpoch ?? Math.Max(1, epochs / 6) : epochs, first = FirstSuperEpoch ?? length;
        if (Math.Max(length, first) > epochs)
            throw new ArgumentException($"A super-epoch of {Math.Max(length, first)} epochs is longer than the run of NumberOfEpochs = {epochs}. Shorten it in "
                + $"Blending.Online(superEpoch, firstSuperEpoch), or train longer.", "Blending");
        return [new(true, true, () => new GradientBlendingStrategy(guards, length, first))];
    }

    public override string ToString() => IsOnline ? "online G-Blend" : "offline G-Blend";
}

/// <summary>Two networks that know nothing of each other: a naive joint one, and one whose encoders learn from their own heads alone.</summary>
internal sealed record TwoNetworksRule : BlendingRule
{
    internal override bool ChoosesFolds => true;

    internal override IReadOnlyList<NetworkPlan> Networks(int modalities, int epochs, BlendingGuards guards) =>
    [
        .. DglRule.Split(modalities, 1).Select(plan => plan with { JointName = BranchNames.DetachedJoint, Start = 1 }),
        .. new ConstantRule("none", false, true, 0, 1).Networks(modalities, epochs, guards),
    ];

    public override string ToString() =>
        "auto: a naive and a split network, side by side, with a pool of their heads";
}

/// <summary>DGL: see <see cref="Blending.Dgl"/>.</summary>
internal sealed record DglRule(double HeadWeight) : BlendingRule
{
    internal override IReadOnlyList<NetworkPlan> Networks(int modalities, int epochs, BlendingGuards guards) => Split(modalities, HeadWeight);

    internal static IReadOnlyList<NetworkPlan> Split(int modalities, double headWeight)
    {
        var plan = new EpochPlan([.. Enumerable.Repeat(headWeight, modalities), 1]) { DetachJoint = true };
        return [new(true, true, () => new ConstantWeights(StrategyNeeds.Heads, plan))];
    }

    public override string ToString() => "DGL (split gradients)";
}

/// <summary>One network, one strategy.</summary>
/// <param name="Name">Its name in the log.</param>
/// <param name="Create">Makes the strategy.</param>
internal sealed record StrategyRule(string Name, Func<BalanceStrategy> Create) : BlendingRule
{
    /// <summary>Whether only classes have what it computes.</summary>
    internal bool IsForClasses { get; init; }

    internal bool IsForLabels { get; init; }

    internal bool ExchangesFeatures { get; init; }

    internal override bool NeedsLateFusion => ExchangesFeatures;

    internal override bool NeedsHeldOutRows => Create().Needs.HasFlag(StrategyNeeds.HeldOutRows);

    internal override bool Knows(LearningTask task) => task == LearningTask.Multiclass || (!IsForClasses && !(IsForLabels && task == LearningTask.Regression));

    internal override IReadOnlyList<NetworkPlan> Networks(int modalities, int epochs, BlendingGuards guards) =>
        [new(Create().Needs.HasFlag(StrategyNeeds.Heads), true, Create)];

    public override string ToString() => Name;
}
