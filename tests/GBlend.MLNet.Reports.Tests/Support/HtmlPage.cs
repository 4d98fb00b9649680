using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace GBlend.MLNet.Reports.Tests;

/// <summary>A page as a reader of it sees it, from its text alone.</summary>
internal sealed partial class HtmlPage
{
    private static readonly string[] s_void = ["meta", "img", "br"];

    internal HtmlPage(string html)
    {
        Assert.StartsWith("<!DOCTYPE html>\n", html, StringComparison.Ordinal);
        Text = html;
        Root = XDocument.Parse(html["<!DOCTYPE html>".Length..]).Root!;
    }

    internal string Text { get; }

    internal XElement Root { get; }

    internal IEnumerable<XElement> All(string name) => Root.DescendantsAndSelf().Where(e => e.Name.LocalName == name);

    internal XElement Section(string id) => All("section").Single(s => (string?)s.Attribute("id") == id);

    internal bool Has(string id) => All("section").Any(s => (string?)s.Attribute("id") == id);

    internal JsonNode Json => JsonNode.Parse(All("pre").Single(p => (string?)p.Attribute("id") == "json").Value)!;

    internal string Verdict => All("p").Single(p => (string?)p.Attribute("class") == "verdict").Value;

    /// <summary>What every page must be, whatever it was made from.</summary>
    internal HtmlPage CheckIsSound()
    {
        Assert.Equal("en", (string?)Root.Attribute("lang"));
        Assert.Contains("default-src 'none'", (string?)All("meta").Single(m => (string?)m.Attribute("http-equiv") == "Content-Security-Policy")
            .Attribute("content"), StringComparison.Ordinal);
        // Nothing runs, nothing is asked for.
        string[] active = ["script", "iframe", "object", "embed", "link", "form", "base", "use", "foreignObject", "a"];
        Assert.DoesNotContain(Root.Descendants(), e => active.Contains(e.Name.LocalName));
        foreach (var attribute in Root.DescendantsAndSelf().Attributes().Where(a => !a.IsNamespaceDeclaration))
        {
            Assert.DoesNotMatch("(?i)^(on.*|href|action|srcdoc|style)$", attribute.Name.LocalName);
            if (attribute.Name.LocalName == "src")
                Assert.StartsWith("data:image/png;base64,", attribute.Value, StringComparison.Ordinal);
        }
        string style = All("style").Single().Value;
        Assert.DoesNotContain("url(", style, StringComparison.Ordinal);
        Assert.DoesNotContain("@import", style, StringComparison.Ordinal);
        // As HTML it is read as it is as XML: what never has content closes itself, and nothing else.
        foreach (Match match in SelfClosed().Matches(Text))
            Assert.Contains(match.Groups["name"].Value, s_void);
        // Nothing is hidden in text.
        Assert.DoesNotContain(Text.EnumerateRunes(), r => r.Value != '\n'
            && System.Text.Rune.GetUnicodeCategory(r) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate);
        // What is drawn is said in words.
        foreach (var svg in All("svg"))
        {
            Assert.Equal("img", (string?)svg.Attribute("role"));
            Assert.True(((string?)svg.Attribute("aria-label"))?.Length > 20);
            Assert.Contains(svg.Ancestors().First(a => a.Name.LocalName == "figure").Elements(), e => e.Name.LocalName == "figcaption" && e.Value.Length > 0);
            Assert.DoesNotContain("NaN", svg.ToString(), StringComparison.Ordinal);
            Assert.DoesNotContain("∞", string.Concat(svg.Descendants().Attributes().Where(a => a.Name.LocalName is "x" or "y" or "d").Select(a => a.Value)),
                StringComparison.Ordinal);
        }
        Assert.All(All("img"), img => Assert.NotEmpty((string?)img.Attribute("alt") ?? ""));
        foreach (var table in All("table"))
        {
            Assert.NotEmpty(table.Elements().First(e => e.Name.LocalName == "caption").Value);
            Assert.All(table.Descendants().Where(e => e.Name.LocalName == "th"), th => Assert.Contains((string?)th.Attribute("scope"), new[] { "col", "row" }));
            int columns = table.Descendants("thead").Descendants("th").Count();
            Assert.All(table.Descendants("tbody").Elements("tr"), tr => Assert.Equal(columns, tr.Elements().Count()));
        }
        string[] ids = [.. Root.DescendantsAndSelf().Attributes("id").Select(a => a.Value)];
        Assert.Equal(ids.Distinct(), ids);
        Assert.NotEmpty(Verdict);
        Assert.NotNull(Json);
        return this;
    }

    /// <summary>The colors by name, of light or of dark screens.</summary>
    internal IReadOnlyDictionary<string, string> Colors(bool dark)
    {
        string style = All("style").Single().Value;
        int start = style.IndexOf("@media screen and (prefers-color-scheme:dark)", StringComparison.Ordinal),
            end = style.IndexOf("}}", start, StringComparison.Ordinal);
        string part = dark ? style[start..end] : style[..start];
        return Color().Matches(part).ToDictionary(m => m.Groups["name"].Value, m => m.Groups["color"].Value);
    }

    [GeneratedRegex("<(?<name>[A-Za-z]+)(?: [^<>]*)?/>")]
    private static partial Regex SelfClosed();

    [GeneratedRegex("--(?<name>[a-z0-9-]+):(?<color>#[0-9a-f]{6})")]
    private static partial Regex Color();
}
