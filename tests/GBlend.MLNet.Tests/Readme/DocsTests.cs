using System.Text.RegularExpressions;

namespace GBlend.MLNet.Tests;

/// <summary>The pages of the documentation: short enough, and without a link that leads nowhere.</summary>
public sealed partial class DocsTests
{
    private const int MostOfReadme = 10_000, MostOfLine = 160;

    /// <summary>All pages, by their path in the repository.</summary>
    internal static IReadOnlyList<string> Pages { get; } =
    [
        .. new[] { "", "docs" }.SelectMany(folder => Directory.GetFiles(Repository.PathTo(folder), "*.md"))
            .Select(path => Path.GetRelativePath(Repository.Root, path).Replace('\\', '/')).Order(StringComparer.Ordinal),
    ];

    public static TheoryData<string> AllPages => [.. Pages];

    [Fact]
    public void The_readme_is_read_in_a_few_minutes() => Assert.InRange(new FileInfo(Repository.PathTo("README.md")).Length, 1, MostOfReadme);

    [Theory]
    [MemberData(nameof(AllPages))]
    public void Every_link_leads_to_a_page_and_a_heading_of_it(string page)
    {
        string folder = Path.GetDirectoryName(Repository.PathTo(page))!;
        foreach (Match link in Link().Matches(Prose(page)).Where(link => !link.Groups["target"].Value.Contains("://", StringComparison.Ordinal)))
        {
            string[] target = link.Groups["target"].Value.Split('#');
            string path = target[0].Length == 0 ? Repository.PathTo(page) : Path.Combine(folder, target[0]);
            Assert.True(File.Exists(path), $"{page} links to {link.Groups["target"].Value}, which is not there.");
            if (target.Length > 1)
                Assert.Contains(target[1], File.ReadLines(path).Where(line => line.StartsWith('#')).Select(Anchor));
        }
    }

    /// <summary>A page of docs that no other page leads to is found by nobody.</summary>
    [Fact]
    public void Every_page_is_linked_from_another()
    {
        var linked = Pages.SelectMany(page => Link().Matches(Prose(page))
            .Select(link => (page, target: Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Repository.PathTo(page))!,
                link.Groups["target"].Value.Split('#')[0])))))
            .Where(link => link.target != Repository.PathTo(link.page)).Select(link => link.target).ToHashSet();
        Assert.All(Pages.Where(page => page != "README.md"), page => Assert.Contains(Repository.PathTo(page), linked));
    }

    [Theory]
    [InlineData("README.md")]
    [InlineData("CONTRIBUTING.md")]
    public void Lines_of_prose_fit_a_screen(string page) =>
        Assert.All(Prose(page).Split('\n').Where(line => !line.StartsWith('|')), line => Assert.True(line.Length <= MostOfLine, $"{page}: {line}"));

    /// <summary>A page without its blocks of code.</summary>
    private static string Prose(string page) => Block().Replace(File.ReadAllText(Repository.PathTo(page)).ReplaceLineEndings("\n"), "");

    /// <summary>The name that a heading has in links.</summary>
    private static string Anchor(string heading) =>
        new([.. heading.TrimStart('#').Trim().ToLowerInvariant().Where(c => char.IsLetterOrDigit(c) || c is ' ' or '-').Select(c => c == ' ' ? '-' : c)]);

    [GeneratedRegex(@"\]\((?<target>[^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex("^ *```.*?^ *```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();
}
