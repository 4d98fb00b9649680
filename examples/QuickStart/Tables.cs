using GBlend.MLNet;
using Spectre.Console;

namespace QuickStart;

/// <summary>The outcomes of the seeds of one method.</summary>
internal sealed record Result(Method Method, IReadOnlyList<Outcome> Outcomes)
{
    private IEnumerable<Outcome> Good => Outcomes.Where(o => o.Failure is null);

    public int Failures => Outcomes.Count(o => o.Failure is not null);

    /// <summary>Over the seeds that gave a model; not a number when none did.</summary>
    public double Accuracy => Good.Select(o => o.Accuracy).DefaultIfEmpty(double.NaN).Average();

    public double LogLoss => Good.Select(o => o.LogLoss).DefaultIfEmpty(double.NaN).Average();

    /// <summary>The standard deviation over seeds of the accuracy.</summary>
    public double Spread => MeanAndSpread(Good.Select(o => o.Accuracy)).Spread;

    /// <summary>Mean and standard deviation over seeds of the accuracy.</summary>
    public string AccuracyText => Text(Good.Select(o => o.Accuracy));

    /// <summary>The same for the joint head by itself.</summary>
    public string JointAccuracyText => Good.Any(o => o.JointAccuracy is not null) ? Text(Good.Select(o => o.JointAccuracy ?? double.NaN)) : "";

    /// <summary>What else was counted on the test rows.</summary>
    public IEnumerable<string> HitNames => Good.SelectMany(o => o.Hits.Keys).Distinct();

    /// <summary>Mean and standard deviation over seeds of one of them.</summary>
    public string HitText(string name) =>
        Good.Any(o => o.Hits.ContainsKey(name)) ? Text(Good.Where(o => o.Hits.ContainsKey(name)).Select(o => o.Hits[name])) : "";

    /// <summary>The median: the first fit of a program also loads libraries.</summary>
    public double Seconds => Good.Select(o => o.Seconds).Order().ElementAtOrDefault(Good.Count() / 2);

    private static string Text(IEnumerable<double> values)
    {
        var (mean, spread) = MeanAndSpread(values);
        return $"{100 * mean:0.0} ± {100 * spread:0.0} %";
    }

    private static (double Mean, double Spread) MeanAndSpread(IEnumerable<double> values)
    {
        double[] all = [.. values];
        double mean = all.DefaultIfEmpty(double.NaN).Average();
        return (mean, all.Length < 2 ? 0 : Math.Sqrt(all.Sum(v => (v - mean) * (v - mean)) / (all.Length - 1)));
    }
}

/// <summary>What is printed at the end.</summary>
internal static class Tables
{
    /// <summary>One line per method: accuracy, log-loss and time.</summary>
    public static Table Compare(IReadOnlyList<Result> results, bool showsJointHead)
    {
        var naive = results.FirstOrDefault(r => r.Method.Name == Method.Naive);
        var table = new Table().Border(TableBorder.Rounded)
            .AddColumn("Network")
            .AddColumn(new TableColumn("Test accuracy").RightAligned())
            .AddColumn(new TableColumn("Log-loss").RightAligned())
            .AddColumn(new TableColumn("Seconds").RightAligned())
            .AddColumn(new TableColumn("Cost").RightAligned());
        string[] hits = [.. results.SelectMany(r => r.HitNames).Distinct()];
        foreach (string hit in hits)
            table.AddColumn(new TableColumn(hit).RightAligned());
        if (showsJointHead)
            table.AddColumn(new TableColumn("Its joint head alone").RightAligned());
        foreach (var result in results)
        {
            if (result.Failures == result.Outcomes.Count)
            {
                table.AddRow(Markup.Escape(result.Method.Name), "[red]diverged[/]");
                continue;
            }
            string failed = result.Failures > 0 ? $" [red]({result.Failures} of {result.Outcomes.Count} diverged)[/]" : "";
            string cost = naive is { Seconds: > 0 } ? $"{result.Seconds / naive.Seconds:0.0}x" : "";
            string[] cells = [Markup.Escape(result.Method.Name), $"{result.AccuracyText}{failed}", $"{result.LogLoss:0.000}", $"{result.Seconds:0.0}", cost,
                .. hits.Select(result.HitText)];
            table.AddRow(showsJointHead ? [.. cells, result.JointAccuracyText] : cells);
        }
        return table;
    }

    /// <summary>Whether fusion, the last of the methods, was worth it.</summary>
    public static string Verdict(IReadOnlyList<Result> results)
    {
        var fusion = results[^1];
        if (!double.IsFinite(fusion.Accuracy))
            return $"{fusion.Method.Name} has no result to compare.";
        if (results.Count == 1)
            return $"{fusion.Method.Name} has {100 * fusion.Accuracy:0.0} %.";
        var best = results.Where(r => r.Method.IsSingle && double.IsFinite(r.Accuracy)).MaxBy(r => r.Accuracy);
        string word = (fusion.Accuracy - (best?.Accuracy ?? 0)) switch
        {
            var d when Math.Abs(d) <= Math.Max(fusion.Spread, best?.Spread ?? 0) => "is level, within the spread, with",
            > 0 => "beats",
            _ => "does not reach",
        };
        var others = new[] { best?.Method.Name, Method.Naive, Method.Equal }.Select(name => results.FirstOrDefault(r => r.Method.Name == name && r != fusion))
            .OfType<Result>();
        return $"Fusion {word} the best single modality: {fusion.Method.Name} has {100 * fusion.Accuracy:0.0} %, "
            + string.Join(", ", others.Where(r => double.IsFinite(r.Accuracy)).Select(r => Difference(fusion, r))) + ".";
    }

    private static string Difference(Result result, Result other) => (100 * (result.Accuracy - other.Accuracy)) switch
    {
        >= 0.05 and var d => $"{d:0.0} points above {other.Method.Name} ({100 * other.Accuracy:0.0} %)",
        <= -0.05 and var d => $"{-d:0.0} points below {other.Method.Name} ({100 * other.Accuracy:0.0} %)",
        _ => $"as good as {other.Method.Name} ({100 * other.Accuracy:0.0} %)",
    };

    /// <summary>Prints the weights by super-epoch, and what is in the table.</summary>
    public static void ShowWeights(string method, TrainingHistory history)
    {
        AnsiConsole.WriteLine();
        AnsiConsole.WriteLine($"Weights by super-epoch ({method}, seed 0). G: how far the held-out loss fell with this branch trained alone; O: how much more "
            + $"the training loss fell; trust: how far the estimate moved the weights.");
        AnsiConsole.Write(Weights(history));
    }

    /// <summary>One row per super-epoch.</summary>
    private static Table Weights(TrainingHistory history)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumn("Epochs");
        foreach (string branch in history.Branches)
            table.AddColumn(new TableColumn($"{Markup.Escape(branch)}\n[dim]G / O[/]").RightAligned());
        table.AddColumn(new TableColumn("Trust").RightAligned()).AddColumn(new TableColumn("Guards").RightAligned());
        foreach (var estimate in history.Estimates)
        {
            table.AddRow([
                $"{estimate.FirstEpoch}-{estimate.FirstEpoch + estimate.Epochs - 1}",
                .. estimate.Branches.Select(b => $"{b.Weight:0.00}\n[dim]{b.Generalization:0.00} / {b.Overfitting:0.00}[/]"),
                $"{estimate.Trust:0.00}",
                $"{estimate.Guards.Count}"]);
        }
        return table;
    }
}
