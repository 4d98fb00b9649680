using System.Xml.Linq;

namespace GBlend.MLNet.Reports;

/// <summary>Points in a square with its diagonal, where both axes have the same unit.</summary>
internal static class PointChart
{
    private const double Width = 560, Height = 380, Left = 70, Right = 20, Top = 32, Bottom = 50;

    /// <summary>Draws a chart.</summary>
    /// <param name="name">For files.</param>
    /// <param name="caption">What it shows.</param>
    /// <param name="across">What stands below the x axis.</param>
    /// <param name="up">What stands above the y axis.</param>
    /// <param name="points">At least one, each with the ends of its interval.</param>
    /// <param name="range">What both axes show at least; <see langword="null"/> for what the points need.</param>
    /// <param name="isLine">Whether the points are joined.</param>
    /// <param name="table">The numbers as a table, where the page has none.</param>
    internal static Figure Draw(string name, string caption, string across, string up, IReadOnlyList<(double X, Interval Y)> points,
        (double Low, double High)? range, bool isLine, XElement? table)
    {
        double[] seen = [.. range is var (low, high) ? new[] { low, high } : points.SelectMany(p => new[] { p.X, p.Y.Value })];
        var x = new Axis(seen, Left, Width - Right);
        var y = new Axis(seen, Height - Bottom, Top);
        var content = new List<XElement>();
        foreach (double tick in x.Ticks)
        {
            content.Add(Drawing.Line(Left, y.At(tick), Width - Right, y.At(tick), "grid"));
            content.Add(Drawing.Text(Left - 6, y.At(tick) + 4, Numbers.Show(tick), "end", "muted"));
            content.Add(Drawing.Text(x.At(tick), Height - Bottom + 18, Numbers.Show(tick), "middle", "muted"));
        }
        content.Add(Drawing.Line(x.At(x.Least), y.At(y.Least), x.At(x.Most), y.At(y.Most), "mark"));
        content.Add(Drawing.Text((Left + Width - Right) / 2, Height - 10, across, "middle", "muted"));
        content.Add(Drawing.Text(4, 14, up, "start", "muted"));
        foreach (var (at, value) in points)
        {
            if (double.IsFinite(value.Low) && double.IsFinite(value.High))
                content.Add(Drawing.Line(x.At(at), y.At(value.Low), x.At(at), y.At(value.High), "error"));
            if (double.IsFinite(at) && double.IsFinite(value.Value))
                content.Add(Drawing.Dot(x.At(at), y.At(value.Value), isLine ? 4 : 2.5, "f0"));
        }
        if (isLine)
            content.Add(Drawing.Path(points.Select(p => (x.At(p.X), y.At(p.Y.Value))), "plot s0", null));
        string description = $"{caption} " + string.Join("; ", points.Take(10).Select(p => $"{across} {Numbers.Show(p.X)}: {up} {Numbers.Show(p.Y.Value)}"))
            + (points.Count > 10 ? $"; and {points.Count - 10} more." : ".");
        var svg = Drawing.Of(Width, Height, description, content);
        svg.SetAttributeValue("class", "square");
        return new(name, caption, svg, table);
    }
}
