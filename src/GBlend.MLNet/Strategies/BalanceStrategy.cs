using static TorchSharp.torch;

namespace GBlend.MLNet;

/// <summary>
/// What decides, while a multi-modal network trains, how much each modality learns: weights of losses, factors on encoders' gradients,
/// extra losses. Gradient Blending is one; derive from this class to write another, and hand it to <see cref="Blending.By"/>.
/// </summary>
/// <remarks>
/// Only <see cref="OnEpoch"/> must be written. A strategy belongs to one network of one fit and is called on one thread at a time, so it
/// may keep state in fields. To keep trainings repeatable it takes its random numbers from the views it is given.
/// </remarks>
public abstract class BalanceStrategy
{
    /// <summary>What the strategy wants of the training. Default: a head for every modality.</summary>
    public virtual StrategyNeeds Needs => StrategyNeeds.Heads;

    /// <summary>Called before every epoch: what is trained in it.</summary>
    /// <param name="epoch">The epoch to come and what is known before it.</param>
    /// <returns>The weights of the losses and what else holds for the whole epoch.</returns>
    public abstract EpochPlan OnEpoch(EpochView epoch);

    /// <summary>Called in every step after the gradients are there and before they are used. Default: they are used as they are.</summary>
    /// <param name="step">The step.</param>
    /// <returns>A factor per modality on the gradient of its encoder, or <see langword="null"/> for 1. Adam and AdamW take no notice of a factor that is the same in every step.</returns>
    public virtual StepScales? OnStep(StepView step) => null;

    /// <summary>With <see cref="StrategyNeeds.ExtraLoss"/>: a scalar that is added to the weighted losses of a step, with gradients. Default: none.</summary>
    /// <param name="batch">The batch with its features. Tensors made here are disposed by the training.</param>
    /// <returns>The loss, or <see langword="null"/> for none in this step.</returns>
    public virtual Tensor? ExtraLoss(BatchView batch) => null;

    /// <summary>With <see cref="StrategyNeeds.BothGradients"/>: makes one gradient of an encoder from that of the joint loss and that of its own head's. Default: their sum.</summary>
    /// <param name="gradients">Both, and the place for the result.</param>
    public virtual void Combine(EncoderGradients gradients)
    {
    }

    /// <summary>Passes over the training rows beside the run's own, for reports of progress.</summary>
    internal virtual long ExtraEpochs(int numberOfEpochs) => Needs.HasFlag(StrategyNeeds.UniModalRuns) ? numberOfEpochs : 0;
}
