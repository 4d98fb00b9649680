using Microsoft.ML;
using Microsoft.ML.Data;

namespace GBlend.MLNet.AutoML;

/// <summary>The pipeline that a sweep trains again and again with other settings, and the metric that judges it.</summary>
internal sealed class SweptPipeline
{
    internal required MLContext Context { get; init; }

    /// <summary>The trainer's options as the user gave them.</summary>
    internal required GradientBlendingTrainer.Options Trainer { get; init; }

    /// <summary>What comes before the trainer.</summary>
    internal IEstimator<ITransformer>? Before { get; init; }

    /// <summary>What comes after the trainer in a finished model.</summary>
    internal IEstimator<ITransformer>? After { get; init; }

    internal required SweepMetric Metric { get; init; }

    internal int Seed { get; init; }

    /// <summary>The trainer's options as they were given, under the sweep's seed.</summary>
    internal GradientBlendingTrainer.Options GivenOptions()
    {
        var options = SettingsMapping.Copy(Trainer);
        options.Seed = Seed;
        return options;
    }

    /// <summary>The trainer's options with the settings of a point, under the sweep's seed.</summary>
    internal GradientBlendingTrainer.Options OptionsOf(SweepPoint point)
    {
        var options = point.ToOptions(Trainer);
        options.Seed = Seed;
        return options;
    }

    internal GradientBlendingTrainer CreateTrainer(GradientBlendingTrainer.Options options) => Metric.Task.CreateTrainer(Context, options);

    /// <summary>Measures a model on rows that have gone through what comes before the trainer.</summary>
    internal double Measure(ITransformer model, IDataView prepared) => Metric.Evaluate(Context, model.Transform(prepared), Trainer.LabelColumnName);

    /// <summary>Fits the whole pipeline.</summary>
    internal TransformerChain<ITransformer> Fit(GradientBlendingTrainer.Options options, IDataView rows)
    {
        var estimator = new EstimatorChain<ITransformer>();
        if (Before is { } before)
            estimator = estimator.Append(before);
        estimator = estimator.Append<ITransformer>(CreateTrainer(options));
        if (After is { } after)
            estimator = estimator.Append(after);
        return estimator.Fit(rows);
    }
}
