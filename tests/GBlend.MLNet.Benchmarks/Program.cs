using System.Globalization;
using GBlend.MLNet.Benchmarks;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
Console.WriteLine("Ratios of two things timed in turn in this run; the median of the pairs, and their range. Lower is better unless it says otherwise.");
Console.WriteLine();
Console.WriteLine($"| {"what",-72} | {"ratio",7} | {"range",15} | {"bound",12} |");
Console.WriteLine($"| {new string('-', 72)} | {new string('-', 7)} | {new string('-', 15)} | {new string('-', 12)} |");
if (args is [] or ["media"])
{
    var (oneCursor, twoCursors) = MediaBenchmarks.ClipsOverPlainLoop();
    Report("clips per second: LoadVideoClip / plain OpenCvSharp loop (higher is better)", "at least 0.9", oneCursor);
    Report("the same with two cursors", "at least 1.7", twoCursors);
}
if (args is ["media"])
    return;
var data = BenchmarkRows.Create();
Report("naive joint epoch: trainer / hand-written TorchSharp loop", "at most 1.15", TrainingBenchmarks.NaiveOverHandWritten(data));
Report("exact online G-Blend / naive joint, whole fits", "at most 3.3", TrainingBenchmarks.OnlineOverNaive(data));
Report("exact online G-Blend / naive joint, branches one after another", "", TrainingBenchmarks.OnlineOverNaive(data, sideBySide: false));
Report("offline G-Blend / naive joint, whole fits", "", TrainingBenchmarks.OfflineOverNaive(data));
Report("rows per second: batch scoring / PredictionEngine (higher is better)", "at least 10", ScoringBenchmarks.BatchOverRowByRow(data));

static void Report(string what, string bound, IReadOnlyList<double> ratios)
{
    var sorted = ratios.Order().ToArray();
    Console.WriteLine($"| {what,-72} | {sorted[sorted.Length / 2],7:0.00} | {$"{sorted[0]:0.00} - {sorted[^1]:0.00}",15} | {bound,12} |");
}
