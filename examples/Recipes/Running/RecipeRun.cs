using System.Diagnostics;
using System.Globalization;
using GBlend.MLNet;
using Microsoft.ML;

namespace Recipes;

/// <summary>Runs a recipe on a set: decodes, trains every way, tests.</summary>
internal sealed class RecipeRun
{
    private readonly MLContext _ml;
    private readonly Recipe _recipe;
    private readonly RunOptions _options;
    private readonly RunProgress _progress;

    private RecipeRun(Recipe recipe, RunOptions options, RunProgress progress) =>
        (_ml, _recipe, _options, _progress) = (new MLContext(recipe.Training.Seed), recipe, options, progress);

    /// <summary>Runs everything.</summary>
    /// <param name="recipe">The recipe.</param>
    /// <param name="set">The set.</param>
    /// <param name="options">Where results go, and what networks start from.</param>
    /// <param name="progress">Is told.</param>
    /// <param name="finished">Receives each result as soon as it is there, so that an interrupted run has a table.</param>
    /// <returns>Files that could not be used.</returns>
    public static IReadOnlyList<BadMediaFile> Execute(Recipe recipe, DataSet set, RunOptions options, RunProgress progress, Action<MethodResult> finished) =>
        new RecipeRun(recipe, options, progress).Execute(set, finished);

    private List<BadMediaFile> Execute(DataSet set, Action<MethodResult> finished)
    {
        set = CutSegments(set);
        var train = new ClipData(_ml, _recipe, set.Train, _recipe.Training.ClipsPerVideo, ClipPosition.Random, _options.Cache, _options.Cancelled);
        var test = new ClipData(_ml, _recipe, set.Test, _recipe.Test.Clips, ClipPosition.Even, _options.Cache, _options.Cancelled);
        Decode("decoding training videos", train, set.Train.Count);
        Decode("decoding test videos", test, set.Test.Count);

        var methods = set.Targets.Select(t => Blends.Of(_recipe, t.Name)).ToList();
        for (int m = 0; m < methods[0].Count; m++)
        {
            var result = new MethodResult(methods[0][m]);
            var scores = new List<VideoScores>();
            for (int target = 0; target < set.Targets.Count && result.Failure is null; target++)
                result = Run(result, set, target, methods[target][m], train, test, scores);
            if (scores.Count == 2)
                result = result with { Values = [.. result.Values, .. VideoScores.MeasureActions(set, scores[0], scores[1])] };
            finished(result);
        }
        return [.. train.BadFiles, .. test.BadFiles];
    }

    private MethodResult Run(MethodResult result, DataSet set, int target, Method method, ClipData train, ClipData test, List<VideoScores> scores)
    {
        _options.Cancelled.ThrowIfCancellationRequested();
        var (name, classes) = (set.Targets[target].Name, set.Targets[target].Classes.Count);
        _progress.Begin(set.Targets.Count > 1 ? $"{name}, {method.Title}" : method.Title);
        var watch = Stopwatch.StartNew();
        var rare = set.IsMultiLabel ? [] : RareClasses(set, target);
        var rows = train.Rows(target, classes, set.IsMultiLabel, method.Modalities, video => set.IsMultiLabel || !rare.Contains(video.Labels[target][0]));
        try
        {
            using var model = Fit(rows, set.IsMultiLabel, method);
            if (_options.ModelFolder is { } folder && method.Modalities.Count > 1)
                Save(model, rows.Schema, Path.Combine(folder, $"{name}-{method.Key}.gblend.zip"));
            var said = VideoScores.Of(model.Transform(test.Rows(target, classes, set.IsMultiLabel, method.Modalities, _ => true)), _options.Cancelled);
            scores.Add(said);
            var values = said.Measure(set, target);
            string measured = string.Join(", ", values.Select(v => string.Create(CultureInfo.InvariantCulture, $"{v.Metric} {v.Value:0.0}")));
            string untrained = rare.Count > 0 ? $" (not trained on: {rare.Count} classes of a single video)" : "";
            _progress.End(string.Create(CultureInfo.InvariantCulture, $"{measured}{untrained}; {watch.Elapsed.TotalSeconds:0} s"));
            return result with
            {
                Values = [.. result.Values, .. values],
                Seconds = result.Seconds + watch.Elapsed.TotalSeconds,
                Estimates = [.. result.Estimates, .. model.History.Estimates.Select(e => (name, e))],
            };
        }
        catch (TrainingDivergedException e)
        {
            _progress.End("diverged");
            return result with { Failure = $"diverged ({e.Message})", Seconds = result.Seconds + watch.Elapsed.TotalSeconds };
        }
    }

