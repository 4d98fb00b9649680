using System.Diagnostics;
using GBlend.MLNet;
using Microsoft.ML;

namespace QuickStart;

/// <summary>Fits and measures methods, all on the same rows.</summary>
internal sealed class Comparison
{
    private readonly MLContext _ml;
    private readonly CommandLine _line;
    private readonly ITransformer _standardise;
    private readonly IDataView _training, _test;

    public Comparison(MLContext ml, MultimodalData data, CommandLine line)
    {
        (_ml, _line) = (ml, line);
        RawSchema = data.AsDataView(ml, data.TrainingRows).Schema;
        RawTest = data.AsDataView(ml, data.TestRows);
        // With a key or a share of the rows the trainer draws the held-out rows itself, and so all rows but the test rows count.
        _standardise = Standardising.Fit(ml, data, UsesMarkedRows ? data.TrainingRows.Where(r => !r.IsHeldOut) : data.TrainingRows);
        // Cached, so that the seconds are those of training.
        _training = ml.Data.Cache(_standardise.Transform(data.AsDataView(ml, data.TrainingRows)));
        _test = ml.Data.Cache(_standardise.Transform(RawTest));
    }

    /// <summary>The columns before standardizing: what a saved model reads.</summary>
    public DataViewSchema RawSchema { get; }

    public IDataView RawTest { get; }

    /// <summary>Which rows tell how well a branch generalizes: the marked ones, those of some keys, or a share of the rows.</summary>
    public bool UsesMarkedRows => _line.KeyColumn is null && _line.ValidationFraction is null;

    /// <summary>Fits one method and measures it on the test rows.</summary>
    /// <returns>The outcome, and the model, which reads raw rows and is the caller's to dispose; no model when the training diverged.</returns>
    public (Outcome Outcome, ITransformer? Model) Run(Method method, int seed, FitProgress progress)
    {
        var pipeline = _ml.Transforms.Conversion.MapValueToKey("Label")
            .Append(_ml.MulticlassClassification.Trainers.GradientBlending(OptionsFor(method, seed, progress)))
            .Append(_ml.Transforms.Conversion.MapKeyToValue("PredictedLabel"));
        var clock = Stopwatch.StartNew();
        try
        {
            var fitted = pipeline.Fit(_training);
            double seconds = clock.Elapsed.TotalSeconds;
            var scored = fitted.Transform(_test);
            var metrics = _ml.MulticlassClassification.Evaluate(scored);
            double? joint = scored.Schema.GetColumnOrNull($"Score.{TrainingHistory.JointBranch}") is { } column
                ? _ml.MulticlassClassification.Evaluate(scored, scoreColumnName: column.Name).MicroAccuracy
                : null;
            var history = fitted.GradientBlendingModel().History;
            return (new(metrics.MicroAccuracy, metrics.LogLoss, joint, seconds, history), _standardise.Append(fitted));
        }
        catch (TrainingDivergedException)
        {
            return (new(double.NaN, double.NaN, null, clock.Elapsed.TotalSeconds, null, "diverged"), null);
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            // An option, a column or a row that the trainer can't take; its message says which and what to do.
            throw new UserErrorException(e.Message);
        }
    }

    /// <summary>The options with which a method is fitted.</summary>
    public GradientBlendingTrainer.Options OptionsFor(Method method, int seed, FitProgress? progress = null)
    {
        var options = new GradientBlendingTrainer.Options
        {
            LabelColumnName = "Label",
            Blending = method.Blending,
            Fusion = Fusion.Concat(_line.FusionWidths),
            Answer = _line.Answer,
            NumberOfEpochs = _line.Epochs,
            BatchSize = _line.BatchSize,
            LearningRate = _line.LearningRate,
            Optimizer = _line.Optimizer,
            Seed = seed,
            Progress = progress,
            CancellationToken = progress?.Cancelled ?? default,
            OutputBranchScores = true,
        };
        foreach (string column in method.Modalities)
            options.Modalities.Add(Modality.Vector(column, Encoders.Mlp(_line.Widths)));
        if (UsesMarkedRows)
            options.HoldOutColumnName = nameof(Row.IsHeldOut);
        else
        {
            options.SamplingKeyColumnName = _line.KeyColumn is null ? null : nameof(Row.Key);
            options.ValidationFraction = _line.ValidationFraction ?? 0.3f;
        }
        return options;
    }
}
