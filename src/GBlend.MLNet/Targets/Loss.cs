using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace GBlend.MLNet;

/// <summary>The loss of a task, the same for every branch: a weight means the same for all of them only if their losses do.</summary>
/// <param name="Task">The task.</param>
/// <param name="TargetMean">Regression: what is taken from the label before it is scaled.</param>
/// <param name="TargetScale">Regression: the label's unit.</param>
internal sealed record Loss(LearningTask Task, double TargetMean = 0, double TargetScale = 1)
{
    private static readonly Scalar s_minusOne = -1;

    /// <summary>Regression labels are standardized by the training rows, so that learning rates don't depend on their unit.</summary>
    internal static Loss For(TrainingTargets targets, bool[] heldOut)
    {
        if (targets.Task != LearningTask.Regression)
            return new Loss(targets.Task);
        var training = targets.Rows([.. Enumerable.Range(0, heldOut.Length).Where(row => !heldOut[row])]);
        double[] values = [.. training.Values!.Select(v => (double)v)];
        double mean = RowWeights.Mean(values, training.Weights), variance = RowWeights.Mean([.. values.Select(v => (v - mean) * (v - mean))], training.Weights);
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
    /// <param name="predictions">[rows, outputs].</param>
    /// <param name="targets">The rows' targets.</param>
    /// <param name="weights">How much each row counts, [rows], with a mean of 1 over all rows; <see langword="null"/> when all count alike.</param>
    internal Tensor Mean(Tensor predictions, Tensor targets, Tensor? weights = null)
    {
        if (weights is not null)
            return PerRow(predictions, targets).mul(weights).mean();
        return Task switch
        {
            LearningTask.Multiclass => functional.cross_entropy(predictions, targets),
            LearningTask.MultiLabel => functional.binary_cross_entropy_with_logits(predictions, targets),
            _ => functional.mse_loss(predictions, targets),
        };
    }

    /// <summary>
    /// The gradient of the sum over rows of <see cref="PerRow"/> on the predictions: for all three losses it is the answer less the truth, up to
    /// a factor.
    /// </summary>
    /// <param name="predictions">[branches, rows, outputs].</param>
    /// <param name="targets">The rows' targets.</param>
    internal Tensor GradientOnPredictions(Tensor predictions, Tensor targets)
    {
        if (Task == LearningTask.Multiclass)
        {
            var index = targets.view(1, -1, 1).expand(predictions.shape[0], -1, 1);
            return functional.softmax(predictions, 2).scatter_add_(2, index, predictions.new_full([1, 1, 1], s_minusOne).expand_as(index));
        }
        using Scalar factor = (Task == LearningTask.MultiLabel ? 1.0 : 2) / predictions.shape[2];
        var answers = Task == LearningTask.MultiLabel ? predictions.sigmoid() : predictions;
        return answers.sub(targets).mul_(factor);
    }

    /// <summary>
    /// One value a row: the probability given to the truth (multi-label: the mean over labels of their states'); regression: the squared error.
    /// </summary>
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
