using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Recipes;

/// <summary>Recipes as JSON, and changes to them.</summary>
internal static class RecipeFile
{
    private static readonly JsonSerializerOptions s_json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        WriteIndented = true,
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    /// <summary>What <c>--show</c> prints and <c>--recipe</c> reads.</summary>
    public static string Write(Recipe recipe) => JsonSerializer.Serialize(recipe, s_json);

    /// <summary>A recipe with what a file says in place of its own; what the file does not say stays.</summary>
    /// <exception cref="UserErrorException">There is no such file, or it is wrong.</exception>
    public static Recipe Overlay(Recipe recipe, string path)
    {
        string text = TextFile.Read(path).Text;
        try
        {
            var changes = JsonNode.Parse(text, documentOptions: new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
            return Merge(recipe, changes as JsonObject ?? throw new JsonException("It is not an object in braces."));
        }
        catch (JsonException e)
        {
            throw new UserErrorException($"{path} is no recipe: {e.Message} See --show for one.");
        }
    }

    /// <summary>A recipe with one value changed.</summary>
    /// <param name="recipe">The recipe.</param>
    /// <param name="assignment">NAME=VALUE, for example training.epochs=10 or modalities=["RGB","OF"].</param>
    /// <exception cref="UserErrorException">There is no such name, or the value does not fit.</exception>
    public static Recipe Set(Recipe recipe, string assignment)
    {
        int at = assignment.IndexOf('=');
        if (at < 1)
            throw new UserErrorException($"--set is NAME=VALUE, for example training.epochs=10, not '{assignment}'.");
        string text = assignment[(at + 1)..];
        JsonNode? value;
        try
        {
            value = JsonNode.Parse(text);
        }
        catch (JsonException)
        {
            value = JsonValue.Create(text);
        }
        foreach (string part in assignment[..at].Split('.').Reverse())
            value = new JsonObject { [part] = value };
        try
        {
            return Merge(recipe, (JsonObject)value!);
        }
        catch (JsonException e)
        {
            throw new UserErrorException($"--set {assignment} does not fit: {e.Message} See --show for the names.");
        }
    }

    private static Recipe Merge(Recipe recipe, JsonObject changes)
    {
        var all = (JsonObject)JsonSerializer.SerializeToNode(recipe, s_json)!;
        Merge(all, changes);
        return all.Deserialize<Recipe>(s_json) ?? throw new JsonException("It is empty.");
    }

    private static void Merge(JsonObject target, JsonObject changes)
    {
        foreach (var (name, value) in changes)
        {
            if (value is JsonObject inner && target[name] is JsonObject own)
                Merge(own, inner);
            else
                target[name] = value?.DeepClone();
        }
    }
}
