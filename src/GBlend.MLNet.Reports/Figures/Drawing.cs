using System.Globalization;
using System.Xml.Linq;

namespace GBlend.MLNet.Reports;

/// <summary>The pieces of a drawing in SVG.</summary>
internal static class Drawing
{
    private static readonly XNamespace s_svg = "http://www.w3.org/2000/svg";

    /// <summary>A drawing with what it says in words.</summary>
    internal static XElement Of(double width, double height, string description, IEnumerable<XElement> content) => new(s_svg + "svg",
        new XAttribute("viewBox", $"0 0 {At(width)} {At(height)}"), new XAttribute("role", "img"), new XAttribute("aria-label", description), content);

    internal static XElement Line(double x1, double y1, double x2, double y2, string kind) => new(s_svg + "line",
        new XAttribute("x1", At(x1)), new XAttribute("y1", At(y1)), new XAttribute("x2", At(x2)), new XAttribute("y2", At(y2)), new XAttribute("class", kind));

    internal static XElement Box(double x, double y, double width, double height, string kind) => new(s_svg + "rect",
        new XAttribute("x", At(x)), new XAttribute("y", At(y)), new XAttribute("width", At(Math.Max(width, 0.5))), new XAttribute("height", At(height)),
            new XAttribute("class", kind));

    internal static XElement Dot(double x, double y, double radius, string kind) => new(s_svg + "circle",
        new XAttribute("cx", At(x)), new XAttribute("cy", At(y)), new XAttribute("r", At(radius)), new XAttribute("class", kind));

    /// <summary>Text.</summary>
    /// <param name="x">Where it starts, ends or has its middle.</param>
    /// <param name="y">Its base line.</param>
    /// <param name="text">Cut to what there is room for.</param>
    /// <param name="anchor">start, middle or end.</param>
    /// <param name="kind">Its color.</param>
    internal static XElement Text(double x, double y, string text, string anchor = "start", string? kind = null) => new(s_svg + "text",
        new XAttribute("x", At(x)), new XAttribute("y", At(y)), new XAttribute("text-anchor", anchor), kind is null ? null
            : new XAttribute("class", kind), Inert.Name(text, 22));

    /// <summary>A line through points; it is broken where a point is missing (not a finite number).</summary>
    internal static XElement Path(IEnumerable<(double X, double Y)> points, string kind, string? dashes)
    {
        var path = new System.Text.StringBuilder();
        bool isDrawing = false;
        foreach (var (x, y) in points)
        {
            bool isThere = double.IsFinite(x) && double.IsFinite(y);
            if (isThere)
                path.Append(isDrawing ? 'L' : 'M').Append(At(x)).Append(' ').Append(At(y));
            isDrawing = isThere;
        }
        return new(s_svg + "path", new XAttribute("d", path.ToString()), new XAttribute("class", kind), dashes is null ? null
            : new XAttribute("stroke-dasharray", dashes));
    }

    private static string At(double value) => value.ToString("0.#", CultureInfo.InvariantCulture);
}
