using System.Diagnostics;
using GBlend.MLNet;
using Microsoft.ML;
using Microsoft.ML.Data;
using QuickStart;

namespace AudioVisual;

/// <summary>Fits and measures methods, all on the same rows.</summary>
internal sealed class Experiment(MLContext ml, MediaTables tables, MediaPlan plan, MediaCounts counts, int classes, CommandLine line)
{
    /// <summary>The width of published networks' first blocks, which the multiplier scales.</summary>
    private const int PublishedWidth = 64;

    /// <summary>Which rows tell how well a branch generalizes: the marked ones, those of some keys, or a share of the rows.</summary>
    private bool UsesMarkedRows => line.Columns.Key is null && line.ValidationFraction is null;

    /// <summary>The ways to train that are compared.</summary>
    public IReadOnlyList<Method> Methods()
    {
        Method Joint(string blending) => blending switch
        {
            "none" => new(Method.Naive, plan.Modalities, Blending.None()),
            "equal" => new(Method.Equal, plan.Modalities, Blending.Equal()),
            "offline" => new("offline G-Blend", plan.Modalities, Blending.Offline()),
            "auto" => new(Method.Auto, plan.Modalities, Blending.Auto()),
            _ => new(Method.Online, plan.Modalities, Blending.Online(line.SuperEpoch, line.FirstSuperEpoch)),
        };
        // Rows that lack a modality can be answered only where every modality has a head of its own.
        bool needsHeads = line.OnBadMedia == OnBadMedia.Missing;
        var single = plan.Modalities.Select(m => new Method(plan.Modalities.Count == 1 ? m : $"{m} alone", [m], Blending.None()));
        var joint = line.Blendings.Where(b => !needsHeads || b != "none").Select(Joint);
        return plan.Modalities.Count == 1 ? [.. single] : [.. needsHeads ? [] : single, .. joint];
    }

    /// <summary>Fits one method and measures it on the test rows.</summary>
    /// <returns>The outcome and the model, which is the caller's to dispose.</returns>
    public Fitted Run(Method method, int seed, IProgress<TrainingProgress>? progress, CancellationToken cancelled)
    {
        var pipeline = new EstimatorChain<ITransformer>()
            .Append<ITransformer>(ml.Transforms.Conversion.MapValueToKey("Label"))
            .Append<ITransformer>(ml.MulticlassClassification.Trainers.GradientBlending(OptionsFor(method, seed, progress, cancelled)))
            .Append<ITransformer>(ml.Transforms.Conversion.MapKeyToValue("PredictedLabel"));
        var clock = Stopwatch.StartNew();
        try
        {
            var fitted = pipeline.Fit(tables.Training);
            double seconds = clock.Elapsed.TotalSeconds;
            var scored = fitted.Transform(tables.Test);
            var metrics = ml.MulticlassClassification.Evaluate(scored);
            double? joint = scored.Schema.GetColumnOrNull($"Score.{TrainingHistory.JointBranch}") is { } column
                ? ml.MulticlassClassification.Evaluate(scored, scoreColumnName: column.Name).MicroAccuracy
                : null;
            var history = fitted.GradientBlendingModel().History;
            return new(new(metrics.MicroAccuracy, metrics.LogLoss, joint, seconds, history) { Hits = Hits(fitted, scored) }, fitted);
        }
        catch (TrainingDivergedException)
        {
            return new(new(double.NaN, double.NaN, null, clock.Elapsed.TotalSeconds, null, "diverged"), null);
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            // An option, a column or a row that the trainer can't take; its message says which and what to do.
            throw new UserErrorException(e.GetBaseException().Message);
        }
    }

    /// <summary>Trains a joint network for a few epochs, for its time alone: the naive one, or one with heads where rows lack modalities.</summary>
    public void Time(int epochs, IProgress<TrainingProgress> progress, CancellationToken cancelled)
    {
        var blending = line.OnBadMedia == OnBadMedia.Missing && plan.Modalities.Count > 1 ? Blending.Equal() : Blending.None();
        var options = OptionsFor(new Method(Method.Naive, plan.Modalities, blending), seed: 0, progress, cancelled);
        options.NumberOfEpochs = epochs;
        options.LearningRateSchedule = LearningRateSchedule.Constant();
        var pipeline = ml.Transforms.Conversion.MapValueToKey("Label").Append(ml.MulticlassClassification.Trainers.GradientBlending(options));
        try
        {
            using var fitted = pipeline.Fit(tables.Training);
        }
        catch (TrainingDivergedException)
        {
            // Its epochs were timed; that it diverges is said where it is trained.
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            throw new UserErrorException(e.GetBaseException().Message);
        }
    }

