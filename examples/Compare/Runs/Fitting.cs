using System.Diagnostics;
using GBlend.MLNet;
using Microsoft.ML;
using Microsoft.ML.Data;
using QuickStart;

namespace Compare;

/// <summary>Fits models on a data set. Every fit has a context of its own, so that fits can run side by side.</summary>
internal sealed class Fitting(DataSet data, RunSettings settings, CancellationToken cancelled)
{
    /// <summary>Fits one model.</summary>
    /// <param name="recipe">How.</param>
    /// <param name="columns">The modalities it reads.</param>
    /// <param name="rate">The learning rate; <see langword="null"/> for the trainer's default.</param>
    /// <param name="treatment">Which epoch is kept.</param>
    /// <param name="seed">The seed.</param>
    /// <returns>The model, or <see langword="null"/> when the training diverged.</returns>
    public FittedModel? Fit(Recipe recipe, IReadOnlyList<string> columns, float? rate, Treatment treatment, int seed)
    {
        var ml = new MLContext(seed);
        var options = new GradientBlendingTrainer.Options
        {
            Fusion = Fusion.Concat(settings.FusionWidths),
            HoldOutColumnName = recipe.IsCrossFitted ? null : nameof(Row.IsHeldOut),
            SamplingKeyColumnName = recipe.IsCrossFitted && data.HasKeys ? nameof(Row.Key) : null,
            Seed = seed,
            OutputBranchScores = true,
            // Small networks; fits run side by side instead.
            NumberOfThreads = 1,
            Optimizer = settings.Optimizer,
            CancellationToken = cancelled,
        };
        if (recipe.Blending is { } blending)
            options.Blending = blending();
        if (!recipe.IsUntuned)
        {
            options.NumberOfEpochs = settings.Epochs;
            options.BatchSize = settings.BatchSize;
            options.FinalWeights = treatment == Treatment.Best ? FinalWeights.BestEpoch : recipe.HasBestEpoch ? FinalWeights.LastEpoch : FinalWeights.Auto;
            options.LearningRate = rate;
        }
        foreach (string column in columns)
            options.Modalities.Add(Modality.Vector(column, Encoders.Mlp(settings.Widths)));
        var pipeline = ml.Transforms.Conversion.MapValueToKey("Label").Append(ml.MulticlassClassification.Trainers.GradientBlending(options));
        var clock = Stopwatch.StartNew();
        try
        {
            return new FittedModel(ml, data, pipeline.Fit(data.Training(ml)), clock.Elapsed.TotalSeconds);
        }
        catch (TrainingDivergedException)
        {
            return null;
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            // An option, a column or a row that the trainer can't take; its message says which and what to do.
            throw new UserErrorException($"{data.Name}, {recipe.Name}: {e.Message}");
        }
    }
}

/// <summary>A model that can be asked about the held-out rows, and, once it is chosen, about the test rows.</summary>
internal sealed class FittedModel(MLContext ml, DataSet data, TransformerChain<GradientBlendingTransformer> model, double seconds) : IDisposable
{
    private const string Answer = "Score", JointHead = $"Score.{TrainingHistory.JointBranch}";

    public double Rate => model.LastTransformer.History.Epochs[0].LearningRate;

    public double Seconds => seconds;

    /// <summary>Whether its answer is a pool of several heads, a joint one among them.</summary>
    public bool HasHeads => model.LastTransformer.History.Branches is { Count: > 1 } branches && branches.Contains(TrainingHistory.JointBranch);

    /// <summary>Whether it learned from the held-out rows as well, so that only its folds say how good it is.</summary>
    public bool IsCrossFitted => model.LastTransformer.History.Folds.Count > 0;

    /// <summary>The loss of its answer on rows that it did not learn from, by its own account.</summary>
    public double OwnLoss => model.LastTransformer.History.HeldOutLoss ?? double.NaN;

    public Prediction HeldOut(bool jointHead = false) => Predict(data.HeldOut(ml), jointHead);

    public Prediction Test(bool jointHead = false) => Predict(data.Test(ml), jointHead);

    public void Dispose() => model.LastTransformer.Dispose();

    private Prediction Predict(IDataView rows, bool jointHead)
    {
        var scored = model.Transform(rows);
        return new([.. scored.GetColumn<float[]>(jointHead ? JointHead : Answer)], [.. scored.GetColumn<uint>("Label").Select(key => (int)key - 1)]);
    }
}
