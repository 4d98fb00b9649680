using System.Globalization;
using System.Xml.Linq;

namespace GBlend.MLNet.Reports;

/// <summary>The pieces of a page.</summary>
internal static class Html
{
    /// <summary>An element with its content.</summary>
    internal static XElement Of(string name, params object?[] content) => new(name, content);

    /// <summary>An attribute.</summary>
    internal static XAttribute At(string name, string value) => new(name, value);

    /// <summary>A paragraph.</summary>
    internal static XElement Paragraph(params object?[] content) => Of("p", content);

    /// <summary>A part of a page with a heading.</summary>
    internal static XElement Section(string id, string heading, params object?[] content) => Of("section", At("id", id), Of("h2", heading), content);

    /// <summary>A name of users, kept apart from the direction of the text around it.</summary>
    internal static XElement Name(string name) =>
        Of("bdi", name.Length > Inert.Name(name).Length ? At("title", Inert.Name(name, 300)) : null, Inert.Name(name));

    /// <summary>What is shown when it is asked for, and not printed.</summary>
    internal static XElement Details(string summary, params object?[] content) => Of("details", Of("summary", summary), content);

    /// <summary>A table whose first column names its rows.</summary>
    /// <param name="caption">What the table shows.</param>
    /// <param name="heads">The columns.</param>
    /// <param name="rows">The cells; an element of the name <c>td</c> is taken as it is, anything else is put into one.</param>
    internal static XElement Table(string caption, IEnumerable<string> heads, IEnumerable<IReadOnlyList<object?>> rows) => Scrolling(caption, Of("table",
        Of("caption", caption),
        Of("thead", Of("tr", heads.Select(h => Of("th", At("scope", "col"), h)))),
        Of("tbody", rows.Select(row => Of("tr", row.Select((cell, i) => i == 0 ? Of("th", At("scope", "row"), cell)
            : cell is XElement { Name.LocalName: "td" } made ? made : Of("td", IsNumber(cell) ? At("class", "number") : null, cell)))))));

    /// <summary>A wide thing that scrolls by itself, with the keyboard too.</summary>
    internal static XElement Scrolling(string label, XElement wide) =>
        Of("div", At("class", "scroll"), At("tabindex", "0"), At("role", "region"), At("aria-label", label), wide);

    private static bool IsNumber(object? cell) => cell is string text && text.Length > 0
        && (char.IsAsciiDigit(text[0]) || (text[0] is '−' or '+' or '<' && text.Length > 1));
}

/// <summary>Numbers as pages show them, in the invariant culture.</summary>
internal static class Numbers
{
    /// <summary>Four digits; a true minus sign.</summary>
    internal static string Show(double value) => value switch
    {
        double.PositiveInfinity => "∞",
        double.NegativeInfinity => "−∞",
        _ when double.IsNaN(value) => "n/a",
        _ when value != 0 && (Math.Abs(value) >= 1e6 || Math.Abs(value) < 1e-4) => Minus(value.ToString("0.###e0", CultureInfo.InvariantCulture)),
        _ when Math.Abs(value) >= 1000 => Minus(value.ToString("0", CultureInfo.InvariantCulture)),
        _ => Minus(value.ToString(Math.Abs(value) >= 100 ? "0.0" : Math.Abs(value) >= 10 ? "0.00" : "0.000", CultureInfo.InvariantCulture)),
    };

    /// <summary>A share in percent.</summary>
    internal static string Percent(double share) => double.IsNaN(share) ? "n/a" : Minus((100 * share).ToString("0.0", CultureInfo.InvariantCulture)) + " %";

    /// <summary>A difference of shares in points of a hundred, with its sign.</summary>
    internal static string Points(double share) => double.IsNaN(share) ? "n/a" : Minus((100 * share).ToString("+0.0;-0.0;0.0", CultureInfo.InvariantCulture));

    /// <summary>A number with its sign.</summary>
    internal static string Signed(double value) => value > 0 ? "+" + Show(value) : Show(value);

    /// <summary>A whole number with thousands apart.</summary>
    internal static string Count(long value) => Minus(value.ToString("#,0", CultureInfo.InvariantCulture));

    private static string Minus(string text) => text.Replace('-', '−');
}
