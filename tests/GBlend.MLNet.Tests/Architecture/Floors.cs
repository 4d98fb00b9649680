namespace GBlend.MLNet.Tests.Architecture;

/// <summary>The floors of the libraries as ARCHITECTURE.md draws them: the folders of a library from the top, each of which uses only what stands
/// below it.</summary>
internal static class Floors
{
    /// <summary>The folders of a library from the top. Folders in a folder are of its floor.</summary>
    /// <param name="library">The name of the library and of its folder in src.</param>
    internal static IReadOnlyList<string> Of(string library)
    {
        string[] lines = File.ReadAllLines(Repository.PathTo("ARCHITECTURE.md"));
        int start = Array.IndexOf(lines, $"src/{library}");
        Assert.True(start >= 0, $"ARCHITECTURE.md has no line 'src/{library}' with the floors below it.");
        return [.. lines.Skip(start + 1).TakeWhile(line => line.StartsWith("  ", StringComparison.Ordinal)).Where(line => line[2] != ' ').Select(
            line => line.Trim().Split('/')[0].Replace(".", ""))];
    }

    /// <summary>The first folder of a path; empty for a file that is in no folder.</summary>
    internal static string FloorOf(string file) => file.Contains('/') ? file.Split('/')[0] : "";

    /// <summary>The uses of a floor from a lower one, as lines that say where.</summary>
    internal static IReadOnlyList<string> UpwardUses(SourceGraph sources, IReadOnlyList<string> floors)
    {
        int Height(string file) => floors.ToList().IndexOf(FloorOf(file));
        return [.. from file in sources.Files
                   from use in sources.UsesOf(file)
                   where Height(file) > Height(use.Key)
                   orderby file, use.Key
                   select $"{file} uses {use.Key}, which is above it ({use.Value})"];
    }
}
