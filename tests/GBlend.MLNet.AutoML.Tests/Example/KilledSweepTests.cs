using System.Diagnostics;

namespace GBlend.MLNet.AutoML.Tests;

/// <summary>The example program with a journal, killed at any moment, as the system does it: without a word.</summary>
public sealed class KilledSweepTests : IDisposable
{
    private const int Kills = 10;

    private readonly string _folder = Directory.CreateTempSubdirectory("killed-sweep").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_sweep_that_is_killed_ten_times_ends_like_an_unbroken_one_and_repeats_nothing()
    {
        Run("unbroken", kill: null);
        string[] whole = File.ReadAllLines(PathOf("unbroken", "journal"));
        var random = new Random(Environment.ProcessId);
        // Kills lie between the first result and the last, wherever they hit: in a training, between two, or while a line is written.
        for (int i = 1; i <= Kills; i++)
            Run("killed", kill: (1 + (i * (whole.Length - 3) / (Kills + 1)), TimeSpan.FromMilliseconds(random.Next(60))));
        Run("killed", kill: null);

        Assert.Equal(WithoutSeconds("unbroken"), WithoutSeconds("killed"));
        var steps = File.ReadAllLines(PathOf("killed", "journal")).Skip(1).Select(line => System.Text.Json.Nodes.JsonNode.Parse(line)!).Select(
            n => $"{n["trial"]} {n["repeat"]} {n["epochs"]}").ToArray();
        Assert.Equal(steps.Distinct().Count(), steps.Length);
        Assert.Equal(whole.Length - 1, steps.Length);
    }

    /// <summary>The leaderboard without the column of seconds, which are those of each run.</summary>
    private string[] WithoutSeconds(string name)
    {
        string[][] cells = [.. File.ReadAllLines(PathOf(name, "csv")).Select(line => line.Split(','))];
        int seconds = Array.IndexOf(cells[0], "Seconds");
        return [.. cells.Select(line => string.Join(",", line.Where((_, i) => i != seconds)))];
    }

    private string PathOf(string name, string kind) => Path.Combine(_folder, $"{name}.{kind}");

    /// <summary>Runs the example to its end, or until its journal has so many results and a little more.</summary>
    private void Run(string name, (int Results, TimeSpan Later)? kill)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = _folder };
        // A debugger's pipes would stay where it is killed.
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        foreach (string argument in new[]
        {
            Path.Combine(AppContext.BaseDirectory, "AutoMLSweep.dll"), "--total-epochs", "100", "--epochs", "9", "--seed", "3", "--journal",
                PathOf(name, "journal"), "--csv", PathOf(name, "csv"), "--save", PathOf(name, "zip"),
        })
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEndAsync();
        if (kill is var (results, later))
        {
            // Another process is watched through the file that it writes; the wait after that is what makes the moment of the kill random.
            while (Results(name) < results && !process.HasExited)
                Thread.Sleep(5);
            Thread.Sleep(later);
            Assert.False(process.HasExited, $"It ended before it could be killed: {errors.Result}");
            process.Kill();
        }
        process.WaitForExit();
        Task.WaitAll(errors, output);
        if (kill is null)
            Assert.True(process.ExitCode == 0, errors.Result);
    }

    private int Results(string name)
    {
        if (!File.Exists(PathOf(name, "journal")))
            return 0;
        using var file = new FileStream(PathOf(name, "journal"), FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(file);
        return reader.ReadToEnd().Count(c => c == '\n') - 1;
    }
}
