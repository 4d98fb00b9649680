using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace GBlend.MLNet;

/// <summary>The loss of a task, the same for every branch: a weight means the same for all of them only if their losses do.</summary>
/// <param name="Task">The task.</param>
/// <param name="TargetMean">Regression: what is taken from the label before it is scaled.</param>
/// <param name="TargetScale">Regression: the label's unit.</param>
internal sealed record Loss(LearningTask Task, double TargetMean = 0, double TargetScale = 1)
{
    /// <summary>Regression labels are standardised by the training rows, so that learning rates don't hang on their unit.</summary>
    internal static Loss For(TrainingTargets targets, bool[] heldOut)
    {
        if (targets.Task != LearningTask.Regression)
            return new Loss(targets.Task);
        var training = targets.Values!.Where((_, row) => !heldOut[row]).Select(v => (double)v).ToArray();
        double mean = training.Average(), variance = training.Average(v => (v - mean) * (v - mean));
        return new Loss(targets.Task, mean, variance > 0 ? Math.Sqrt(variance) : 1);
    }

    /// <summary>The targets as this loss reads them.</summary>
    internal Tensor Prepare(TrainingTargets targets, ScalarType precision) => Task switch
    {
        LearningTask.Multiclass => tensor(targets.Classes!),
        LearningTask.MultiLabel => tensor(targets.Values!, [targets.Values!.Length / targets.Outputs, targets.Outputs]).to(precision),
        _ => tensor(targets.Values!.Select(v => (v - TargetMean) / TargetScale).ToArray(), [targets.Values!.Length, 1]).to(precision),
    };

    /// <summary>The mean over the rows: what is trained.</summary>
    internal Tensor Mean(Tensor predictions, Tensor targets) => Task switch
    {
        LearningTask.Multiclass => functional.cross_entropy(predictions, targets),
        LearningTask.MultiLabel => functional.binary_cross_entropy_with_logits(predictions, targets),
        _ => functional.mse_loss(predictions, targets),
    };

    /// <summary>One value a row: the probability given to the truth (multi-label: the mean over labels of their states'); regression: the squared error.</summary>
    internal Tensor TrueScore(Tensor predictions, Tensor targets)
    {
        if (Task == LearningTask.Multiclass)
            return functional.softmax(predictions, 1).gather(1, targets.unsqueeze(1)).squeeze(1);
        // For labels of 0 and 1, exp(-binary cross-entropy) is the probability of the true state.
        return Task == LearningTask.MultiLabel
            ? functional.binary_cross_entropy_with_logits(predictions, targets, reduction: Reduction.None).neg().exp().mean([1])
            : PerRow(predictions, targets);
    }

    /// <summary>One value a row: what is measured.</summary>
    internal Tensor PerRow(Tensor predictions, Tensor targets) => Task switch
    {
        LearningTask.Multiclass => functional.cross_entropy(predictions, targets, reduction: Reduction.None),
        LearningTask.MultiLabel => functional.binary_cross_entropy_with_logits(predictions, targets, reduction: Reduction.None).mean([1]),
        _ => functional.mse_loss(predictions, targets, Reduction.None).mean([1]),
    };
}
