using System.Globalization;
using System.Text;
using Microsoft.Data.Analysis;

namespace GBlend.MLNet.AutoML;

/// <summary>Trials as a table.</summary>
internal static class Leaderboard
{
    internal static DataFrame Create(IReadOnlyList<SweepTrial> trials, SweepSpace space, string metric)
    {
        var frame = new DataFrame(
            new Int32DataFrameColumn("Rank", trials.Select((_, i) => i + 1)),
            new Int32DataFrameColumn("Trial", trials.Select(t => t.Number)),
            new StringDataFrameColumn("Status", trials.Select(t => t.Status.ToString())),
            new DoubleDataFrameColumn(metric, trials.Select(t => t.Metric)),
            new DoubleDataFrameColumn("Deviation", trials.Select(t => t.Deviation)),
            new Int32DataFrameColumn("Seeds", trials.Select(t => t.Repeats)),
            new Int32DataFrameColumn("Epochs", trials.Select(t => t.Epochs)),
            new DoubleDataFrameColumn("Seconds", trials.Select(t => t.Duration.TotalSeconds)));
        foreach (var setting in space.Settings)
            frame.Columns.Add(new StringDataFrameColumn(setting.Name,
                trials.Select(t => t.IsGiven ? "as given" : t.Values.TryGetValue(setting.Name, out var value) ? Text(value) : null)));
        frame.Columns.Add(new StringDataFrameColumn("Error", trials.Select(t => t.Error)));
        return frame;
    }

    /// <summary>By hand, because <see cref="DataFrame"/> quotes nothing that has a line break in it.</summary>
    internal static void Save(DataFrame frame, string path)
    {
        var text = new StringBuilder();
        text.AppendJoin(',', frame.Columns.Select(c => Quoted(c.Name))).Append('\n');
        for (long row = 0; row < frame.Rows.Count; row++)
            text.AppendJoin(',', frame.Columns.Select(c => Quoted(Text(c[row])))).Append('\n');
        AtomicFile.Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(text.ToString())));
    }

    /// <summary>A value as text, in the invariant culture.</summary>
    internal static string Text(object? value) => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";

    private static string Quoted(string cell) => cell.AsSpan().IndexOfAny(",\"\r\n") >= 0 ? $"\"{cell.Replace("\"", "\"\"")}\"" : cell;
}
