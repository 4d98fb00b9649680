using System.Text.Json.Nodes;
using System.Xml.Linq;

namespace GBlend.MLNet.Reports;

/// <summary>What a report of a sweep or a comparison holds.</summary>
internal sealed class LeaderboardContent
{
    private const int MostRows = 300, MostLines = 8, MostBars = 30;

    private readonly IReadOnlyList<LeaderboardEntry> _entries;
    private readonly LeaderboardOptions _options;

    internal LeaderboardContent(IReadOnlyList<LeaderboardEntry> entries, LeaderboardOptions options)
    {
        (_entries, _options) = (entries, options);
        Part[] parts = [.. new[] { Board(), Bars(), Curves(), Importance(), Code(), Facts() }.OfType<Part>()];
        Sections = [.. parts.Select(p => p.Section)];
        Figures = [.. parts.SelectMany(p => p.Figures)];
    }

    internal string Title => _options.Title;

    internal string Verdict
    {
        get
        {
            LeaderboardEntry[] measured = [.. _entries.Where(e => e.Metric is not null)];
            string tried = $"Of {Numbers.Count(_entries.Count)} tried";
            if (measured.Length == 0)
                return $"{tried}, none gave a result.";
            var best = measured[0];
            string start = $"{tried}, {Inert.Name(best.Name)} has "
                + $"the {(_options.IsMaximized ? "highest" : "lowest")} {Inert.Name(_options.MetricName)}, {WithInterval(best)}";
            if (measured.Length == 1)
                return start + ".";
            string next = $"; the next, {Inert.Name(measured[1].Name)}, has {WithInterval(measured[1])}";
            return start + next + Difference(best, measured[1]) + ".";
        }
    }

    internal IReadOnlyList<Figure> Figures { get; }

    internal IReadOnlyList<XElement> Sections { get; }

    internal JsonObject AllNumbers => new()
    {
        ["report"] = "leaderboard",
        ["verdict"] = Verdict,
        ["metric"] = _options.MetricName,
        ["isMaximized"] = _options.IsMaximized,
        ["entries"] = Json.Of(_entries.Select(e => (JsonNode)new JsonObject
        {
            ["name"] = e.Name,
            ["metric"] = Json.Of(e.Metric),
            ["repetitions"] = Json.Of(e.Repetitions),
            ["epochs"] = e.Epochs,
            ["seconds"] = Json.Of(e.Duration?.TotalSeconds),
            ["status"] = e.Status,
            ["error"] = e.Error,
            ["settings"] = Json.Of(e.Settings.Select(s => (JsonNode)new JsonObject { ["name"] = s.Key, ["value"] = s.Value })),
            ["metricByEpochs"] = Json.Of(e.MetricByEpochs.OrderBy(m => m.Key)
                .Select(m => (JsonNode)new JsonObject { ["epochs"] = m.Key, ["metric"] = Json.Of(m.Value) })),
        })),
        ["importance"] = Json.Of(_options.Importance.Select(i => (JsonNode)new JsonObject { ["setting"] = i.Key, ["importance"] = Json.Of(i.Value) })),
        ["facts"] = Json.Of(_options.Facts.Concat(SettingsList.Versions().Select(v => KeyValuePair.Create(v.Item1, v.Item2)))
            .Select(f => (JsonNode)new JsonObject { ["name"] = f.Key, ["value"] = f.Value })),
    };

    private Part Board()
    {
        bool hasEpochs = _entries.Any(e => e.Epochs is not null), hasTime = _entries.Any(e => e.Duration is not null),
            hasStatus = _entries.Any(e => e.Status.Length > 0);
        bool hasErrors = _entries.Any(e => e.Error is not null), repeats = _entries.Any(e => e.Repetitions.Count > 1);
        string[] settings = [.. _entries.SelectMany(e => e.Settings.Select(s => s.Key)).Distinct()];
        string[] columns = ["Rank", "Name", _options.MetricName, .. Where(repeats, "95 % interval"), .. Where(hasStatus, "Status"),
            .. Where(hasEpochs, "Epochs"), .. Where(hasTime, "Time"),
            .. settings.Select(s => Inert.Name(s)), .. Where(hasErrors, "Error")];
        var rows = _entries.Take(MostRows).Select((e, i) => (IReadOnlyList<object?>)
        [
            $"{i + 1}", Html.Name(e.Name), e.Metric is { } metric ? Numbers.Show(metric) : "",
            .. Where(repeats, Ends(IntervalOf(e))), .. Where(hasStatus, e.Status), .. Where(hasEpochs, e.Epochs is { } epochs ? Numbers.Count(epochs) : ""),
            .. Where(hasTime, e.Duration is { } time ? ModalitySection.Duration(time) : ""),
            .. settings.Select(s => (object?)Html.Name(e.Settings.FirstOrDefault(x => x.Key == s).Value ?? "–")),
            .. Where(hasErrors, Html.Of("td", Html.At("class", "bad"), e.Error is null ? "" : Inert.Name(e.Error, 300))),
        ]);
        string more = _entries.Count > MostRows ? $" The first {MostRows} of {_entries.Count}; the JSON has all." : "";
        return new(Html.Section("leaderboard", "Leaderboard",
            Html.Table($"{Inert.Name(_options.MetricName)} on {Inert.Name(_options.MeasuredOn, 200)}, the best first.{more}", columns, rows),
            Html.Of("p", Html.At("class", "muted"), "The best of many is a little too good on the rows that chose it; only rows that chose nothing "
                + "say how good it is.")));
    }

