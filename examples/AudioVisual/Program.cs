using System.Diagnostics;
using System.Globalization;
using AudioVisual;
using GBlend.MLNet;
using GBlend.MLNet.Reports;
using Microsoft.ML;
using QuickStart;
using Spectre.Console;

var ml = new MLContext(seed: 0);
if (Console.IsOutputRedirected)
    AnsiConsole.Profile.Width = 130;

return ExampleProgram.Run(args, CommandLine.Help, Run);

int Run(CancellationToken cancellation)
{
    var line = CommandLine.Parse(args);

    // 1. The rows, and what is read of their files.
    MediaLibraries.Require(ffmpeg: false);
    var manifest = Manifest.Read(line.ManifestFile ?? MakeMedia(line, cancellation), line.Columns, needsFiles: line.OnBadMedia == OnBadMedia.Fail);
    var plan = MediaPlan.For(manifest, line);
    MediaLibraries.Require(ffmpeg: plan.LogMel is { } sound
        && (sound.AlignWith is not null || manifest.AllRows.Any(r => !r.AudioPath.EndsWith(".wav", StringComparison.OrdinalIgnoreCase))));
    Describe(manifest, plan, line);

    // 2. Every file is decoded once.
    var tables = new MediaTables(ml, manifest, plan, line);
    var clock = Stopwatch.StartNew();
    MediaCounts? counts = null;
    int all = manifest.TrainingRows.Count + manifest.TestRows.Count;
    Steps.Show("decoding", all, report => counts = tables.Decode(report, cancellation));
    DescribeMedia(counts!, plan, all, clock.Elapsed.TotalSeconds);

    // 3. Every method with every seed. The last method's model that is best on the held-out rows is kept: test rows choose nothing.
    var experiment = new Experiment(ml, tables, plan, counts!, manifest.Classes, line);
    var methods = experiment.Methods();
    if (methods.Count == 0)
        throw new UserErrorException("--on-bad-media missing answers by the heads of the modalities that are there, which --blending none has not. Take "
            + "--blending auto, equal or online.");
    methods = AnnounceTrainings(experiment, line, cancellation);
    var outcomes = methods.ToDictionary(m => m, _ => new Outcome[line.Seeds]);
    var saved = methods[^1];
    (Outcome Outcome, ITransformer Model)? best = null;
    // The dear ones come first, so that none is left alone at the end.
    var fits = methods.Reverse().SelectMany(_ => Enumerable.Range(0, line.Seeds), (method, seed) => (method, seed)).ToList();
    new Fits(fits, line.Parallel, cancellation).Run((method, seed, progress) => experiment.Run(method, seed, progress, cancellation), (method, seed, result) =>
    {
        outcomes[method][seed] = result.Outcome;
        var model = result.Model;
        if (method == saved && model is not null && (best is null || result.Outcome.HeldOutLoss < best.Value.Outcome.HeldOutLoss))
            (best, model) = ((result.Outcome, model), best?.Model);
        (model as IDisposable)?.Dispose();
    });

    // 4. What came out.
    Result[] results = [.. methods.Select(m => new Result(m, outcomes[m]))];
    AnsiConsole.Write(Tables.Compare(results, showsJointHead: line.Answer != Answer.Joint));
    AnsiConsole.WriteLine(Tables.Verdict(results));
    if (plan.Clips > 1)
        AnsiConsole.WriteLine($"Test accuracy is video hit@1: the mean over {plan.Clips} clips of each video. Clip hit@1 is that of each clip alone.");
    if (line.Parallel > 1)
        AnsiConsole.WriteLine($"Seconds are those of a fit in one thread, with {line.Parallel} fits side by side.");
    if (results.LastOrDefault(r => r.Outcomes[0].History is { Estimates.Count: > 0 }) is { } blended)
        Tables.ShowWeights(blended.Method.Name, blended.Outcomes[0].History!);

    // 5. The model, saved and tried; and what it says of some test rows.
    if (best is not { } chosen)
    {
        Console.Error.WriteLine($"No model was saved: {saved.Name} gave none. Lower --learning-rate.");
        return 1;
    }
    bool isSame = SaveAndTry(chosen.Model, tables, line, out int tried);
    string which = $"{saved.Name} of seed {Array.IndexOf(outcomes[saved], chosen.Outcome)}, the best of {line.Seeds} on the held-out rows";
    var scored = ml.Transforms.Conversion.MapKeyToValue(ContactSheet.Truth, "Label").Fit(chosen.Model.Transform(tables.Test)).Transform(
        chosen.Model.Transform(tables.Test));
    new ContactSheet(plan).Save(line.SheetFile, scored, manifest.TestRows.Count,
        $"{manifest.Name}: test rows and what the network says ({100 * chosen.Outcome.Accuracy:0.0} % of all are right)");
    AnsiConsole.WriteLine();
    AnsiConsole.WriteLine($"Saved {line.ModelFile}: {(line.Seeds == 1 ? saved.Name : which)}. Loaded again, it decodes the files of {tried} test rows and "
        + $"{(isSame ? "gives the same scores" : "gives OTHER scores")}.");
    AnsiConsole.WriteLine($"Wrote {line.SheetFile}: what it says of some test rows.");
    var report = TrainingReport.Create(chosen.Model, tables.Test,
        new() { Title = $"AudioVisual: {manifest.Name}", TrainingTime = TimeSpan.FromSeconds(chosen.Outcome.Seconds) });
    AnsiConsole.WriteLine($"Its report: {report.Save(line.ReportFile)}");
    AnsiConsole.WriteLine("To use the model, with Microsoft.ML, GBlend.MLNet and GBlend.MLNet.Media referenced:");
    Console.WriteLine($"    var ml = new MLContext();");
    Console.WriteLine($"    ITransformer model = ml.Model.Load(\"{line.ModelFile}\", out DataViewSchema columns);");
    Console.WriteLine($"    IDataView scored = model.Transform(rows);   // rows of paths; adds PredictedLabel, Score and a score per branch");
    return isSame ? 0 : 1;
}

