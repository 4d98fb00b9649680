using Microsoft.ML;
using Microsoft.ML.Data;

namespace GBlend.MLNet.AutoML;

/// <summary>Training and choosing rows of a sweep or of one of its folds, checked and prepared once for all trials.</summary>
internal sealed class TrialRows : IDisposable
{
    private readonly SweptPipeline _pipeline;
    private readonly ITransformer? _before;
    private readonly IDataView _train, _choosing;
    private readonly string? _fold;
    private FitRows? _rows;

    /// <param name="pipeline">What will be trained.</param>
    /// <param name="train">The rows to train on.</param>
    /// <param name="choosing">The rows to compare trials on.</param>
    /// <param name="fold">The name of the fold, for messages; <see langword="null"/> where the rows are no fold.</param>
    internal TrialRows(SweptPipeline pipeline, IDataView train, IDataView choosing, string? fold)
    {
        (_pipeline, _fold) = (pipeline, fold);
        _before = pipeline.Before?.Fit(train);
        _train = _before?.Transform(train) ?? train;
        // Every trial is measured on them at every stage.
        _choosing = pipeline.Context.Data.Cache(_before?.Transform(choosing) ?? choosing);
        // With the options as they were given, so that what is wrong with them or with a column or a row ends the sweep and not every trial.
        pipeline.CreateTrainer(ForScoring(pipeline.GivenOptions())).CheckColumns(_choosing.Schema);
        ChoosingRows.Check(pipeline, choosing, _choosing, fold);
    }

    private FitRows Rows => _rows ?? throw new InvalidOperationException("The training rows have not been read.");

    /// <summary>Reads the training rows, and checks that the choosing rows are like them.</summary>
    internal void Read()
    {
        try
        {
            _rows = _pipeline.CreateTrainer(_pipeline.GivenOptions()).ReadRows(_train);
            _rows.CheckLike(_choosing.Schema);
        }
        catch (InvalidOperationException e) when (_fold is not null)
        {
            throw new InvalidOperationException($"{_fold}: {e.Message}", e);
        }
    }

    internal string TrainingDigest() => Rows.Fingerprint();

    internal string ChoosingDigest() =>
        ColumnDigest.Of(_choosing, [.. _pipeline.Trainer.Modalities.Select(m => m.ColumnName), _pipeline.Trainer.LabelColumnName]);

    internal PausableFit Begin(GradientBlendingTrainer.Options options) => _pipeline.CreateTrainer(options).Begin(Rows);

    internal double Measure(GradientBlendingTransformer model) => _pipeline.Measure(model, _choosing);

    /// <summary>The finished model: what comes before the trainer, the trained model, and what comes after it.</summary>
    internal TransformerChain<ITransformer> Chain(GradientBlendingTransformer model)
    {
        var parts = new List<ITransformer>();
        if (_before is not null)
            parts.Add(_before);
        parts.Add(model);
        if (_pipeline.After is { } after)
            parts.Add(after.Fit(model.Transform(_train)));
        return new TransformerChain<ITransformer>([.. parts]);
    }

    public void Dispose() => _rows?.Dispose();

    /// <summary>Rows to choose by need no column that says what is held out.</summary>
    private static GradientBlendingTrainer.Options ForScoring(GradientBlendingTrainer.Options options)
    {
        var copy = SettingsMapping.Copy(options);
        (copy.HoldOutColumnName, copy.SamplingKeyColumnName, copy.ExampleWeightColumnName, copy.ValidationFraction) = (null, null, null, null);
        return copy;
    }
}
