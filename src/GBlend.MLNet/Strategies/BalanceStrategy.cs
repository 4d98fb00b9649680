using System.Text.Json.Nodes;
using static TorchSharp.torch;

namespace GBlend.MLNet;

/// <summary>
/// A strategy that decides how much each modality learns while a multi-modal network trains: by the weights of the losses, by factors on the
/// gradients of encoders and by extra losses. Gradient Blending is one; to write another, derive from this class and pass it to
/// <see cref="Blending.By"/>.
/// </summary>
/// <remarks>
/// Only <see cref="OnEpoch"/> must be written. A strategy belongs to one network of one fit and is called on one thread at a time, so it
/// may keep state in fields. To keep trainings repeatable, it takes its random numbers from the views that it is given.
/// </remarks>
public abstract class BalanceStrategy
{
    /// <summary>The things that the strategy needs from the training. By default it is a head for every modality.</summary>
    public virtual StrategyNeeds Needs => StrategyNeeds.Heads;

    /// <summary>Decides what is trained in an epoch. The training calls it before every epoch.</summary>
    /// <param name="epoch">The epoch to come, and what is known before it.</param>
    /// <returns>The plan of the epoch: the weights of the losses, and what else holds for the whole epoch.</returns>
    public abstract EpochPlan OnEpoch(EpochView epoch);

    /// <summary>
    /// Scales the gradients of a step. The training calls it in every step after the gradients are computed and before they are used. By default
    /// they are used as they are.
    /// </summary>
    /// <param name="step">The step, with what the strategy asked to know of it.</param>
    /// <returns>
    /// A factor per modality on the gradient of its encoder, or <see langword="null"/> to leave the gradients as they are. Under Adam and AdamW a
    /// factor that is the same in every step has no effect.
    /// </returns>
    public virtual StepScales? OnStep(StepView step) => null;

    /// <summary>
    /// Computes a loss that is added to the weighted losses of a step. The training calls it in every step if <see cref="Needs"/> have
    /// <see cref="StrategyNeeds.ExtraLoss"/>. By default there is no such loss.
    /// </summary>
    /// <param name="batch">The batch with its features. The training disposes of the tensors that are made here.</param>
    /// <returns>The loss, a scalar with gradients, or <see langword="null"/> for none in this step.</returns>
    public virtual Tensor? ExtraLoss(BatchView batch) => null;

    /// <summary>
    /// Combines the gradient of the joint loss on an encoder and the gradient of its own head's loss into one. The training calls it in every step
    /// for every encoder if <see cref="Needs"/> have <see cref="StrategyNeeds.BothGradients"/>. By default it is their sum.
    /// </summary>
    /// <param name="gradients">Both gradients, and the tensor for the result.</param>
    public virtual void Combine(EncoderGradients gradients)
    {
    }

    /// <summary>
    /// Returns what the strategy has gathered in its fields so far, for a checkpoint (<see cref="GradientBlendingTrainer.Options.CheckpointFolder"/>). The
    /// training calls it between two steps. A strategy whose fields change while it trains overrides it together with <see cref="LoadState"/>; options
    /// with a checkpoint folder and a strategy that does not are refused. By default there is nothing to save.
    /// </summary>
    /// <returns>The state as numbers, strings, arrays and objects of JSON, or <see langword="null"/> for none.</returns>
    public virtual JsonObject? SaveState() => null;

    /// <summary>
    /// Takes back what <see cref="SaveState"/> gave. The training calls it on a new strategy, before any other method; from then on the strategy must do
    /// what the saved one would have done. By default it does nothing.
    /// </summary>
    /// <param name="state">The state, as <see cref="SaveState"/> gave it.</param>
    public virtual void LoadState(JsonObject state)
    {
    }

    /// <summary>Passes over the training rows besides the run's own, for reports of progress.</summary>
    internal virtual long ExtraEpochs(int numberOfEpochs) => Needs.HasFlag(StrategyNeeds.UniModalRuns) ? numberOfEpochs : 0;

    /// <summary>Whether the class of this strategy overrides a method of this one; others of the same name are nothing to it.</summary>
    internal bool Overrides(string method) => GetType().GetMethods()
        .Any(m => m.Name == method && m.DeclaringType != typeof(BalanceStrategy) && m.GetBaseDefinition().DeclaringType == typeof(BalanceStrategy));
}