// Says how long the trainings will take, and leaves out what nobody asked for where that is long.
IReadOnlyList<Method> AnnounceTrainings(Experiment experiment, CommandLine line, CancellationToken cancellation)
{
    double epoch = Forecast.SecondsOfAnEpoch(experiment, line.Parallel, cancellation);
    double Seconds() => Forecast.Seconds(epoch, experiment.Methods(), line);
    var left = new List<string>();
    while (Seconds() > Forecast.MostSeconds && line.LeaveOut() is { } option)
        left.Add(option);
    var methods = experiment.Methods();
    string shorter = left.Count == 0 ? "" : $" More would take longer on this machine: {string.Join(", ", left)}.";
    AnsiConsole.WriteLine(string.Create(CultureInfo.InvariantCulture,
        $"An epoch takes {epoch:0.0} s. The {methods.Count * line.Seeds} trainings, {line.Parallel} side by side, will take about "
            + $"{Math.Max(0.1, Seconds() / 60):0.0} minutes.{shorter}"));
    AnsiConsole.WriteLine();
    return methods;
}

// Whether the model from the file gives the scores of the model in memory.
bool SaveAndTry(ITransformer model, MediaTables tables, CommandLine line, out int tried)
{
    ModelFile.Save(ml, tables.TestLoader.Append(model), tables.RawTest.Schema, line.ModelFile);
    const int rows = 32;
    var loaded = ml.Model.Load(line.ModelFile, out _);
    float[][] before = ScoredRows.Scores(ml.Data.TakeRows(model.Transform(tables.Test), rows));
    float[][] after = ScoredRows.Scores(loaded.Transform(ml.Data.TakeRows(tables.RawTest, rows)));
    tried = after.Length;
    return before.Length == after.Length && before.Zip(after).All(pair => pair.First.AsSpan().SequenceEqual(pair.Second));
}

static string MakeMedia(CommandLine line, CancellationToken cancellation)
{
    string? manifest = null;
    int all = GeneratedSet.Options.Classes * GeneratedSet.Options.ClipsPerClass;
    Steps.Show("making videos", all, report => manifest = GeneratedSet.Make(line.MediaFolder, made =>
    {
        cancellation.ThrowIfCancellationRequested();
        report(made);
    }));
    return manifest!;
}

