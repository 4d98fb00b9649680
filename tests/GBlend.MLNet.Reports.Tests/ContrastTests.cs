using System.Globalization;

namespace GBlend.MLNet.Reports.Tests;

public sealed class ContrastTests
{
    private const double Least = 4.5;

    private static readonly HtmlPage s_page = new(TrainingReport.Create(MadeRows.History(["A", "B", "Joint"], 3),
        MadeRows.Classes(["x", "y"], 20, ["A", "B"])).ToHtml());

    public static TheoryData<bool> Screens => [false, true];

    /// <summary>Text and lines' names on the page and on its panels, counts on their shades.</summary>
    [Theory]
    [MemberData(nameof(Screens))]
    public void Text_is_readable_on_all_that_it_stands_on(bool dark)
    {
        var colors = s_page.Colors(dark);
        string[] texts = [.. colors.Keys.Where(name => name.StartsWith("fg", StringComparison.Ordinal) || name is ['s', >= '0' and <= '9'])];
        Assert.Equal(11, texts.Length);
        var pairs = texts.SelectMany(text => new[] { (text, "bg"), (text, "bg-panel") })
            .Concat(Enumerable.Range(1, 4).SelectMany(shade => new[] { ($"on{shade}", $"right{shade}"), ($"on{shade}", $"wrong{shade}") }));
        Assert.All(pairs, pair => Assert.True(Contrast(colors[pair.Item1], colors[pair.Item2]) >= Least,
            $"{pair.Item1} on {pair.Item2}: {Contrast(colors[pair.Item1], colors[pair.Item2]):0.00}"));
    }

    [Fact]
    public void Every_color_that_is_used_is_there_for_both_screens()
    {
        var (light, dark) = (s_page.Colors(false), s_page.Colors(true));
        Assert.Equal(light.Keys.Order(), dark.Keys.Order());
        var used = System.Text.RegularExpressions.Regex.Matches(s_page.Text, @"var\(--(?<name>[a-z0-9-]+)\)").Select(m => m.Groups["name"].Value).Distinct();
        Assert.All(used, name => Assert.Contains(name, light.Keys));
    }

    /// <summary>As the Web Content Accessibility Guidelines 2.1 define it.</summary>
    private static double Contrast(string first, string second)
    {
        double a = Luminance(first), b = Luminance(second);
        return (Math.Max(a, b) + 0.05) / (Math.Min(a, b) + 0.05);
    }

    private static double Luminance(string color)
    {
        double Channel(int at)
        {
            double value = int.Parse(color.AsSpan(at, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture) / 255.0;
            return value <= 0.04045 ? value / 12.92 : Math.Pow((value + 0.055) / 1.055, 2.4);
        }
        return 0.2126 * Channel(1) + 0.7152 * Channel(3) + 0.0722 * Channel(5);
    }
}
