using Compare;

namespace GBlend.MLNet.Examples.Tests;

public sealed class RunTests
{
    private static string[] Run(string folder, string more)
    {
        Comparison.Run(
            CommandLine.Parse(
            [.. $"--generated xor-pure xor-mix --methods auto,naive,equal,singles --epochs 2 --rates 0.05,0.01 --timings 0 {more} --out".Split(
            ' ', StringSplitOptions.RemoveEmptyEntries), folder]), CancellationToken.None);
        return File.ReadAllLines(Path.Combine(folder, "results.csv"));
    }

    /// <summary>Without the seconds, in the order of the text.</summary>
    private static IEnumerable<string> Sorted(IEnumerable<string> lines) =>
        lines.Select(l => string.Join(",", l.Split(',').Where((_, i) => i != 10))).Order(StringComparer.Ordinal);

    [Fact]
    public void A_run_goes_on_where_it_was_and_does_not_hang_on_how_many_fits_run_at_a_time()
    {
        using var folder = new TemporaryFolder();
        using var other = new TemporaryFolder();
        var first = Run(folder.Path, "--seeds 1 --parallel 1");
        // auto; naive and equal twice, and equal's pool; three of the single modalities' networks twice; the header.
        Assert.Equal((2 * (1 + 2 + 3 + 6)) + 1, first.Length);
        Assert.Equal(first, Run(folder.Path, "--seeds 1 --parallel 2"));
        var second = Run(folder.Path, "--seeds 2 --parallel 2");
        Assert.Equal(first, second[..first.Length]);
        Assert.Equal((2 * first.Length) - 1, second.Length);
        Assert.Equal(Sorted(second), Sorted(Run(other.Path, "--seeds 2 --parallel 2")));
        Assert.Contains("| auto", File.ReadAllText(Path.Combine(folder.Path, "tables.md")), StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(folder.Path, "ranks-accuracy.svg")));
    }
}