    private GradientBlendingTransformer Fit(IDataView rows, bool isMultiLabel, Method method)
    {
        var training = _recipe.Training;
        var fusion = Fusion.Concat([.. _recipe.FusionWidths]);
        var options = new GradientBlendingTrainer.Options
        {
            LabelColumnName = isMultiLabel ? ClipRow.LabelsColumn : ClipRow.ClassColumn,
            Blending = method.Blending,
            Fusion = method.Drops ? fusion.WithDropout((float)training.Dropout) : fusion,
            Answer = training.Answer == "joint" ? Answer.Joint : Answer.Auto,
            NumberOfEpochs = training.Epochs,
            BatchSize = training.BatchSize,
            MicroBatchSize = training.MicroBatchSize,
            UseBFloat16 = training.BFloat16,
            LearningRate = training.LearningRate,
            Optimizer = Optimizer.Sgd((float)training.Momentum),
            WeightDecay = training.WeightDecay,
            LearningRateSchedule = LearningRateSchedule.Steps(training.RateFallsAt).WithWarmUp(training.WarmUpEpochs),
            ValidationFraction = training.HeldOut,
            SamplingKeyColumnName = ClipRow.GroupColumn,
            Seed = training.Seed,
            NumberOfThreads = _options.Threads,
            CancellationToken = _options.Cancelled,
            Progress = _progress,
        };
        foreach (string modality in method.Modalities)
            options.Modalities.Add(Networks.ModalityOf(_recipe, modality, modality == Networks.Sound ? _options.PretrainedAudio : _options.Pretrained));
        return _ml.MulticlassClassification.Trainers.GradientBlending(options).Fit(rows);
    }

    /// <summary>Classes of fewer than two videos: there is nothing to hold out of them.</summary>
    internal static HashSet<int> RareClasses(DataSet set, int target) =>
        [.. set.Train.GroupBy(v => v.Labels[target][0]).Where(c => c.DistinctBy(v => v.Group).Count() < 2).Select(c => c.Key)];

    private void Save(GradientBlendingTransformer model, DataViewSchema schema, string file)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        ModelFile.Save(_ml, model, schema, file);
    }

    private DataSet CutSegments(DataSet set)
    {
        if (set.Train.Concat(set.Test).All(v => v.Segment is null))
            return set;
        _progress.Begin("cutting segments", set.Train.Count + set.Test.Count);
        IReadOnlyList<VideoItem> Cut(IReadOnlyList<VideoItem> items) =>
            Segments.Cut(items, _options.SegmentFolder, _recipe.Clip.ShortSide, _progress.Advance, _options.Cancelled);
        set = set with { Train = Cut(set.Train), Test = Cut(set.Test) };
        _progress.End($"{set.Train.Count + set.Test.Count} in {_options.SegmentFolder}");
        return set;
    }

    private void Decode(string step, ClipData data, int videos)
    {
        _progress.Begin(step, videos);
        var watch = Stopwatch.StartNew();
        data.Decode(_progress.Advance);
        int bad = data.BadFiles.Count;
        _progress.End(string.Create(
            CultureInfo.InvariantCulture, $"{videos - bad} of {videos} in {watch.Elapsed.TotalSeconds:0} s{(bad > 0 ? $", {bad} can't be used" : "")}"));
    }
}

/// <summary>What a run needs beside recipe and data.</summary>
internal sealed record RunOptions
{
    public required MediaCache Cache { get; init; }

    /// <summary>Where cut segments go.</summary>
    public required string SegmentFolder { get; init; }

    /// <summary>Where trained networks go; <see langword="null"/> for nowhere.</summary>
    public string? ModelFolder { get; init; }

    /// <summary>What visual encoders start from.</summary>
    public StateDict? Pretrained { get; init; }

    /// <summary>What the encoder of sound starts from.</summary>
    public StateDict? PretrainedAudio { get; init; }

    /// <summary>Threads of torch's operations; <see langword="null"/> for what the library chooses.</summary>
    public int? Threads { get; init; }

    public CancellationToken Cancelled { get; init; }
}
