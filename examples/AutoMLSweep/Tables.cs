using System.Globalization;
using GBlend.MLNet.AutoML;
using Spectre.Console;

namespace AutoMLSweep;

/// <summary>What is printed at the end.</summary>
internal static class Tables
{
    private const int Shown = 10;

    /// <summary>The best trials, with the settings in which they differ from one another; what they have in common stands below.</summary>
    public static Table Leaderboard(SweepResult result, SweepMetric metric)
    {
        var shown = result.Trials.Take(Shown).Where(t => !t.IsGiven && t.Status != SweepStatus.Failed).ToArray();
        var common = shown.Length < 2 ? []
            : shown[0].Values.Where(v => shown.All(t => t.Values.TryGetValue(v.Key, out var other) && other.Equals(v.Value))).ToDictionary();
        var table = new Table().Border(TableBorder.Rounded).AddColumn("Trial").AddColumn(new TableColumn(metric.Name).RightAligned()).AddColumn(
            new TableColumn("Epochs").RightAligned()).AddColumn(new TableColumn("Seconds").RightAligned()).AddColumn("Settings");
        foreach (var trial in result.Trials.Take(Shown).Concat(result.Trials.Skip(Shown).Where(t => t.IsGiven)))
        {
            string value = trial.Metric is { } m ? m.ToString("0.0000", CultureInfo.InvariantCulture)
                + (trial.Deviation is { } d ? d.ToString(" ± 0.0000", CultureInfo.InvariantCulture) : "") : "";
            string settings = trial.Status == SweepStatus.Failed ? trial.Error! : trial.IsGiven ? "as given"
                : string.Join(", ", trial.Values.Where(v => !common.ContainsKey(v.Key)).Select(v => $"{v.Key} {Show(v.Value)}"));
            table.AddRow($"{trial.Number}", value, $"{trial.Epochs}", trial.Duration.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture),
                Markup.Escape(settings));
        }
        if (common.Count > 0)
            table.Caption = new TableTitle(Markup.Escape($"all of them: {string.Join(", ", common.Select(v => $"{v.Key} {Show(v.Value)}"))}"));
        return table;
    }

    /// <summary>Which settings mattered.</summary>
    public static Table Importance(SweepImportance importance)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumn("Setting").AddColumn(new TableColumn("Importance").RightAligned()).AddColumn(
            "Median by value (trials)");
        table.Title = new TableTitle(importance.Explained is { } explained
            ? string.Create(CultureInfo.InvariantCulture, $"What mattered, by {importance.Trials} trials after {importance.Epochs} epochs; "
                + $"{100 * Math.Max(0, explained):0} % of their order is explained by the settings")
            : $"{importance.Trials} trials are too few to tell what mattered");
        foreach (var setting in importance.Settings.Take(8))
        {
            table.AddRow(Markup.Escape(setting.Setting), setting.Importance.ToString("0.000", CultureInfo.InvariantCulture),
                Markup.Escape(string.Join(
                    "   ", setting.Effects.Select(e => string.Create(CultureInfo.InvariantCulture, $"{e.Value}: {e.MedianMetric:0.000} ({e.Trials})")))));
        }
        return table;
    }

    public static string Why(SweepEnd end) => end switch
    {
        SweepEnd.Canceled => "your asking",
        SweepEnd.SpaceExhausted => "there being nothing left to try",
        _ => "its budget",
    };

    private static string Show(object value) =>
        value is double number ? number.ToString("G3", CultureInfo.InvariantCulture) : Convert.ToString(value, CultureInfo.InvariantCulture)!;
}
