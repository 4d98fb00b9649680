using static TorchSharp.torch;

namespace GBlend.MLNet;

/// <summary>One network of a fit as it is planned: its shape, the strategy that trains it, and how it begins, as often as it is wanted.</summary>
internal sealed class PlannedNetwork
{
    private readonly NetworkPlan _plan;
    private readonly TrainingSettings _settings;
    private readonly Device _device;
    private readonly IReadOnlySet<int> _readsFeatures;

    /// <param name="plan">The network and its strategy.</param>
    /// <param name="outputs">Classes, labels or 1.</param>
    /// <param name="settings">What is trained.</param>
    /// <param name="device">Where it is.</param>
    /// <param name="readsFeatures">Modalities whose features are computed once.</param>
    /// <exception cref="ArgumentException">The strategy and the settings don't go together.</exception>
    /// <exception cref="InvalidOperationException">The strategy contradicts itself.</exception>
    internal PlannedNetwork(NetworkPlan plan, int outputs, TrainingSettings settings, Device device, IReadOnlySet<int> readsFeatures)
    {
        (_plan, _settings, _device, _readsFeatures) = (plan, settings, device, readsFeatures);
        Shape = plan.Shape(settings.Modalities, settings.Fusion, outputs);
        Strategy = plan.Strategy() ?? throw new InvalidOperationException("The function given to Blending.By made no strategy (null).");
        CheckNeeds(Strategy);
        if (Strategy.Needs.HasFlag(StrategyNeeds.ExtraLoss) && settings.Modalities.FirstOrDefault(m => m.HasPlaceholder) is { } lacking)
        {
            throw new ArgumentException($"Blending = {settings.Blending} computes a loss of the features of every modality, and can't train where rows lack "
                + $"'{lacking.Column}' or dropout hides it. Take another blending, for example Blending.Auto(), or leave such rows out.", "Blending");
        }
        if (settings.MicroBatchSize < settings.BatchSize && StrategySteps.HooksInto(Strategy))
        {
            throw new ArgumentException($"MicroBatchSize is set, but {Strategy.GetType().Name} looks at whole batches in every step. "
                + "Leave MicroBatchSize out, or take another blending.", nameof(TrainingSettings.MicroBatchSize));
        }
    }

    internal NetworkShape Shape { get; }

    internal BalanceStrategy Strategy { get; }

    /// <summary>Passes over the training rows that this network takes in all.</summary>
    internal long Epochs => _settings.NumberOfEpochs + Strategy.ExtraEpochs(_settings.NumberOfEpochs) + _settings.RefitJointHeadEpochs;

    /// <summary>The network as it begins.</summary>
    internal JointNetwork Create() => Create(Shape, _plan.Start == 0 ? _settings.SeedOf("network") : _settings.SeedOf("network", _plan.Start));

    /// <summary>Encoders and heads of their own, for strategies that ask for uni-modal networks.</summary>
    internal JointNetwork CreateUniModal() => Create(Shape with { HasHeads = true, HasJoint = false }, _settings.SeedOf("uni-modal"));

    private JointNetwork Create(NetworkShape shape, int seed) => new(shape, seed, _settings.Precision, _device) { ReadsFeatures = _readsFeatures };

    /// <summary>What a strategy overrides and does not ask for would silently not be called.</summary>
    private static void CheckNeeds(BalanceStrategy strategy)
    {
        foreach (var (method, need) in new[] { (nameof(BalanceStrategy.ExtraLoss), StrategyNeeds.ExtraLoss),
            (nameof(BalanceStrategy.Combine), StrategyNeeds.BothGradients) })
        {
            if (!strategy.Needs.HasFlag(need) && strategy.Overrides(method))
                throw new InvalidOperationException(
                    $"{strategy.GetType().Name} overrides {method}, but its Needs do not ask for it. Add StrategyNeeds.{need} to its Needs.");
        }
    }
}
