using System.Text;
using System.Text.Json.Nodes;
using System.Xml;
using System.Xml.Linq;

namespace GBlend.MLNet.Reports;

/// <summary>A whole page: HTML that is well-formed XML too, needs no other file and no script, and asks for nothing.</summary>
internal static class Page
{
    private const string Policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

    private const string Layout = """
        *{box-sizing:border-box}
        html{-webkit-text-size-adjust:100%}
        body{margin:0;background:var(--bg);color:var(--fg);font:16px/1.5 system-ui,sans-serif}
        main{max-width:62rem;margin:0 auto;padding:1rem}
        h1{font-size:1.5rem;line-height:1.25;margin:.5rem 0;overflow-wrap:anywhere}
        h2{font-size:1.2rem;margin:2rem 0 .5rem;border-bottom:1px solid var(--line)}
        p,li,figcaption,caption,dd,dt{overflow-wrap:anywhere}
        td,th{overflow-wrap:break-word}
        .verdict{font-size:1.15rem;background:var(--bg-panel);border-left:.3rem solid var(--s0);padding:.7rem 1rem}
        .muted,figcaption,caption{color:var(--fg-muted);font-size:.9rem}
        .bad{color:var(--fg-bad)}
        .scroll{overflow-x:auto;max-width:100%}
        table{border-collapse:collapse;min-width:min(100%,36rem);font-size:.9rem;font-variant-numeric:tabular-nums}
        caption{text-align:left;padding:.3rem 0}
        th,td{padding:.25rem .6rem;border-bottom:1px solid var(--line);text-align:left;vertical-align:top;min-width:3rem;max-width:24rem}
        thead th{background:var(--bg-panel)}
        .number{text-align:right;white-space:nowrap}
        .opinions td,.opinions th{min-width:7rem}
        figure{margin:1rem 0}
        figure svg{width:100%;min-width:34rem;height:auto;background:var(--bg-panel)}
        figure svg.square{max-width:42rem;min-width:26rem}
        img{image-rendering:pixelated;max-width:6rem;height:auto;display:block;margin:.1rem}
        .counts td{text-align:right;min-width:2rem}
        pre{overflow:auto;max-height:30rem;background:var(--bg-panel);padding:.7rem;font-size:.8rem}
        summary{cursor:pointer;color:var(--s0)}
        dl{display:grid;grid-template-columns:minmax(8rem,auto) 1fr;gap:.2rem 1rem;margin:0}
        dt{color:var(--fg-muted)}dd{margin:0}
        @media (max-width:40rem){main{padding:.6rem}dl{grid-template-columns:1fr}dd{margin-bottom:.4rem}}
        @media print{body{font-size:10pt}main{max-width:none;padding:0}section,figure,tr{break-inside:avoid}h2,caption{break-after:avoid}
        details,#numbers{display:none}.scroll{overflow:visible}figure svg{min-width:0}
        .verdict,thead th,.counts td{print-color-adjust:exact;-webkit-print-color-adjust:exact}}

        """;

    private static readonly HashSet<string> s_void = ["meta", "img", "br"];

    /// <summary>Writes a page.</summary>
    /// <param name="title">Of the window, and the heading.</param>
    /// <param name="verdict">What came out, in one sentence.</param>
    /// <param name="sections">The parts, in their order.</param>
    /// <param name="numbers">All numbers of the page.</param>
    internal static string Write(string title, string verdict, IEnumerable<XElement> sections, JsonObject numbers)
    {
        var page = Html.Of("html", Html.At("lang", "en"),
            Html.Of("head",
                Html.Of("meta", Html.At("charset", "utf-8")),
                Html.Of("meta", Html.At("http-equiv", "Content-Security-Policy"), Html.At("content", Policy)),
                Html.Of("meta", Html.At("name", "viewport"), Html.At("content", "width=device-width, initial-scale=1")),
                Html.Of("title", Inert.Name(title, 120)),
                Html.Of("style", Palette.Css(), Palette.FigureCss(), ShadeCss(), Layout)),
            Html.Of("body", Html.Of("main",
                Html.Of("h1", Html.Name(title)),
                Html.Of("p", Html.At("class", "verdict"), verdict),
                sections,
                Html.Section("numbers", "All numbers",
                    Html.Paragraph("Every number of this page, and those that it has no room for, as JSON."),
                    Html.Details("Show the JSON", Html.Of("pre", Html.At("id", "json"), Html.At("tabindex", "0"), Json.Write(numbers)))))));
        return "<!DOCTYPE html>\n" + Write(page) + "\n";
    }

    /// <summary>A figure as a file of its own.</summary>
    internal static string WriteFigure(XElement svg)
    {
        var whole = new XElement(svg);
        whole.AddFirst(new XElement(whole.Name.Namespace + "style", Palette.Css(), Palette.FigureCss(), "svg{background:var(--bg-panel)}"));
        return Write(whole) + "\n";
    }

    private static string Write(XElement root)
    {
        foreach (var text in root.DescendantNodes().OfType<XText>())
            text.Value = Inert.Text(text.Value);
        foreach (var attribute in root.DescendantsAndSelf().Attributes().Where(a => !a.IsNamespaceDeclaration))
            attribute.Value = Inert.Text(attribute.Value);
        var written = new StringBuilder();
        using (var writer = XmlWriter.Create(written,
            new() { OmitXmlDeclaration = true, ConformanceLevel = ConformanceLevel.Fragment, NewLineHandling = NewLineHandling.None }))
            Write(root, writer);
        return written.ToString();
    }

    /// <summary>HTML takes an element without content that closes itself for one that is open, unless it is one that never has any.</summary>
    private static void Write(XElement element, XmlWriter writer)
    {
        writer.WriteStartElement(element.Name.LocalName, element.Name.NamespaceName);
        foreach (var attribute in element.Attributes().Where(a => !a.IsNamespaceDeclaration))
            writer.WriteAttributeString(attribute.Name.LocalName, attribute.Value);
        foreach (var node in element.Nodes())
        {
            if (node is XElement inner)
                Write(inner, writer);
            else
                node.WriteTo(writer);
        }
        if (s_void.Contains(element.Name.LocalName))
            writer.WriteEndElement();
        else
            writer.WriteFullEndElement();
    }

    private static string ShadeCss() => string.Concat(Enumerable.Range(1, Palette.Shades).Select(i =>
        $".right{i}{{background:var(--right{i});color:var(--on{i})}}.wrong{i}{{background:var(--wrong{i});color:var(--on{i})}}")) + "\n";
}
