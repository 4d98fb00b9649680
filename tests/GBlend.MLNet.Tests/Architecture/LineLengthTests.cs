namespace GBlend.MLNet.Tests.Architecture;

/// <summary>Code is read beside other code: no line is longer than a screen is wide.</summary>
public sealed class LineLengthTests
{
    private const int Most = 160;

    [Theory]
    [InlineData("src")]
    [InlineData("tests")]
    [InlineData("examples")]
    public void No_line_is_longer_than_a_screen_is_wide(string folder)
    {
        string root = Repository.PathTo(folder);
        var files = Directory.EnumerateFiles(root, "*.cs", SearchOption.AllDirectories).Where(file => !IsBuilt(Path.GetRelativePath(root, file))).ToArray();
        Assert.NotEmpty(files);
        Assert.Empty(files.SelectMany(LongLines));
    }

    [Fact]
    public void A_long_line_is_found()
    {
        string file = Path.GetTempFileName();
        try
        {
            File.WriteAllLines(file, [new string('x', Most), new string('y', Most + 1)]);
            Assert.Equal([$"{file}:2"], LongLines(file));
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static bool IsBuilt(string path) => path.Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj");

    private static IEnumerable<string> LongLines(string file) =>
        File.ReadLines(file).Select((line, i) => (line, Number: i + 1)).Where(l => l.line.Length > Most).Select(l => $"{file}:{l.Number}");
}
