using System.Runtime.CompilerServices;
using Microsoft.ML;

namespace GBlend.MLNet.AutoML.Tests;

/// <summary>The sweep of the docs, compiled and run as it stands there.</summary>
public sealed class ReadmeTests
{
    [Fact]
    public void The_sweep_runs()
    {
        var ml = new MLContext(seed: 1);
        string journal = Path.GetTempFileName();
        try
        {
            Program(ml, SweepRows.View(ml, 120, 1), SweepRows.View(ml, 60, 2), SweepRows.View(ml, 180, 3), journal);
            Assert.InRange(File.ReadAllLines(journal).Length, 40, 200);
        }
        finally
        {
            File.Delete(journal);
        }
    }

    [Fact]
    public void The_sweep_is_the_one_in_the_readme()
    {
        string[] source = File.ReadAllLines(ThisFile()),
            readme = File.ReadAllLines(Path.Combine(Path.GetDirectoryName(ThisFile())!, "..", "..", "..", "docs", "sweeps.md"));
        int begin = Array.FindIndex(source, l => l.Trim() == "// README begins"), end = Array.FindIndex(source, l => l.Trim() == "// README ends");
        string[] lines = [.. source[(begin + 1)..end].Select(l => l.Trim()).Where(l => l.Length > 0)];
        Assert.Contains(string.Join('\n', lines), string.Join('\n', readme.Select(l => l.Trim()).Where(l => l.Length > 0)));
    }

    private static void Program(MLContext ml, IDataView train, IDataView choosing, IDataView allButTest, string journal)
    {
        // README begins
        var sweep = new GradientBlendingSweep(ml, new GradientBlendingSweep.Options
        {
            Trainer = new()                             // as you would write it yourself; it is the first trial, and what does not vary stays as it is here
            {
                Modalities = { Modality.Vector("Face"), Modality.Vector("Voice") },
                SamplingKeyColumnName = "Speaker",
                ValidationFraction = 0.2f,
            },
            Before = ml.Transforms.Conversion.MapValueToKey("Label"),
            After = ml.Transforms.Conversion.MapKeyToValue("PredictedLabel"),
            Metric = SweepMetric.LogLoss,               // or a number of any ML.NET evaluator, or a function of yours
            Budget = SweepBudget.OfTrials(40),          // or of time, or of epochs
            JournalPath = journal,                      // the same program goes on where it was interrupted
            Progress = new Progress<SweepProgress>(Console.WriteLine),
        });
        SweepResult result = sweep.Run(train, choosing);

        Console.WriteLine(result.ToDataFrame());        // the leaderboard; SaveCsv writes it
        Console.WriteLine(result.Importance());         // which settings mattered, and how far to believe it
        Console.WriteLine(result.BestCode);             // the best settings as C# to paste
        ITransformer model = result.Refit(allButTest);  // result.Model is the one of the training rows
        // README ends
        (model as IDisposable)?.Dispose();
        result.Model!.Dispose();
    }

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
