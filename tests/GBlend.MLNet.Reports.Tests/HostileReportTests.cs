using System.Xml.Linq;
using FsCheck.Xunit;

namespace GBlend.MLNet.Reports.Tests;

/// <summary>Reports of what nobody would want to report.</summary>
public sealed class HostileReportTests
{
    private static readonly string[] s_hostile =
    [
        "<script>alert(1)</script>", "\"><img src=x "
            + "onerror=alert(1)>", "]]></style><b>", "\u202Egnp.exe\u202C", "\u2066\u200Fabc\u200E", "a\0b\u0007c", "\uD800 alone", "&amp;&lt;",
        new('n', 10_000), "</pre></details><h1>", "  ", "", "\u05D0\u05D1\u05D2 \u0627\u0644", "e"
            + new string('\u0301', 300), "javascript:alert(1)", "{{7*7}}${7*7}",
    ];

    [Fact]
    public void Hostile_names_of_classes_branches_paths_and_groups_are_text()
    {
        string[] branches = [s_hostile[0], s_hostile[3]];
        var options = new ReportOptions { Title = s_hostile[1], RowNameColumnName = "Path", GroupColumnName = "Path", MaximumConfusedRows = 200 };
        options.Warnings.Add(s_hostile[0]);
        options.Facts[s_hostile[1]] = s_hostile[3];
        var scored = MadeRows.Classes(s_hostile, 320, branches);
        options.Baselines.Add(new(s_hostile[1], scored));
        var report = TrainingReport.Create(MadeRows.History([.. branches, "Joint"], 12), scored, options);
        var page = new HtmlPage(report.ToHtml()).CheckIsSound();
        Assert.Contains("<script>alert(1)</script>", page.Section("confusion").Value, StringComparison.Ordinal);
        Assert.Contains("⟨U+202E⟩gnp.exe⟨U+202C⟩", page.Section("modalities").Value, StringComparison.Ordinal);
        // Names that are long are cut where they are shown, and whole in the JSON.
        Assert.DoesNotContain(page.All("td").Concat(page.All("th")), cell => cell.Value.Length > 1000);
        Assert.Equal(s_hostile.Select(n => n.Replace('\uD800', '\uFFFD')), page.Json["test"]!["classes"]!.AsArray().Select(n => (string?)n));
    }

    [Property(MaxTest = 60)]
    public void Any_text_is_shown_and_nothing_of_it_acts(string? first, string? second)
    {
        string[] names = [(first ?? "") + "1", (second ?? "") + "2"];
        var report = TrainingReport.Create(MadeRows.History(["A", "Joint"], 2), MadeRows.Classes(names, 10, ["A", "B"]),
            new() { Title = first ?? "", RowNameColumnName = "Path" });
        new HtmlPage(report.ToHtml()).CheckIsSound();
    }

    [Fact]
    public void A_thousand_classes_make_a_page_of_a_size_that_opens()
    {
        string[] names = [.. Enumerable.Range(0, 1000).Select(i => $"class {i}")];
        var report = TrainingReport.Create(MadeRows.History(["A", "B", "Joint"], 10), MadeRows.Classes(names, 1200, ["A", "B"]));
        var page = new HtmlPage(report.ToHtml()).CheckIsSound();
        Assert.InRange(page.Text.Length, 10_000, 2_000_000);
        Assert.Equal(1200, page.Json["test"]!["confusion"]!.AsArray().Sum(c => (int)c!["rows"]!));
        Assert.Equal(1000, page.Json["test"]!["byClass"]!.AsArray().Count);
    }

    [Fact]
    public void A_thousand_epochs_are_drawn_and_thinned_in_the_table_only()
    {
        var history = MadeRows.History(["A", "B", "Joint"], 1000);
        var page = new HtmlPage(TrainingReport.Create(history, MadeRows.Classes(["x", "y"], 40, ["A", "B"])).ToHtml()).CheckIsSound();
        Assert.InRange(page.Text.Length, 10_000, 3_000_000);
        Assert.Equal(1000, page.Json["history"]!["epochs"]!.AsArray().Count);
        Assert.InRange(page.Section("losses").Descendants("tbody").Elements("tr").Count(), 200, 202);
    }

    [Fact]
    public void One_class_one_row_and_one_epoch_are_enough()
    {
        var page = new HtmlPage(TrainingReport.Create(MadeRows.History(["A"], 1), MadeRows.Classes(["only"], 1, ["A", "B"])).ToHtml()).CheckIsSound();
        Assert.Contains("On 1 test row ", page.Verdict, StringComparison.Ordinal);
        Assert.Contains("100.0 %", page.Verdict, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_held_out_rows_it_says_so()
    {
        var page = new HtmlPage(TrainingReport.Create(MadeRows.History(["A", "B", "Joint"], 5, hasHeldOut: false),
            MadeRows.Classes(["x", "y"], 40, ["A", "B"])).ToHtml()).CheckIsSound();
        Assert.Contains("No rows were held out", page.Section("heldout").Value, StringComparison.Ordinal);
        Assert.Contains("No rows were held out", page.Section("warnings").Value, StringComparison.Ordinal);
        Assert.False(page.Has("estimates"));
        Assert.DoesNotContain("held-out rows.", page.Section("losses").Value, StringComparison.Ordinal);
    }

    [Fact]
    public void Losses_that_are_no_numbers_are_left_out_of_figures_and_named()
    {
        var history = MadeRows.History(["A", "Joint"], 3);
        var broken = history with { Epochs = [.. history.Epochs.Select(e => e with { TrainLoss = [double.NaN, double.PositiveInfinity] })] };
        var page = new HtmlPage(TrainingReport.Create(broken, MadeRows.Classes(["x", "y"], 40, ["A", "B"])).ToHtml()).CheckIsSound();
        Assert.Contains("not finite", page.Section("warnings").Value, StringComparison.Ordinal);
        Assert.Equal(["NaN", "Infinity"], page.Json["history"]!["epochs"]![0]!["trainLoss"]!.AsArray().Select(v => (string?)v));
    }

    [Fact]
    public void A_history_without_epochs_has_no_figures_of_them() =>
        new HtmlPage(TrainingReport.Create(MadeRows.History(["A", "Joint"], 0) with { SelectedEpoch = 0 }, MadeRows.Classes(["x", "y"], 40, ["A", "B"]))
            .ToHtml()).CheckIsSound();

    /// <summary>A folder that is not there is an error that names it, and no file is left.</summary>
    [Fact]
    public void A_page_that_cant_be_written_leaves_nothing()
    {
        var report = LeaderboardReport.Create([new("a", 1)]);
        string folder = Directory.CreateTempSubdirectory().FullName, path = Path.Combine(folder, "missing", "report.html");
        var error = Assert.ThrowsAny<IOException>(() => report.Save(path));
        Assert.Contains("missing", error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(folder));
        Directory.Delete(folder);
    }
}
