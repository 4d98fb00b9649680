using AutoMLSweep;
using GBlend.MLNet;
using GBlend.MLNet.AutoML;
using Microsoft.ML;
using QuickStart;
using Spectre.Console;

var ml = new MLContext(seed: 0);
if (Console.IsOutputRedirected)
    AnsiConsole.Profile.Width = 160;

return ExampleProgram.Run(args, CommandLine.Help, Run);

int Run(CancellationToken cancellation)
{
    var line = CommandLine.Parse(args);

    // 1. The rows, of three kinds.
    var data = line.DataFolder is { } folder ? FolderData.Read(folder, line.KeyColumn) : GeneratedData.Create(heldOutSpeakers: 6);
    var rows = RowKinds.Of(data, byKey: line.KeyColumn is not null || line.DataFolder is null);
    AnsiConsole.WriteLine(
        $"{data.Name}: {rows.Training.Count(r => !r.IsHeldOut)} training rows, {rows.Training.Count(r => r.IsHeldOut)} held out of training to find how to "
        + $"blend, {rows.Choosing.Count} to choose settings by, {data.TestRows.Count} test rows; {data.Classes} classes; {string.Join(", "
        + $"", data.Modalities.Select(m => $"{m.Name} ({m.Width})"))}.");
    AnsiConsole.WriteLine();
    var standardise = Standardise(data, rows);
    IDataView View(IEnumerable<Row> some) => standardise.Transform(data.AsDataView(ml, some));

    // 2. The trainer as one would write it, and a sweep around it.
    var options = new GradientBlendingSweep.Options
    {
        Trainer = new() { HoldOutColumnName = nameof(Row.IsHeldOut), NumberOfEpochs = line.Epochs },
        Before = ml.Transforms.Conversion.MapValueToKey("Label"),
        After = ml.Transforms.Conversion.MapKeyToValue("PredictedLabel"),
        Metric = line.Metric,
        Budget = line.Budget,
        Tuner = line.Tuner,
        ReductionFactor = line.Reduction,
        SeedsPerFinalist = line.Seeds,
        ParallelTrials = line.Parallel,
        Seed = line.Seed,
        JournalPath = line.JournalFile,
    };
    foreach (var (name, _) in data.Modalities)
        options.Trainer.Modalities.Add(Modality.Vector(name));
    SweepResult? result = null;
    SweepConsole.Show(progress =>
    {
        options.Progress = progress;
        result = new GradientBlendingSweep(ml, options).Run(View(rows.Training), View(rows.Choosing), cancellation);
    });

    // 3. What came out.
    AnsiConsole.Write(Tables.Leaderboard(result!, line.Metric));
    AnsiConsole.WriteLine($"{result!.Trials.Count} trials, {result.Epochs} epochs, {result.Duration.TotalSeconds:0} s; the sweep ended because of "
        + $"{Tables.Why(result.End)}. All of it: {line.CsvFile}");
    result.SaveCsv(line.CsvFile);
    AnsiConsole.WriteLine($"The report: {result.ToReport($"Sweep: {data.Name}").Save(line.ReportFile)}");
    AnsiConsole.WriteLine();
    AnsiConsole.Write(Tables.Importance(result.Importance()));
    AnsiConsole.WriteLine();
    AnsiConsole.WriteLine("The best settings:");
    Console.WriteLine(result.BestCode);
    AnsiConsole.WriteLine();

    // 4. The test rows, which have chosen nothing.
    if (result.Model is null)
        return 0;
    using var model = result.Model;
    double best = Accuracy(model);
    options.Trainer.Seed = line.Seed;
    using var given = options.Before.Append(ml.MulticlassClassification.Trainers.GradientBlending(options.Trainer)).Fit(View(rows.Training));
    AnsiConsole.WriteLine($"Test accuracy: {100 * best:0.0} % of the best trial, {100 * Accuracy(given):0.0} % of the trainer's settings as they were given, "
        + $"both fitted on the training rows.");
    using var refitted = result.Refit(View([.. rows.Training, .. rows.Choosing]), cancellation);
    AnsiConsole.WriteLine($"Fitted again on training and choosing rows: {100 * Accuracy(refitted):0.0} %.");
    ModelFile.Save(ml, standardise.Append(refitted), data.AsDataView(ml, data.TrainingRows).Schema, line.ModelFile);
    AnsiConsole.WriteLine($"Saved {line.ModelFile}.");
    return 0;

    double Accuracy(ITransformer fitted) => ml.MulticlassClassification.Evaluate(fitted.Transform(View(data.TestRows))).MicroAccuracy;
}

// Every slot less its mean, over its standard deviation, at most 10 either way; on the rows that are surely trained on.
ITransformer Standardise(MultimodalData data, RowKinds rows)
{
    var columns = data.Modalities.Select(m => new InputOutputColumnPair(m.Name)).ToArray();
    IEstimator<ITransformer> steps = ml.Transforms.NormalizeMeanVariance(columns, fixZero: false);
    foreach (var column in columns)
        steps = steps.Append(ml.Transforms.Expression(column.OutputColumnName, "x => min(max(x, -10f), 10f)", column.InputColumnName));
    return steps.Fit(data.AsDataView(ml, rows.Training.Where(r => !r.IsHeldOut)));
}