    private Part? Bars()
    {
        LeaderboardEntry[] measured = [.. _entries.Where(e => e.Metric is { } metric && double.IsFinite(metric)).Take(MostBars)];
        if (measured.Length < 2)
            return null;
        var figure = BarChart.Draw("metrics", $"{Inert.Name(_options.MetricName)} of the {measured.Length} best"
            + (measured.Any(e => e.Repetitions.Count > 1) ? ", with 95 % intervals where there are repetitions." : "."),
            [.. measured.Select(e => (e.Name, IntervalOf(e)))], Numbers.Show, null);
        return new(Html.Section("metrics", "Compared", figure.ToHtml()), figure);
    }

    private Part? Curves()
    {
        LeaderboardEntry[] followed = [.. _entries.Where(e => e.MetricByEpochs.Count > 1).Take(MostLines)];
        if (followed.Length == 0)
            return null;
        int[] epochs = [.. followed.SelectMany(e => e.MetricByEpochs.Keys).Distinct().Order()];
        var figure = LineChart.Draw("curves",
            $"{Inert.Name(_options.MetricName)} by epochs, of the {followed.Length} best that were measured more than once.", _options.MetricName, epochs,
            [.. followed.Select((e, i) => new Series(e.Name, Filled(e, epochs), i, i % 2 == 0 ? null : "6 3"))], []);
        return new(Html.Section("curves", "By epochs", figure.ToHtml()), figure);
    }

    /// <summary>A straight line between the epochs at which a trial was measured, and nothing outside of them.</summary>
    private static double[] Filled(LeaderboardEntry entry, int[] epochs)
    {
        var known = entry.MetricByEpochs.OrderBy(m => m.Key).ToArray();
        return [.. epochs.Select(e =>
        {
            int next = Array.FindIndex(known, m => m.Key >= e);
            if (next < 0 || (next == 0 && known[0].Key > e))
                return double.NaN;
            if (known[next].Key == e)
                return known[next].Value;
            var (before, after) = (known[next - 1], known[next]);
            return before.Value + (after.Value - before.Value) * (e - before.Key) / (after.Key - before.Key);
        })];
    }

    private Part? Importance()
    {
        if (_options.Importance.Count == 0)
            return _options.ImportanceNote.Length == 0 ? null
                : new(Html.Section("importance", "Which settings mattered", Html.Paragraph(_options.ImportanceNote)));
        var shown = _options.Importance.Take(MostBars).ToArray();
        var figure = BarChart.Draw("importance", "How much each setting mattered.",
            [.. shown.Select(i => (i.Key, new Interval(i.Value, double.NaN, double.NaN)))], Numbers.Show, null);
        return new(Html.Section("importance", "Which settings mattered", figure.ToHtml(), _options.ImportanceNote.Length == 0 ? null
            : Html.Paragraph(_options.ImportanceNote)), figure);
    }

    private Part? Code() => _options.BestCode is not { } code ? null
        : new(Html.Section("code", "The best settings", Html.Of("pre", Html.At("tabindex", "0"), code)));

    private Part Facts() => SettingsList.Section([.. _options.Facts.Select(f => (f.Key, f.Value)), .. SettingsList.Versions()]);

    private static IEnumerable<T> Where<T>(bool isThere, T value) => isThere ? [value] : [];

    /// <summary>The metric with the interval of the mean of its repetitions.</summary>
    private static Interval IntervalOf(LeaderboardEntry entry) => entry.Repetitions.Count > 1
        ? Interval.OfMean(entry.Repetitions) with { Value = entry.Metric ?? double.NaN }
        : new(entry.Metric ?? double.NaN, double.NaN, double.NaN);

    private static string Ends(Interval value) => double.IsNaN(value.Low) ? "" : $"{Numbers.Show(value.Low)} to {Numbers.Show(value.High)}";

    private static string WithInterval(LeaderboardEntry entry)
    {
        var value = IntervalOf(entry);
        return double.IsNaN(value.Low) ? Numbers.Show(value.Value)
            : $"{Numbers.Show(value.Value)} (95 % interval {Ends(value)} over {entry.Repetitions.Count} repetitions)";
    }

    /// <summary>Whether the repetitions of two entries tell them apart.</summary>
    private static string Difference(LeaderboardEntry best, LeaderboardEntry next)
    {
        if (best.Repetitions.Count < 2 || next.Repetitions.Count < 2)
            return ", and single runs don't tell whether that is chance";
        double Square(LeaderboardEntry e) => Math.Pow((IntervalOf(e).High - IntervalOf(e).Low) / 2, 2);
        return Math.Abs(best.Repetitions.Average() - next.Repetitions.Average()) > Math.Sqrt(Square(best) + Square(next)) ? ""
            : ", so that the difference may be chance";
    }
}
