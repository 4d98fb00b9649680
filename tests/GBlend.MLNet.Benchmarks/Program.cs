using System.Diagnostics;
using System.Globalization;
using GBlend.MLNet;
using GBlend.MLNet.Benchmarks;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
if (args is ["peak"])
{
    Console.WriteLine(MediaBenchmarks.PeakOfFit());
    return;
}
if (args is ["sweeps", var trainings, .. var folders])
{
    SweepBenchmarks.Run(int.Parse(trainings), folders);
    return;
}
if (args is ["members", var seeds, .. var sets])
{
    MemberBenchmarks.Run(int.Parse(seeds), sets);
    return;
}
if (args is ["missing", var number, .. var data])
{
    MissingBenchmarks.Run(int.Parse(number), data);
    return;
}
Console.WriteLine("Ratios of two things timed in turn in this run; the median of the pairs, and their range. Lower is better unless it says otherwise.");
Console.WriteLine();
Console.WriteLine($"| {"what",-72} | {"ratio",7} | {"range",15} | {"bound",12} |");
Console.WriteLine($"| {new string('-', 72)} | {new string('-', 7)} | {new string('-', 15)} | {new string('-', 12)} |");
if (args is [] or ["vectors"])
    ReportVectors(BenchmarkRows.Create());
if (args is [] or ["convolutions"])
    ReportConvolutions(BenchmarkRows.Create(320));
if (args is [] or ["checkpoints"])
    ReportCheckpoints();
if (args is [] or ["media"])
    ReportMedia();

static void ReportVectors(TrainingRows data)
{
    Report("naive joint epoch: trainer / hand-written TorchSharp loop", "at most 1.15", TrainingBenchmarks.NaiveOverHandWritten(data));
    foreach (var (name, blending, most) in TrainingBenchmarks.Blendings())
        Report($"{name} / naive joint, whole fits, one thread", FormattableString.Invariant($"at most {most}"),
            TrainingBenchmarks.OverNaive(data, blending, sideBySide: false));
    Report("auto / naive joint, its networks side by side", "", TrainingBenchmarks.OverNaive(data, Blending.Auto(), sideBySide: true));
    Report("auto in five folds / naive joint, its networks side by side", "", TrainingBenchmarks.CrossFittedOverNaive(data));
    Report("online G-Blend / naive joint, branches side by side", "", TrainingBenchmarks.OverNaive(data, Blending.Online(6), sideBySide: true));
    Report("rows per second: batch scoring / PredictionEngine (higher is better)", "at least 10", ScoringBenchmarks.BatchOverRowByRow(data));
}

static void ReportConvolutions(TrainingRows data)
{
    foreach (var (name, blending, most) in TrainingBenchmarks.Blendings())
        Report($"{name} / naive joint, ResNet-18 of width 1/8, one thread", FormattableString.Invariant($"at most {most}"),
            TrainingBenchmarks.OverNaiveConvolutional(data, blending));
}

static void ReportCheckpoints()
{
    Report("a checkpoint / the minute between two, auto in five folds", "at most 0.03", CheckpointBenchmarks.OfTheDefault(BenchmarkRows.Create()));
    Report("the same, two ResNet-18 under Adam with a best epoch", "at most 0.03", CheckpointBenchmarks.OfLargeNetworks(BenchmarkRows.Create(120)));
}

static void ReportMedia()
{
    var (oneCursor, twoCursors) = LoadingBenchmarks.ClipsOverPlainLoop();
    Report("clips per second: LoadVideoClip / plain OpenCvSharp loop (higher is better)", "at least 0.9", oneCursor);
    Report("the same with two cursors", "at least 1.7", twoCursors);
    Report("fit on clips from a file / from memory, R3D-18 of width 1/16", "at most 1.3", MediaBenchmarks.VideoFromDiskOverMemory());
    Report("fit on clips from a file / from memory, MLP 64-32", "at most 1.3", MediaBenchmarks.DenseFromDiskOverMemory());
    Report("fit on clips with crops and flips / without, R3D-18 of width 1/16", "", MediaBenchmarks.AugmentedOverPlain());
    Report("epoch on clips, R(2+1)D-18 of width 1/8 / its multiply-adds as matrix products", "", MediaBenchmarks.ClipStepsOverMatrixProducts());
    Report("fit of a frozen R3D-18, features in every epoch / once, 5 epochs", "", MediaBenchmarks.FrozenEveryEpochOverOnce());
    Console.WriteLine();
    Console.WriteLine($"Peak memory of a process that fits on {MediaBenchmarks.TimesTheBudget} times its budget of {MediaBenchmarks.BudgetMegabytes} MB: "
        + $"{PeakOfOwnProcess():0} MB (at most {MediaBenchmarks.BudgetMegabytes + 500}).");
}

// What a process had at most does not go down again, so it is one of its own.
static double PeakOfOwnProcess()
{
    string library = typeof(MediaBenchmarks).Assembly.Location;
    using var process = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet"
        ? [library, "peak"] : ["peak"])
    { RedirectStandardOutput = true })!;
    string output = process.StandardOutput.ReadToEnd();
    process.WaitForExit();
    return double.Parse(output, CultureInfo.InvariantCulture);
}

static void Report(string what, string bound, IReadOnlyList<double> ratios)
{
    var sorted = ratios.Order().ToArray();
    Console.WriteLine($"| {what,-72} | {sorted[sorted.Length / 2],7:0.00#} | {$"{sorted[0]:0.00#} - {sorted[^1]:0.00#}",15} | {bound,12} |");
}