static void Describe(Manifest manifest, MediaPlan plan, CommandLine line)
{
    if (line.ManifestFile is null)
        AnsiConsole.WriteLine("Media made for this example (--manifest FILE takes your own): videos of a moving shape with a melody. Of every four classes two "
            + "differ in motion alone and two in melody alone. Held-out and test rows are of scenes (shape, colors, timbre) that training never meets.");
    int heldOut = manifest.TrainingRows.Count(r => r.IsHeldOut);
    string rows = line switch
    {
        { Columns.Key: { } key } => $"{manifest.TrainingRows.Count} training rows (held out of them: {line.ValidationFraction ?? 0.3f:P0} by {key})",
        { ValidationFraction: { } fraction } => $"{manifest.TrainingRows.Count} training rows (held out of them: {fraction:P0}, drawn by class)",
        _ when heldOut == 0 => throw new UserErrorException(
            $"{manifest.Name} has no row whose {line.Columns.Split} is valid. Hold out rows with --key COLUMN or --validation-fraction F."),
        _ => $"{manifest.TrainingRows.Count - heldOut} training and {heldOut} held-out rows",
    };
    AnsiConsole.WriteLine($"{manifest.Name}: {rows}, {manifest.TestRows.Count} test rows, {manifest.Classes} classes.");
    if (plan.Clip is { } clip)
        AnsiConsole.WriteLine($"Video: {clip.ClipsPerVideo} clip{(clip.ClipsPerVideo == 1 ? "" : "s")} of {clip.FrameCount} frames ({clip.Height} x "
            + $"{clip.Width}), every {clip.FrameStride}. frame; R(2+1)D-18.");
    if (plan.LogMel is { } logMel)
        AnsiConsole.WriteLine($"Audio: {(logMel.AlignWith is null ? "" : "the videos' own, ")}log-mel spectrograms of {logMel.FrameCount} frames x "
            + $"{logMel.Spectrum.Bands} bands; ResNet-18.");
    if (plan.Image is { } image)
        AnsiConsole.WriteLine($"Image: {image.Height} x {image.Width}; ResNet-18.");
    if (plan.Tokens is { } tokens)
        AnsiConsole.WriteLine($"Text: {tokens.Length} token ids, byte pairs learned from the training rows; pooled embeddings.");
    AnsiConsole.WriteLine(
        string.Create(
        CultureInfo.InvariantCulture,
        $"Networks {line.Width} as wide as published, fusion {string.Join("-", line.FusionWidths)}; {line.Epochs} epochs, super-epoch {line.SuperEpoch}, "
        + $"{line.Optimizer}, learning rate {line.LearningRate} (cosine), weight decay {line.WeightDecay}, batch {line.BatchSize}, answer {line.Answer}, "
        + $"{(line.Augments ? "with" : "without")} augmentation; {(line.Seeds == 1 ? "one seed" : $"mean ± standard deviation of {line.Seeds} seeds")}."));
}

static void DescribeMedia(MediaCounts counts, MediaPlan plan, int all, double seconds)
{
    string video = plan.Clip is null ? "" : $"{counts.Frames:N0} frames of video ({counts.VideoSeconds:N0} s), of which clips take {counts.ClipFrames:N0}; ";
    string sound = plan.LogMel is not { } logMel ? ""
        : $"{counts.Samples:N0} samples of sound at {logMel.Spectrum.SampleRate:N0} Hz ({counts.Samples / (double)logMel.Spectrum.SampleRate:N0} s); ";
    AnsiConsole.WriteLine(
        $"Decoded {counts.Rows} of {all} rows in {seconds:0.0} s: {video}{sound}{counts.Bad.Count} bad file{(counts.Bad.Count == 1 ? "" : "s")}.");
    foreach (var bad in counts.Bad.Take(10))
        AnsiConsole.WriteLine($"  {bad.File}: {bad.Reason}");
    if (counts.Bad.Count > 10)
        AnsiConsole.WriteLine($"  and {counts.Bad.Count - 10} more");
    AnsiConsole.WriteLine();
}
