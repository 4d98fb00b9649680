namespace GBlend.MLNet.Reports;

/// <summary>A report of a sweep or a comparison: what was tried, what came out, and which settings mattered.</summary>
/// <example>
/// <code>
/// var report = LeaderboardReport.Create(
///     [new("naive", 0.81) { Repetitions = [0.80, 0.82] }, new("default", 0.87) { Repetitions = [0.86, 0.88] }],
///     new() { MetricName = "accuracy", IsMaximized = true });
/// report.Save("comparison.html");
/// </code>
/// </example>
public sealed class LeaderboardReport : Report
{
    private LeaderboardReport(LeaderboardContent content) : base(content.Title, content.Verdict, content.Sections, content.Figures, content.AllNumbers)
    {
    }

    /// <summary>Makes the report.</summary>
    /// <param name="entries">
    /// What was tried, the best first (as a sweep's <c>Trials</c> are), those that failed last; at least one. The order is kept.
    /// </param>
    /// <param name="options">The options; <see langword="null"/> for the defaults.</param>
    /// <returns>The report.</returns>
    /// <exception cref="ArgumentException"><paramref name="entries"/> is empty.</exception>
    public static LeaderboardReport Create(IReadOnlyList<LeaderboardEntry> entries, LeaderboardOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(entries);
        return entries.Count == 0
            ? throw new ArgumentException("There is nothing to report: give at least one entry.", nameof(entries))
            : new(new LeaderboardContent(entries, options ?? new()));
    }
}
