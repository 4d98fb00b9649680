using System.Text;

namespace GBlend.MLNet.Reports;

/// <summary>The colors of pages, each for light and for dark. Every text color is readable on every plain background (contrast at least 4.5).</summary>
internal static class Palette
{
    /// <summary>The series of figures that differ by color; more than these differ by their dashes too.</summary>
    internal const int Series = 8;

    /// <summary>The shades of a table of counts, from the second lightest.</summary>
    internal const int Shades = 4;

    private static readonly (string Name, string Light, string Dark)[] s_colors =
    [
        ("bg", "#ffffff", "#0d1117"), ("bg-panel", "#f6f8fa", "#161b22"), ("line", "#c4cad1", "#3d444d"),
        ("fg", "#1b1f23", "#e6edf3"), ("fg-muted", "#57606a", "#9da7b3"), ("fg-bad", "#a40e26", "#ff9a9a"),
        ("s0", "#0b5394", "#7ab8ff"), ("s1", "#8f4700", "#ffb868"), ("s2", "#14622a", "#6fdd8b"), ("s3", "#6f3fc4", "#c8a6ff"),
        ("s4", "#a8123c", "#ff9bb0"), ("s5", "#00636b", "#5fd6de"), ("s6", "#595900", "#d6d64a"), ("s7", "#6b4f3a", "#d9b99b"),
        ("right1", "#dbeafe", "#12304f"), ("right2", "#a9cdfb", "#1c4a78"), ("right3", "#1f63b5", "#7ab8ff"), ("right4", "#0b3d78", "#b9daff"),
        ("wrong1", "#fde8d4", "#3d2408"), ("wrong2", "#f9c99a", "#5e370c"), ("wrong3", "#a34a06", "#ffb868"), ("wrong4", "#7c3605", "#ffd9ad"),
        ("on1", "#1b1f23", "#e6edf3"), ("on2", "#1b1f23", "#f4f8fc"), ("on3", "#ffffff", "#0d1117"), ("on4", "#ffffff", "#0d1117"),
    ];

    /// <summary>The rules that set the colors. Paper is always light.</summary>
    internal static string Css()
    {
        var css = new StringBuilder(":root{color-scheme:light dark;");
        foreach (var (name, light, _) in s_colors)
            css.Append($"--{name}:{light};");
        css.Append("}\n@media screen and (prefers-color-scheme:dark){:root{");
        foreach (var (name, _, dark) in s_colors)
            css.Append($"--{name}:{dark};");
        return css.Append("}}\n").ToString();
    }

    /// <summary>The rules of figures.</summary>
    internal static string FigureCss()
    {
        var css = new StringBuilder("svg text{font:13px system-ui,sans-serif;fill:var(--fg);unicode-bidi:isolate}\nsvg .axis,svg "
            + ".grid{stroke:var(--line);stroke-width:1}\n"
            + "svg .mark{stroke:var(--fg-muted);stroke-width:1;stroke-dasharray:2 4}\nsvg .plot{fill:none;stroke-width:2}\nsvg "
            + ".error{stroke:var(--fg);stroke-width:1.5}\nsvg .muted{fill:var(--fg-muted)}\n");
        for (int i = 0; i < Series; i++)
            css.Append($"svg .s{i}{{stroke:var(--s{i})}}svg .f{i}{{fill:var(--s{i})}}");
        return css.Append('\n').ToString();
    }
}
