using System.Globalization;
using GBlend.MLNet;
using GBlend.MLNet.Reports;
using Microsoft.ML;
using QuickStart;
using Spectre.Console;

var ml = new MLContext(seed: 0);
if (Console.IsOutputRedirected)
    AnsiConsole.Profile.Width = 120;

return ExampleProgram.Run(args, CommandLine.Help, Run);

int Run(CancellationToken cancellation)
{
    var line = CommandLine.Parse(args);

    // 1. The rows.
    var data = line.DataFolder is { } folder ? FolderData.Read(folder, line.KeyColumn) : GeneratedData.Create();
    Describe(data, line);

    // 2. Every method with every seed. The last method's model that is best on the held-out rows is kept: test rows choose nothing.
    var comparison = new Comparison(ml, data, line);
    var methods = Methods.All(data, line);
    var outcomes = methods.ToDictionary(m => m, _ => new List<Outcome>());
    var saved = methods[^1];
    (Outcome Outcome, ITransformer Model)? best = null;
    FitProgress.Show(line.Seeds * methods.Count, cancellation, progress =>
    {
        for (int seed = 0; seed < line.Seeds; seed++)
        {
            foreach (var method in methods)
            {
                progress.Begin(method, seed);
                var (outcome, model) = comparison.Run(method, seed, progress);
                progress.End(outcome);
                outcomes[method].Add(outcome);
                if (method == saved && model is not null && (best is null || outcome.HeldOutLoss < best.Value.Outcome.HeldOutLoss))
                    (best, model) = ((outcome, model), best?.Model);
                (model as IDisposable)?.Dispose();
            }
        }
    });

    // 3. What came out.
    Result[] results = [.. methods.Select(m => new Result(m, outcomes[m]))];
    AnsiConsole.Write(Tables.Compare(results, showsJointHead: line.Answer != Answer.Joint));
    AnsiConsole.WriteLine(Tables.Verdict(results));
    if (results.LastOrDefault(r => r.Outcomes[0].History is { Estimates.Count: > 0 }) is { } blended)
    {
        Tables.ShowWeights(blended.Method.Name, blended.Outcomes[0].History!);
        AnsiConsole.WriteLine($"Guards acted {blended.Outcomes[0].History!.Estimates.Sum(e => e.Guards.Count)} times where the published rule is silent or "
            + $"unstable; what each did is in the model's History.Estimates and in ml.Log.");
    }

    // 4. The model, saved and tried, and its report.
    if (best is not { } chosen)
    {
        Console.Error.WriteLine($"No model was saved: {saved.Name} gave none. Lower --learning-rate.");
        return 1;
    }
    ModelFile.Save(ml, chosen.Model, comparison.RawSchema, line.ModelFile);
    var loaded = ml.Model.Load(line.ModelFile, out _);
    double accuracy = ml.MulticlassClassification.Evaluate(loaded.Transform(comparison.RawTest)).MicroAccuracy;
    AnsiConsole.WriteLine();
    AnsiConsole.WriteLine($"Saved {line.ModelFile}: {saved.Name} of seed {outcomes[saved].IndexOf(chosen.Outcome)}, the best of {line.Seeds} on the held-out "
        + $"rows. Loaded again, it gets {100 * accuracy:0.0} % on the test rows (before: {100 * chosen.Outcome.Accuracy:0.0} %).");
    var report = new ReportOptions
    {
        Title = $"QuickStart: {data.Name}",
        Trainer = comparison.OptionsFor(saved, outcomes[saved].IndexOf(chosen.Outcome)),
        TrainingTime = TimeSpan.FromSeconds(chosen.Outcome.Seconds),
        GroupColumnName = line.DataFolder is null || line.KeyColumn is not null ? nameof(Row.Key) : null,
    };
    AnsiConsole.WriteLine($"Its report: {TrainingReport.Create(loaded, comparison.RawTest, report).Save(line.ReportFile)}");
    AnsiConsole.WriteLine("To use it, with Microsoft.ML and GBlend.MLNet referenced:");
    Console.WriteLine($"    var ml = new MLContext();");
    Console.WriteLine($"    ITransformer model = ml.Model.Load(\"{line.ModelFile}\", out DataViewSchema columns);");
    Console.WriteLine($"    IDataView scored = model.Transform(rows);   // adds PredictedLabel, Score and a score per branch");
    return Math.Abs(accuracy - chosen.Outcome.Accuracy) < 1e-9 ? 0 : 1;
}

static void Describe(MultimodalData data, CommandLine line)
{
    if (line.DataFolder is null)
    {
        if (line.KeyColumn is not (null or GeneratedData.Key))
            throw new UserErrorException($"The generated data has no column '{line.KeyColumn}'; its key column is {GeneratedData.Key}.");
        AnsiConsole.WriteLine(
            "Generated data (made up for this example; --data FOLDER takes real rows): words, each with the shape of the lips, noisy but alike for all "
            + "speakers, and a voice, easy to learn by heart but mostly each speaker's own. Held-out and test rows are from speakers that training never "
            + "meets.");
    }
    int heldOut = data.TrainingRows.Count(r => r.IsHeldOut);
    string rows = line switch
    {
        { KeyColumn: { } key } => $"{data.TrainingRows.Count} training rows (held out of them: {line.ValidationFraction ?? 0.3f:P0} by {key})",
        { ValidationFraction: { } fraction } => $"{data.TrainingRows.Count} training rows (held out of them: {fraction:P0}, drawn by class)",
        _ when heldOut == 0 =>
            throw new UserErrorException("labels.csv has no row whose Split is valid. Hold out rows with --key COLUMN or --validation-fraction F."),
        _ => $"{data.TrainingRows.Count - heldOut} training and {heldOut} held-out rows",
    };
    AnsiConsole.WriteLine($"{data.Name}: {rows}, {data.TestRows.Count} test rows, {data.Classes} classes; {string.Join(", "
        + $"", data.Modalities.Select(m => $"{m.Name} ({m.Width})"))}.");
    AnsiConsole.WriteLine(
        string.Create(
        CultureInfo.InvariantCulture,
        $"{line.Epochs} epochs, super-epoch {line.SuperEpoch}, encoders {string.Join("-", line.Widths)}, fusion {string.Join("-", line.FusionWidths)}, "
        + $"{line.Optimizer}, learning rate {line.LearningRate}, batch {line.BatchSize}, answer "
        + $"{line.Answer}{(line.Published ? ", published rule without guards" : line.Without is { } guard ? $", without the guard {guard}" : "")}; mean ± "
        + $"standard deviation of {line.Seeds} seed{(line.Seeds == 1 ? "" : "s")}."));
    AnsiConsole.WriteLine();
}
