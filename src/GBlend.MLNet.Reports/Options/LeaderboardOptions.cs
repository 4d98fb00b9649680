namespace GBlend.MLNet.Reports;

/// <summary>The options of a <see cref="LeaderboardReport"/>.</summary>
public sealed class LeaderboardOptions
{
    /// <summary>The heading of the page. Default <c>Leaderboard</c>.</summary>
    public string Title { get; set; } = "Leaderboard";

    /// <summary>The name of the metric. Default <c>Metric</c>.</summary>
    public string MetricName { get; set; } = "Metric";

    /// <summary>A value that says whether a higher metric is better. Default <see langword="false"/>: a lower one is.</summary>
    public bool IsMaximized { get; set; }

    /// <summary>The rows on which the metric was measured, in words, for example <c>the choosing rows</c>. Default <c>rows that trained nothing</c>.</summary>
    public string MeasuredOn { get; set; } = "rows that trained nothing";

    /// <summary>The importance of each setting, the largest first: its name and a number, 0 for one that did not. Default empty.</summary>
    public IList<KeyValuePair<string, double>> Importance { get; } = [];

    /// <summary>A sentence below the importances, for example how far to believe them. Default empty.</summary>
    public string ImportanceNote { get; set; } = "";

    /// <summary>The best settings as code to paste. Default <see langword="null"/>: none are shown.</summary>
    public string? BestCode { get; set; }

    /// <summary>Further facts to list, for example the budget and what ended the search. Default empty.</summary>
    public IDictionary<string, string> Facts { get; } = new Dictionary<string, string>();
}
