using Microsoft.ML;

namespace GBlend.MLNet.AutoML;

/// <summary>Trainers by task.</summary>
internal static class SweepTasks
{
    /// <summary>The trainer of the task's catalog.</summary>
    internal static GradientBlendingTrainer CreateTrainer(this SweepTask task, MLContext ml, GradientBlendingTrainer.Options options) => task switch
    {
        SweepTask.Binary => ml.BinaryClassification.Trainers.GradientBlending(options),
        SweepTask.Regression => ml.Regression.Trainers.GradientBlending(options),
        _ => ml.MulticlassClassification.Trainers.GradientBlending(options),
    };
}
