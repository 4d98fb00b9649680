using System.Diagnostics;
using System.Globalization;

namespace Compare;

/// <summary>One timed fit, and the naive fit of the same round.</summary>
/// <param name="Set">The data set.</param>
/// <param name="Recipe">The recipe.</param>
/// <param name="Round">Counted from zero.</param>
/// <param name="Seconds">By the clock, on the cores there are.</param>
/// <param name="CpuSeconds">Of all cores together.</param>
/// <param name="NaiveSeconds">By the clock, of the naive fit.</param>
/// <param name="NaiveCpuSeconds">Of all cores together, of the naive fit.</param>
internal sealed record Timing(string Set, string Recipe, int Round, double Seconds, double CpuSeconds, double NaiveSeconds, double NaiveCpuSeconds)
{
    public double Ratio => Seconds / NaiveSeconds;

    public double CpuRatio => CpuSeconds / NaiveCpuSeconds;
}

/// <summary>What methods cost: fits by themselves, one after another, each round with a naive fit to divide by.</summary>
internal sealed class Timings(string path, string settings)
{
    private const string Header = "Set,Recipe,Round,Seconds,CpuSeconds,NaiveSeconds,NaiveCpuSeconds,Settings";

    public IReadOnlyList<Timing> Read()
    {
        var rows = new List<Timing>();
        foreach (var row in CsvLines.Read(path, Header))
        {
            string[] cells = [.. row.Cells];
            if (cells.Length != Header.Split(',').Length || cells[^1] != settings)
                continue;
            double[] seconds = [
                .. cells[3..7].Select(c => double.TryParse(c, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) ? value : double.NaN)];
            if (!int.TryParse(cells[2], CultureInfo.InvariantCulture, out int round) || seconds.Any(double.IsNaN))
                throw new UserErrorException($"{path}, line {row.Line}: not a line of timings. Correct it, or write to another folder with --out.");
            rows.Add(new(cells[0], cells[1], round, seconds[0], seconds[1], seconds[2], seconds[3]));
        }
        return rows;
    }

    public void Measure(IReadOnlyList<DataSet> sets, IReadOnlyList<Recipe> recipes, int rounds, RunSettings run, CancellationToken cancelled)
    {
        var finished = Read().Select(t => (t.Set, t.Recipe, t.Round)).ToHashSet();
        var naive = Recipe.Named([Recipe.Naive]).Single();
        bool isWarm = false;
        for (int round = 0; round < rounds; round++)
        {
            foreach (var data in sets)
            {
                Recipe[] left = [.. recipes.Where(r => r.Name != Recipe.Naive && !r.IsUntuned && !finished.Contains((data.Name, r.Name, round)))];
                if (left.Length == 0)
                    continue;
                Console.WriteLine($"Timing {data.Name}, round {round + 1} of {rounds}: {left.Length} methods.");
                if (!isWarm)
                    Time(data, naive, run, cancelled);
                isWarm = true;
                foreach (var recipe in left)
                {
                    if (Time(data, naive, run, cancelled) is not { } one || Time(data, recipe, run, cancelled) is not { } fit)
                        continue;
                    CsvLines.Append(path, Header, string.Create(CultureInfo.InvariantCulture,
                        $"{CsvFile.Cell(data.Name)},{recipe.Name},{round},{fit.Seconds:0.000},{fit.Cpu:0.000},"
                            + $"{one.Seconds:0.000},{one.Cpu:0.000},{CsvFile.Cell(settings)}\n"));
                }
            }
        }
    }

    /// <summary>At the lowest rate, where the fewest trainings diverge; a training that does has no time.</summary>
    private static (double Seconds, double Cpu)? Time(DataSet data, Recipe recipe, RunSettings run, CancellationToken cancelled)
    {
        using var process = Process.GetCurrentProcess();
        var clock = Stopwatch.StartNew();
        var before = process.TotalProcessorTime;
        using var model = new Fitting(data, run, cancelled).Fit(recipe, data.Columns, run.Rates.Min(), Treatment.Last, seed: 0);
        process.Refresh();
        return model is null ? null : (clock.Elapsed.TotalSeconds, (process.TotalProcessorTime - before).TotalSeconds);
    }
}
