using System.Globalization;
using System.Text;
using Spectre.Console;

namespace Recipes;

/// <summary>The table of a run: what was measured here beside what the paper measured.</summary>
/// <param name="Recipe">The recipe that was run.</param>
/// <param name="Published">The recipe as it stands in the book, whose numbers the paper has.</param>
/// <param name="What">On what was measured, in words.</param>
/// <param name="Methods">What came out.</param>
internal sealed record Results(Recipe Recipe, Recipe Published, string What, IReadOnlyList<MethodResult> Methods)
{
    /// <summary>Whether networks started from weights: the paper's rows of networks trained from scratch are then no rows to stand beside.</summary>
    public bool StartsFromWeights { get; init; }

    private IReadOnlyList<string> Metrics => [.. Methods.SelectMany(m => m.Values).Select(v => v.Metric).Distinct()];

    public void Print()
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumn("Network");
        foreach (string metric in Metrics)
            table.AddColumn(new TableColumn($"{metric}\n[dim]here / paper[/]").RightAligned());
        table.AddColumn(new TableColumn("Seconds").RightAligned());
        table.AddColumn("Row of the paper");
        foreach (var (name, cells, seconds, source) in Rows())
            table.AddRow([Markup.Escape(name), .. cells.Select(c => Markup.Escape(c)), seconds, Markup.Escape(source)]);
        AnsiConsole.Write(table);
        AnsiConsole.WriteLine(Legend);
        foreach (string line in Weights())
            AnsiConsole.WriteLine(line);
    }

    public string ToMarkdown()
    {
        var text = new StringBuilder();
        text.AppendLine($"# {Recipe.Name} ({Recipe.Variant})").AppendLine().AppendLine(Published.About + ".").AppendLine().AppendLine(Legend).AppendLine();
        text.AppendLine($"| Network | {string.Join(" | ", Metrics.Select(m => $"{m}, here / paper"))} | Seconds | Row of the paper |");
        text.AppendLine($"| --- |{string.Concat(Metrics.Select(_ => " --- |"))} --- | --- |");
        foreach (var (name, cells, seconds, source) in Rows())
            text.AppendLine($"| {name} | {string.Join(" | ", cells)} | {seconds} | {source} |");
        text.AppendLine();
        foreach (string line in Weights())
            text.AppendLine($"- {line}");
        text.AppendLine().AppendLine("The paper's rows on this set:").AppendLine();
        text.AppendLine("| Source | Network | Modalities | Method | Numbers |").AppendLine("| --- | --- | --- | --- | --- |");
        foreach (var row in PaperTables.Of(Published))
            text.AppendLine($"| {row.Source} | {row.Network} | {row.Modalities} | {row.Method} | {string.Join(", "
                + $"", row.Values.Select(v => $"{v.Metric} {Text(v.Value)}"))} |");
        return text.ToString();
    }

    private string Legend =>
        $"The first number of each pair was measured here, on {What}; the second is the paper's, on "
        + $"{PaperTables.Of(Published).FirstOrDefault()?.Set ?? "its set"} with its networks. In percent, but d-prime; a dash stands for what the paper does "
        + $"not have, or what the test videos can't tell (a label that none or all of them have).";

    private IEnumerable<(string Name, IReadOnlyList<string> Cells, string Seconds, string Source)> Rows() => Methods.Select(result =>
    {
        var paper = PaperTables.Match(Published with { Modalities = Recipe.Modalities }, result.Method);
        if (paper is not null && StartsFromWeights != paper.Network.Contains("from ", StringComparison.Ordinal) && Published.Data != DataSetKind.EpicKitchens)
            paper = null;
        string[] cells = [.. Metrics.Select(metric => result.Values.FirstOrDefault(v => v.Metric == metric) is { } here
            ? $"{Text(here.Value)} / {(paper?.Find(metric) is { } there ? Text(there) : "-")}"
            : result.Failure ?? "-")];
        string source = paper is null ? "-" : $"{paper.Source}{(paper.Network.Length > 0 ? $", {paper.Network}" : "")}";
        return (result.Method.Title, (IReadOnlyList<string>)cells, Text(result.Seconds), source);
    });

    private IEnumerable<string> Weights() => Methods.SelectMany(m => m.Estimates.Select(e =>
        $"{m.Method.Title}{(e.Target is "verb" or "noun" ? $", {e.Target}" : "")}, epochs {e.Estimate.FirstEpoch} to "
            + $"{e.Estimate.FirstEpoch + e.Estimate.Epochs - 1}: "
        + string.Join(", ", e.Estimate.Branches.Select(b => string.Create(CultureInfo.InvariantCulture, $"{b.Branch} {b.Weight:0.000}")))
        + (e.Estimate.Guards.Count > 0 ? " (guards acted)" : "")));

    private static string Text(double value) => double.IsNaN(value) ? "-" : value.ToString("0.0", CultureInfo.InvariantCulture);
}
