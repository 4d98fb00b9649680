namespace GBlend.MLNet;

/// <summary>What tells two lists of names and texts apart, in words.</summary>
internal static class Difference
{
    private const int MostNamed = 3;

    /// <summary>Names the first differences; <see langword="null"/> where there are none.</summary>
    /// <param name="there">What a file says.</param>
    /// <param name="here">What is so now.</param>
    internal static string? Describe(IReadOnlyDictionary<string, string> there, IReadOnlyDictionary<string, string> here)
    {
        string[] names = [.. here.Keys.Union(there.Keys).Where(name => there.GetValueOrDefault(name) != here.GetValueOrDefault(name))];
        if (names.Length == 0)
            return null;
        var parts = names.Take(MostNamed).Select(name => $"{name} is {Text(there, name)} there and {Text(here, name)} here");
        return string.Join("; ", parts) + (names.Length > MostNamed ? $"; and {names.Length - MostNamed} more" : "");
    }

    private static string Text(IReadOnlyDictionary<string, string> facts, string name) => facts.TryGetValue(name, out string? text) ? Show.Text(text)
        : "not said";
}
