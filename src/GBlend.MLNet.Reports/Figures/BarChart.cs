using System.Xml.Linq;

namespace GBlend.MLNet.Reports;

/// <summary>Bars from zero to the right or to the left, each with its interval.</summary>
internal static class BarChart
{
    private const double Width = 760, Left = 180, Right = 90, Top = 28, BarHeight = 22;

    /// <summary>Draws a chart.</summary>
    /// <param name="name">For files.</param>
    /// <param name="caption">What it shows.</param>
    /// <param name="bars">At least one, from the top.</param>
    /// <param name="show">A value as text.</param>
    /// <param name="table">The numbers as a table, where the page has none.</param>
    internal static Figure Draw(string name, string caption, IReadOnlyList<(string Name, Interval Value)> bars, Func<double, string> show, XElement? table)
    {
        double height = Top + bars.Count * BarHeight + 8;
        var x = new Axis([0, .. bars.SelectMany(b => new[] { b.Value.Low, b.Value.Value, b.Value.High })], Left, Width - Right);
        var content = new List<XElement>();
        foreach (double tick in x.Ticks)
        {
            content.Add(Drawing.Line(x.At(tick), Top, x.At(tick), height - 4, "grid"));
            content.Add(Drawing.Text(x.At(tick), Top - 8, show(tick), "middle", "muted"));
        }
        foreach (var (i, (label, value)) in bars.Index())
        {
            double y = Top + i * BarHeight, middle = y + BarHeight / 2;
            content.Add(Drawing.Text(Left - 8, middle + 4, label, "end"));
            if (!double.IsFinite(value.Value))
                continue;
            double from = Math.Min(x.At(0), x.At(value.Value));
            content.Add(Drawing.Box(from, y + 4, Math.Abs(x.At(value.Value) - x.At(0)), BarHeight - 8, value.Value >= 0 ? "f0" : "f1"));
            if (double.IsFinite(value.Low) && double.IsFinite(value.High))
                content.Add(Drawing.Line(x.At(value.Low), middle, x.At(value.High), middle, "error"));
            content.Add(Drawing.Text(Width - Right + 8, middle + 4, show(value.Value), "start"));
        }
        content.Add(Drawing.Line(x.At(0), Top, x.At(0), height - 4, "error"));
        string description = $"{caption} " + string.Join("; ", bars.Take(12).Select(b => $"{Inert.Name(b.Name)} {show(b.Value.Value)}"))
            + (bars.Count > 12 ? $"; and {bars.Count - 12} more." : ".");
        return new(name, caption, Drawing.Of(Width, height, description, content), table);
    }
}
