using System.Text;
using System.Text.Json.Nodes;

namespace GBlend.MLNet.Tests;

/// <summary>All the ways in which one field of JSON can be wrong.</summary>
internal static class JsonAlterations
{
    /// <summary>What a field is replaced by; a field can also be gone.</summary>
    private static readonly string?[] s_values =
        [null, "null", "\"\"", "\"x\"", "\"17\"", "-1", "0", "1", "3", "1000000000", "1e300", "1.5", "true", "[]", "[null]", "{}"];

    /// <summary>Every field and list item, each with every replacement: where, by what, and the document.</summary>
    /// <param name="document">The document.</param>
    /// <param name="isOf">Which paths are altered.</param>
    internal static IEnumerable<(string Path, string Value, byte[] Document)> Of(byte[] document, Func<string, bool> isOf)
    {
        foreach (string path in Paths(JsonNode.Parse(document)!).Where(isOf))
        {
            foreach (string? value in s_values)
                yield return (path, value ?? "(gone)", Alter(document, path, value));
        }
    }

    /// <summary>One of them, drawn.</summary>
    internal static (string Path, string Value, byte[] Document) Draw(byte[] document, Random random)
    {
        string[] paths = [.. Paths(JsonNode.Parse(document)!)];
        string path = paths[random.Next(paths.Length)];
        string? value = s_values[random.Next(s_values.Length)];
        return (path, value ?? "(gone)", Alter(document, path, value));
    }

    private static IEnumerable<string> Paths(JsonNode node)
    {
        IEnumerable<JsonNode?> children = node switch { JsonObject json => json.Select(p => p.Value), JsonArray list => list, _ => [] };
        var names = node switch { JsonObject json => json.Select(p => p.Key), JsonArray list => list.Select((_, i) => i.ToString()), _ => [] };
        // Names with the sign between names in them can't be told apart from it.
        return names.Zip(children).Where(p => !p.First.Contains('/'))
            .SelectMany(p => p.Second is null ? [p.First] : Paths(p.Second).Select(rest => $"{p.First}/{rest}").Prepend(p.First));
    }

    private static byte[] Alter(byte[] document, string path, string? value)
    {
        var root = JsonNode.Parse(document)!;
        var node = root;
        string[] steps = path.Split('/');
        foreach (string step in steps[..^1])
            node = node is JsonArray list ? list[int.Parse(step)]! : node[step]!;
        if (node is JsonArray items)
        {
            if (value is null)
                items.RemoveAt(int.Parse(steps[^1]));
            else
                items[int.Parse(steps[^1])] = JsonNode.Parse(value);
        }
        else if (value is null)
            node.AsObject().Remove(steps[^1]);
        else
            node[steps[^1]] = JsonNode.Parse(value);
        return Encoding.UTF8.GetBytes(root.ToJsonString());
    }
}
