using System.Globalization;
using GBlend.MLNet.Reports;

namespace GBlend.MLNet.AutoML;

/// <summary>A sweep as a report.</summary>
internal static class SweepReport
{
    internal static LeaderboardReport Create(SweepResult result, string title, SweepMetric metric)
    {
        var options = new LeaderboardOptions
        {
            Title = title,
            MetricName = metric.Name,
            IsMaximized = metric.IsMaximized,
            MeasuredOn = "the choosing rows",
            BestCode = result.BestCode,
        };
        var importance = result.Importance();
        foreach (var setting in importance.Settings)
            options.Importance.Add(new(setting.Setting, setting.Importance));
        options.ImportanceNote = importance.Explained is { } explained
            ? string.Create(CultureInfo.InvariantCulture, $"Measured on {importance.Trials} trials after {importance.Epochs} epochs. The settings explain "
                + $"{100 * Math.Max(0, explained):0} % of the trials' order on trials that were not looked at; the nearer that is to 0, the less the "
                + $"bars mean.")
            : $"{importance.Trials} trials are too few to tell which settings matter.";
        options.Facts["Ended by"] = result.End.ToString();
        options.Facts["Epochs of all trials"] = result.Epochs.ToString(CultureInfo.InvariantCulture);
        options.Facts["Time"] = result.Duration.ToString("g", CultureInfo.InvariantCulture);
        return LeaderboardReport.Create([.. result.Trials.Select(Entry)], options);
    }

    private static LeaderboardEntry Entry(SweepTrial trial) => new($"Trial {trial.Number}", trial.Metric)
    {
        Repetitions = trial.MetricBySeed,
        Settings = trial.IsGiven ? [new("Settings", "as given")] : [.. trial.Values.Select(v => KeyValuePair.Create(v.Key, Leaderboard.Text(v.Value)))],
        MetricByEpochs = trial.MetricByEpochs,
        Epochs = trial.Epochs,
        Duration = trial.Duration,
        Status = trial.Status.ToString(),
        Error = trial.Error,
    };
}
