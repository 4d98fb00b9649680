using System.Globalization;
using System.Xml.Linq;

namespace GBlend.MLNet.Reports;

/// <summary>Single rows and groups of rows.</summary>
internal static class RowSections
{
    private const int MostGroups = 50, MostLabels = 6;

    internal static Part? Confused(
        TestResults results, IReadOnlyList<int> confused, IReadOnlyDictionary<long, IReadOnlyList<(string Column, string Uri)>> pictures, string? nameColumn)
    {
        if (confused.Count == 0)
            return results.Measure is ClassMeasure ? new(Html.Section("confused", "Most confused rows",
                Html.Paragraph("No test row is predicted wrongly, or none is to be shown."))) : null;
        bool hasPictures = pictures.Values.Any(p => p.Count > 0);
        Contestant[] heads = [.. results.Contestants.Where(c => c.Kind is ContestantKind.Alone or ContestantKind.Joint or ContestantKind.Member)];
        var rows = confused.Select(r => (IReadOnlyList<object?>)
        [
            results.RowNames is { } names ? Html.Name(names[r]) : Row(results.Positions[r]),
            .. hasPictures ? [Html.Of("td", pictures.GetValueOrDefault(results.Positions[r])?.Select(p =>
                Html.Of("img", Html.At("src", p.Uri), Html.At("alt", $"{Inert.Name(p.Column)} of row {results.Positions[r]}"))))] : Array.Empty<object?>(),
            Truth(results, r), Opinion(results, results.Answer, r), .. heads.Select(h => Opinion(results, h, r)),
                .. results.Contestants.Where(c => c.Kind == ContestantKind.Baseline).Select(c => Opinion(results, c, r)),
        ]);
        string row = nameColumn is null ? "Row (counted from 0)" : Inert.Name(nameColumn);
        string[] columns = [row, .. hasPictures ? ["Shown"] : Array.Empty<string>(), "Truth", "The answer", .. heads.Select(h => Inert.Name(h.Name)),
            .. results.Contestants.Where(c => c.Kind == ContestantKind.Baseline).Select(c => Inert.Name(c.Name))];
        string what = results.Measure.IsShare
            ? $"The {confused.Count} rows with the highest loss of those that are wrong, with what each head says and how probable it finds it."
            : $"The {confused.Count} rows with the largest error, with what each head says.";
        var table = Html.Table(what, columns, rows);
        table.Descendants("table").First().Add(Html.At("class", "opinions"));
        return new(Html.Section("confused", "Most confused rows", table));
    }

    internal static Part? Groups(TestResults results, IReadOnlyList<GroupResult> groups, string? column)
    {
        if (groups.Count == 0)
            return null;
        var shown = groups.Take(MostGroups).ToArray();
        string what = $"{char.ToUpperInvariant(results.Measure.Name[0])}{results.Measure.Name[1..]} by {Inert.Name(column!)}, the worst first."
            + (shown.Length < groups.Count ? $" The first {MostGroups} of {groups.Count}; the JSON has all." : "");
        return new(Html.Section("groups", $"Groups of {Inert.Name(column!)}",
            Html.Table(what, [Inert.Name(column!), "Rows", results.Measure.Name, "95 % interval"],
            shown.Select(g => (IReadOnlyList<object?>)[Html.Name(g.Name), Numbers.Count(g.Rows), results.Measure.Show(g.Merit.Value),
                ModalitySection.Range(results.Measure, g.Merit)]))));
    }

    private static string Row(long position) => position.ToString(CultureInfo.InvariantCulture);

    private static XElement Truth(TestResults results, int row) => Html.Of("td", results.Measure switch
    {
        ClassMeasure measure => Html.Name(results.Names[measure.Truth[row]]),
        LabelMeasure measure => Labels(results, i => measure.Truth[row][i]),
        NumberMeasure measure => Numbers.Show(measure.Truth[row]),
        _ => null,
    });

    private static XElement Opinion(TestResults results, Contestant who, int row)
    {
        float[] said = who.Predictions[row];
        if (!Measure.IsThere(said))
            return Html.Of("td", Html.At("class", "muted"), "can't read it");
        bool isWrong = results.Measure.IsShare && results.Measure.Merit(row, said) < 1;
        return Html.Of("td", isWrong ? Html.At("class", "bad") : null, results.Measure switch
        {
            ClassMeasure => new object[] { Html.Name(results.Names[Measure.Best(said)]), $" {Numbers.Percent(said.Max())}" },
            LabelMeasure => Labels(results, i => said[i] > 0.5f),
            _ => Numbers.Show(said[0]),
        }, isWrong ? " ✗" : results.Measure.IsShare ? " ✓" : null);
    }

    private static object Labels(TestResults results, Func<int, bool> has)
    {
        int[] there = [.. Enumerable.Range(0, results.Names.Count).Where(has)];
        return there.Length == 0 ? "none" : string.Join(", ", there.Take(MostLabels).Select(i => Inert.Name(results.Names[i])))
            + (there.Length > MostLabels ? $" and {there.Length - MostLabels} more" : "");
    }
}
