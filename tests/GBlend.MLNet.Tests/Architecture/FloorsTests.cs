namespace GBlend.MLNet.Tests.Architecture;

public sealed class FloorsTests
{
    /// <summary>Files that need each other are read together; of more than this nobody has a picture.</summary>
    private const int MostFilesInCycle = 11;

    public static TheoryData<string> Libraries => [.. Directory.GetDirectories(Repository.PathTo("src")).Select(folder => Path.GetFileName(folder))];

    [Trait("Speed", "Slow")]
    [Theory]
    [MemberData(nameof(Libraries))]
    public void EveryFolderUsesOnlyWhatStandsBelowIt(string library)
    {
        var sources = SourceGraph.OfFolder(Repository.PathTo("src", library));
        var floors = Floors.Of(library);
        Assert.Equal(sources.Files.Select(Floors.FloorOf).Distinct().Order(StringComparer.Ordinal), floors.Order(StringComparer.Ordinal));
        Assert.Empty(Floors.UpwardUses(sources, floors));
        Assert.Empty(sources.LargestCycle(Floors.FloorOf));
        var cycle = sources.LargestCycle(file => file);
        Assert.True(cycle.Count <= MostFilesInCycle, $"{cycle.Count} files need each other: {string.Join(", ", cycle)}.");
    }

    [Theory]
    [InlineData("internal static class Low { internal static int Twice(int x) => High.Once(x); }")]
    [InlineData("internal static class Low { internal static int Of(int x) => x.Thrice(); }")]
    [InlineData("internal sealed class Low { internal Upper.Inner? Inner { get; init; } }")]
    [InlineData("internal sealed class Low { internal string Name => nameof(High); }")]
    public void AnUpwardUseIsFound(string low)
    {
        var sources = SourceGraph.Of([
            ("Top/High.cs",
                "namespace N; internal static class High { internal static int Once(int x) => x; internal static int Thrice(this int x) => 3 * x; }"),
            ("Top/Upper.cs", "namespace N; internal sealed class Upper { internal sealed class Inner; }"),
            ("Bottom/Low.cs", "namespace N; " + low)]);
        Assert.Single(Floors.UpwardUses(sources, ["Top", "Bottom"]));
        Assert.Empty(Floors.UpwardUses(sources, ["Bottom", "Top"]));
    }

    [Fact]
    public void ACycleIsFoundAndCommentsDontCount()
    {
        var sources = SourceGraph.Of([
            ("A/One.cs", "namespace N; internal sealed class One { internal Two? Next; }"),
            ("B/Two.cs", "namespace N; internal sealed class Two { internal Three? Next; }"),
            ("B/Three.cs", "namespace N; internal sealed class Three { internal One? Next; }"),
            ("C/Four.cs", "namespace N; /// <summary>See <see cref=\"One\"/>.</summary>\ninternal sealed class Four;")]);
        Assert.Equal(["A/One.cs", "B/Three.cs", "B/Two.cs"], sources.LargestCycle(file => file));
        Assert.Equal(["A", "B"], sources.LargestCycle(Floors.FloorOf));
        Assert.Empty(sources.UsesOf("C/Four.cs"));
    }
}
