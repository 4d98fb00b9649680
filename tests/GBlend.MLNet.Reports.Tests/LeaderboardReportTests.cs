using System.Xml.Linq;

namespace GBlend.MLNet.Reports.Tests;

public sealed class LeaderboardReportTests
{
    [Fact]
    public void It_shows_what_was_tried_and_says_what_chance_may_have_done()
    {
        LeaderboardEntry[] entries =
        [
            new("Trial 3", 0.10) { Repetitions = [0.09, 0.11, 0.10], Settings = [new("Blending", "Online")], MetricByEpochs = new Dictionary<int,
                double> { [3] = 0.3, [9] = 0.10 }, Epochs = 27 },
            new("Trial <b>", 0.20) { Repetitions = [0.19, 0.21, 0.20], MetricByEpochs = new Dictionary<int, double> { [3] = 0.4, [27] = 0.2 },
                Duration = TimeSpan.FromSeconds(3) },
            new("Trial 2", null) { Status = "Failed", Error = "it <diverged>" },
        ];
        var options = new LeaderboardOptions { MetricName = "LogLoss", BestCode = "new Options { A < B }" };
        options.Importance.Add(new("Blending", 0.4));
        options.Importance.Add(new("Width", -0.01));
        var report = LeaderboardReport.Create(entries, options);
        var page = new HtmlPage(report.ToHtml()).CheckIsSound();
        Assert.StartsWith("Of 3 tried, Trial 3 has the lowest LogLoss, 0.100 (95 % interval 0.075 to 0.125 over 3 repetitions); the next, Trial <b>, "
            + "has 0.200", page.Verdict, StringComparison.Ordinal);
        Assert.DoesNotContain("chance", page.Verdict, StringComparison.Ordinal);
        Assert.Equal(3, page.Section("leaderboard").Descendants("tbody").Elements("tr").Count());
        Assert.Contains("it <diverged>", page.Section("leaderboard").Value, StringComparison.Ordinal);
        Assert.Contains("new Options { A < B }", page.Section("code").Value, StringComparison.Ordinal);
        Assert.Equal(0.3, (double)page.Json["entries"]![0]!["metricByEpochs"]![0]!["metric"]!);
        Assert.Null(page.Json["entries"]![2]!["metric"]);
    }

    [Fact]
    public void Single_runs_are_not_told_apart() =>
        Assert.EndsWith("and single runs don't tell whether that is chance.",
            LeaderboardReport.Create([new("a", 0.9), new("b", 0.8)], new() { IsMaximized = true }).Verdict, StringComparison.Ordinal);

    [Fact]
    public void All_may_have_failed()
    {
        var page = new HtmlPage(LeaderboardReport.Create([new("a", null), new("b", double.NaN)]).ToHtml()).CheckIsSound();
        Assert.NotEmpty(page.Verdict);
        Assert.Throws<ArgumentException>(() => LeaderboardReport.Create([]));
    }

    [Fact]
    public void A_thousand_trials_fit()
    {
        var page = new HtmlPage(LeaderboardReport.Create([.. Enumerable.Range(0, 1000)
            .Select(i => new LeaderboardEntry($"Trial {i}", i) { MetricByEpochs = new Dictionary<int, double> { [1] = i, [2] = i } })]).ToHtml())
            .CheckIsSound();
        Assert.InRange(page.Text.Length, 10_000, 2_000_000);
        Assert.Equal(1000, page.Json["entries"]!.AsArray().Count);
    }
}
