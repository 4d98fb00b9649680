using System.Xml.Linq;

namespace GBlend.MLNet.Reports;

/// <summary>A drawing of a page with its words.</summary>
/// <param name="Name">Its name, for files.</param>
/// <param name="Caption">What stands below it.</param>
/// <param name="Svg">The drawing, which says in words what it shows.</param>
/// <param name="Table">The numbers as a table; <see langword="null"/> where the page has them elsewhere.</param>
internal sealed record Figure(string Name, string Caption, XElement Svg, XElement? Table)
{
    /// <summary>The figure as a part of a page.</summary>
    internal XElement ToHtml() => Html.Of("figure", Html.Scrolling(Caption, Svg), Html.Of("figcaption", Caption), Table is null ? null
        : Html.Details("Show the numbers", Table));
}