    /// <summary>hit@k of whole rows and, where these are several clips each, of single clips.</summary>
    private Dictionary<string, double> Hits(ITransformer model, IDataView scored)
    {
        var hits = new Dictionary<string, double>();
        if (plan.Clips > 1)
        {
            var clips = Enumerable.Range(0, plan.Clips).Select(i => model.Transform(SingleClips.Of(ml, tables.Test, plan, i))).ToList();
            hits["Clip hit@1"] = clips.Average(view => ClassMetrics.TopKAccuracy(ScoredRows.Scores(view), ScoredRows.Classes(view)));
        }
        if (classes > 5)
            hits[plan.Clip is null ? "Hit@5" : "Video hit@5"] = ClassMetrics.TopKAccuracy(ScoredRows.Scores(scored), ScoredRows.Classes(scored), k: 5);
        return hits;
    }

    private GradientBlendingTrainer.Options OptionsFor(Method method, int seed, IProgress<TrainingProgress>? progress, CancellationToken cancelled)
    {
        var options = new GradientBlendingTrainer.Options
        {
            Blending = method.Blending,
            Fusion = Fusion.Concat(line.FusionWidths),
            Answer = line.Answer,
            NumberOfEpochs = line.Epochs,
            BatchSize = line.BatchSize,
            LearningRate = line.LearningRate,
            LearningRateSchedule = LearningRateSchedule.Cosine().WithWarmUp(Math.Min(3, line.Epochs - 1)),
            Optimizer = line.Optimizer,
            WeightDecay = line.WeightDecay,
            Seed = seed,
            Progress = progress,
            CancellationToken = cancelled,
            // .NET knows the quota of a container, which torch does not.
            NumberOfThreads = line.Parallel > 1 ? 1 : Environment.ProcessorCount,
            OutputBranchScores = true,
        };
        if (line.OnBadMedia == OnBadMedia.Missing)
            options.MissingValues = MissingValues.LeaveOutModality;
        foreach (string column in method.Modalities)
            options.Modalities.Add(ModalityOf(column));
        if (UsesMarkedRows)
            options.HoldOutColumnName = nameof(MediaRow.IsHeldOut);
        else
        {
            options.SamplingKeyColumnName = line.Columns.Key is null ? null : nameof(MediaRow.Key);
            options.ValidationFraction = line.ValidationFraction ?? 0.3f;
        }
        return options;
    }

    private Modality ModalityOf(string column)
    {
        var (mean, deviation) = counts.LogMelScale;
        var (modality, augmentation) = column switch
        {
            // Pooling after the first convolution makes it four times as fast.
            MediaPlan.Video => (Modality.Video(column, Encoders.R2Plus1D(18, line.Width, stemPooling: true)), Shift(plan.Clip!.Height)),
            MediaPlan.Audio => (Modality.Audio(column, Encoders.AudioResNet(18, line.Width).WithNormalization([mean], [deviation])), Masks),
            MediaPlan.Picture => (Modality.Image(column, Encoders.ImageResNet(18, line.Width)), Shift(plan.Image!.Height)),
            _ => (Modality.Text(column, Encoders.TextPooling(plan.Tokens!.VocabularySize + 1, Math.Max(1, (int)(PublishedWidth * line.Width)))), null),
        };
        return line.Augments && augmentation is not null ? modality.WithAugmentation(augmentation) : modality;
    }

    // Neither mirrors nor changes speed: directions and melodies may be what tells classes apart.
    private static Augmentation Shift(int size) => Augmentation.RandomShift(Math.Max(1, size / 16));

    private Augmentation Masks => Augmentation.SpecAugment(timeMasks: 1, mostFrames: plan.LogMel!.FrameCount / 8, bandMasks: 1, mostBands: 6);
}
