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

    [Fact]
    public void Every_page_is_in_the_table_of_contents_of_the_site()
    {
        string contents = File.ReadAllText(Repository.PathTo("docs/site/toc.yml"));
        Assert.All(Pages.Where(page => page != "README.md"),
            page => Assert.Contains($"href: ../{(page.StartsWith("docs/", StringComparison.Ordinal) ? page[5..] : $"../{page}")}\n", contents));
    }

    /// <summary>
    /// A program on a page is a part of a source that the tests compile, line by line, or one that they read from the page and compile, which
    /// names the page.
    /// </summary>
    [Fact]
    public void Every_program_is_compiled()
    {
        string[] sources = [.. Directory.GetFiles(Repository.PathTo("tests"), "*.cs", SearchOption.AllDirectories)
            .Where(path => !path.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            .Select(path => Lines(File.ReadAllText(path)))];
        var read = new Dictionary<string, Func<string, bool>>
        {
            ["README.md"] = code => code.Contains("MultiModalTable") || code.Contains("TrainingReport") || code.Contains("class Clip"),
            ["docs/SKILL.md"] = _ => true,
            ["docs/sweeps.md"] = code => code.Contains("ml.Auto()"),
            ["docs/tables.md"] = _ => true,
        };
        var others = from page in Pages
                     from Match block in Program().Matches(File.ReadAllText(Repository.PathTo(page)).ReplaceLineEndings("\n"))
                     let code = block.Groups["code"].Value
                     where !(read.TryGetValue(page, out var isRead) && isRead(code)) && !sources.Any(source => source.Contains(Lines(code)))
                     select $"{page}: {code}";
        Assert.Empty(others);
    }

    /// <summary>A message that the page on messages lists is one that the libraries give, in these words.</summary>
    [Fact]
    public void Every_message_of_the_troubleshooting_page_is_given()
    {
        string sources = Joint().Replace(
            string.Join('\n', Directory.GetFiles(Repository.PathTo("src"), "*.cs", SearchOption.AllDirectories).Select(File.ReadAllText)), "");
        var parts = File.ReadLines(Repository.PathTo("docs/troubleshooting.md")).Where(line => line.StartsWith("| ", StringComparison.Ordinal))
            .Select(line => line.Split('|')[1].Trim()).Where(message => message is not ("Message" or "---"))
            .SelectMany(message => message.Split("...")).Select(part => part.Trim(' ', ',')).Where(part => part.Length > 0).ToArray();
        Assert.True(parts.Length > 20);
        Assert.All(parts, part => Assert.Contains(part, sources, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("README.md")]
    [InlineData("CONTRIBUTING.md")]
    public void Lines_of_prose_fit_a_screen(string page) =>
        Assert.All(Prose(page).Split('\n').Where(line => !line.StartsWith('|')), line => Assert.True(line.Length <= MostOfLine, $"{page}: {line}"));

    /// <summary>The lines of a program as they are compared: not empty, and not indented.</summary>
    private static string Lines(string code) => string.Join('\n', code.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0));

    /// <summary>A page without its blocks of code.</summary>
    private static string Prose(string page) => Block().Replace(File.ReadAllText(Repository.PathTo(page)).ReplaceLineEndings("\n"), "");

    /// <summary>The name that a heading has in links.</summary>
    private static string Anchor(string heading) =>
        new([.. heading.TrimStart('#').Trim().ToLowerInvariant().Where(c => char.IsLetterOrDigit(c) || c is ' ' or '-').Select(c => c == ' ' ? '-' : c)]);

    [GeneratedRegex(@"\]\((?<target>[^)\s]+)\)")]
    private static partial Regex Link();

    /// <summary>The end of a line of a text in the source, and the beginning of the next.</summary>
    [GeneratedRegex("\"\\s*\\+\\s*\\$?\"")]
    private static partial Regex Joint();

    [GeneratedRegex("^ *```csharp\n(?<code>.*?)^ *```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Program();

    [GeneratedRegex("^ *```.*?^ *```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();
}
