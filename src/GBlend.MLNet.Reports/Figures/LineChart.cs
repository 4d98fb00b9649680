using System.Xml.Linq;

namespace GBlend.MLNet.Reports;

/// <summary>One line of a chart.</summary>
/// <param name="Name">What stands at its end.</param>
/// <param name="Values">One for each place on the x axis.</param>
/// <param name="Color">The number of its color.</param>
/// <param name="Dashes">Its dashes; <see langword="null"/> for a whole line.</param>
internal sealed record Series(string Name, IReadOnlyList<double> Values, int Color, string? Dashes = null);

/// <summary>Lines over epochs.</summary>
internal static class LineChart
{
    /// <summary>The most rows of the table below a chart; the JSON has all.</summary>
    private const int MostRows = 200;

    private const double Width = 760, Height = 320, Left = 64, Right = 170, Top = 30, Bottom = 44, LabelHeight = 16;

    /// <summary>Draws a chart.</summary>
    /// <param name="name">For files.</param>
    /// <param name="caption">What it shows.</param>
    /// <param name="unit">What stands at the y axis.</param>
    /// <param name="epochs">The x of each value.</param>
    /// <param name="lines">At least one.</param>
    /// <param name="marks">The x of the vertical lines.</param>
    internal static Figure Draw(string name, string caption, string unit, IReadOnlyList<int> epochs, IReadOnlyList<Series> lines, IReadOnlyList<int> marks)
    {
        var x = new Axis(epochs.Select(e => (double)e), Left, Width - Right, isWhole: true);
        var y = new Axis(lines.SelectMany(l => l.Values), Height - Bottom, Top);
        var content = new List<XElement>();
        foreach (double tick in y.Ticks)
        {
            content.Add(Drawing.Line(Left, y.At(tick), Width - Right, y.At(tick), "grid"));
            content.Add(Drawing.Text(Left - 6, y.At(tick) + 4, Numbers.Show(tick), "end", "muted"));
        }
        foreach (double tick in x.Ticks)
            content.Add(Drawing.Text(x.At(tick), Height - Bottom + 18, Numbers.Count((long)tick), "middle", "muted"));
        content.AddRange(marks.Where(m => m >= x.Least && m <= x.Most).Select(m => Drawing.Line(x.At(m), Top, x.At(m), Height - Bottom, "mark")));
        content.Add(Drawing.Line(Left, Height - Bottom, Width - Right, Height - Bottom, "axis"));
        content.Add(Drawing.Text((Left + Width - Right) / 2, Height - 8, "epoch", "middle", "muted"));
        content.Add(Drawing.Text(4, 14, unit, "start", "muted"));
        foreach (var line in lines)
        {
            var points = line.Values.Select((v, i) => (x.At(epochs[i]), y.At(v))).ToArray();
            content.Add(Drawing.Path(points, $"plot s{line.Color % Palette.Series}", line.Dashes));
            if (points.Length == 1 && double.IsFinite(points[0].Item2))
                content.Add(Drawing.Dot(points[0].Item1, points[0].Item2, 3, $"f{line.Color % Palette.Series}"));
        }
        content.AddRange(Labels(lines, y));
        return new(name, caption, Drawing.Of(Width, Height, Describe(caption, epochs, lines), content), Table(caption, epochs, lines));
    }

    /// <summary>The names at the lines' ends, moved apart.</summary>
    private static IEnumerable<XElement> Labels(IReadOnlyList<Series> lines, Axis y)
    {
        var ends = lines.Select(l => (Line: l, End: l.Values.LastOrDefault(double.IsFinite, double.NaN))).Where(l => double.IsFinite(l.End))
            .OrderBy(l => y.At(l.End)).Take((int)((Height - Top) / LabelHeight)).ToArray();
        double[] places = [.. ends.Select(e => y.At(e.End))];
        for (int i = 1; i < places.Length; i++)
            places[i] = Math.Max(places[i], places[i - 1] + LabelHeight);
        double over = places.Length > 0 ? places[^1] - (Height - 8) : 0;
        for (int i = places.Length - 1; i >= 0 && over > 0; i--)
            places[i] = Math.Min(places[i], Height - 8 - (places.Length - 1 - i) * LabelHeight);
        return ends.Select((e, i) => Drawing.Text(Width - Right + 8, places[i] + 4, e.Line.Name, "start", $"f{e.Line.Color % Palette.Series}"));
    }

    private static string Describe(string caption, IReadOnlyList<int> epochs, IReadOnlyList<Series> lines) =>
        $"{caption} Epochs {epochs[0]} to {epochs[^1]}. "
            + string.Join("; ", lines.Take(12).Select(l => $"{Inert.Name(l.Name)} from {Numbers.Show(l.Values[0])} to {Numbers.Show(l.Values[^1])}")) + ".";

    private static XElement Table(string caption, IReadOnlyList<int> epochs, IReadOnlyList<Series> lines)
    {
        int step = (epochs.Count + MostRows - 1) / MostRows;
        var rows = Enumerable.Range(0, epochs.Count).Where(i => i % step == 0 || i == epochs.Count - 1)
            .Select(i => (IReadOnlyList<object?>)[Numbers.Count(epochs[i]), .. lines.Select(l => Numbers.Show(l.Values[i]))]);
        return Html.Table(step == 1 ? caption : $"{caption} Every {step} epochs; the JSON has all.", ["Epoch", .. lines.Select(l => Inert.Name(l.Name))], rows);
    }
}
