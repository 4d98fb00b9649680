namespace GBlend.MLNet.Reports;

/// <summary>The test rows by class.</summary>
internal static class ClassSections
{
    /// <summary>A larger table of counts is cut to the classes with the most mistakes.</summary>
    private const int MostClasses = 20;
    private const int MostBars = 30, MostPairs = 30, MostRows = 200;

    internal static Part? Confusion(TestResults results, IReadOnlyList<ClassResult> classes, IReadOnlyList<(int Truth, int Predicted, int Rows)> confusion)
    {
        if (results.Measure is not ClassMeasure)
            return null;
        int[] shown = [.. classes.OrderByDescending(c =>
            confusion.Where(x => x.Truth != x.Predicted && (x.Truth == c.Class || x.Predicted == c.Class)).Sum(x => x.Rows))
            .Take(MostClasses).Select(c => c.Class).Order()];
        if (classes.Count <= MostClasses)
            shown = [.. Enumerable.Range(0, classes.Count)];
        var counts = confusion.ToDictionary(c => (c.Truth, c.Predicted), c => c.Rows);
        var rowsOf = confusion.GroupBy(c => c.Truth).ToDictionary(g => g.Key, g => g.Sum(c => c.Rows));
        var rows = shown.Select(t => (IReadOnlyList<object?>)
        [
            Html.Name(results.Names[t]), .. shown.Select(p => Cell(counts.GetValueOrDefault((t, p)), rowsOf.GetValueOrDefault(t), t == p)),
            Numbers.Count(rowsOf.GetValueOrDefault(t)), Numbers.Percent(classes[t].Recall.Value),
        ]);
        string cut = shown.Length < classes.Count ? $" The {shown.Length} of {classes.Count} classes that are most in mistakes; the JSON has all." : "";
        var table = Html.Table($"Rows of each class (down) by what was predicted (across), with the share that was found.{cut}",
            ["True class", .. shown.Select(c => Inert.Name(results.Names[c], 18)), "Rows", "Found"], rows);
        table.Descendants("table").First().Add(Html.At("class", "counts"));
        var pairs = confusion.Where(c => c.Truth != c.Predicted).Take(shown.Length < classes.Count ? MostPairs : 0).ToArray();
        return new(Html.Section("confusion", "Confusion", table, pairs.Length == 0 ? null
            : Html.Table($"The {pairs.Length} most frequent mistakes.", ["True class", "Predicted", "Rows"],
            pairs.Select(p => (IReadOnlyList<object?>)[Html.Name(results.Names[p.Truth]), Html.Name(results.Names[p.Predicted]), Numbers.Count(p.Rows)]))));
    }

    internal static Part? Gains(TestResults results, IReadOnlyList<ClassResult> classes)
    {
        ClassResult[] seen = [.. classes.Where(c => c.Rows > 0)];
        if (seen.Length == 0)
            return null;
        bool isGain = results.Reference is not null && seen.Any(c => !double.IsNaN(c.Gain.Value));
        seen = isGain ? [.. seen.OrderByDescending(c => c.Gain.Value).ThenBy(c => c.Class)]
            : [.. seen.OrderByDescending(c => c.Recall.Value).ThenBy(c => c.Class)];
        var bars = seen.Length <= MostBars ? seen : [.. seen[..(MostBars / 2)], .. seen[^(MostBars / 2)..]];
        string what = isGain ? $"Points of recall that the model gains over {Inert.Name(results.Reference!.Contestant.Name)}, by class, with 95 % "
            + $"intervals." : "Share of each class that is found, with 95 % intervals.";
        if (bars.Length < seen.Length)
            what += $" The {MostBars / 2} highest and the {MostBars / 2} lowest of {seen.Length} classes.";
        var figure = BarChart.Draw("classes", what, [.. bars.Select(c => (results.Names[c.Class], isGain ? c.Gain : c.Recall))], isGain ? Numbers.Points
            : Numbers.Percent, null);
        var rows = seen.Take(MostRows).Select(c => (IReadOnlyList<object?>)
        [
            Html.Name(results.Names[c.Class]), Numbers.Count(c.Rows), Numbers.Percent(c.Recall.Value),
                $"{Numbers.Percent(c.Recall.Low)} to {Numbers.Percent(c.Recall.High)}",
            Numbers.Percent(c.Precision), isGain ? Numbers.Points(c.Gain.Value) : "", isGain
                ? $"{Numbers.Points(c.Gain.Low)} to {Numbers.Points(c.Gain.High)}" : "",
        ]);
        string more = seen.Length > MostRows ? $" The first {MostRows} of {seen.Length}; the JSON has all." : "";
        return new(Html.Section("classes", isGain ? "Gain by class" : "Classes", figure.ToHtml(),
            Html.Table($"Each class on the test rows.{more}",
                ["Class", "Rows", "Found (recall)", "95 % interval", "Right when predicted (precision)", "Gain, points", "95 % interval"], rows)), figure);
    }

    private static System.Xml.Linq.XElement Cell(int count, int rows, bool isRight)
    {
        int shade = count == 0 || rows == 0 ? 0 : Math.Clamp((int)Math.Ceiling((double)count / rows * Palette.Shades), 1, Palette.Shades);
        return Html.Of("td", shade == 0 ? null : Html.At("class", $"{(isRight ? "right" : "wrong")}{shade}"), count == 0 ? "·" : Numbers.Count(count));
    }
}
