using System.Text.Json;
using System.Text.Json.Nodes;

namespace GBlend.MLNet;

/// <summary>The fields of saved settings, read strictly: a field that is missing, null or of another type is named.</summary>
internal static class JsonFields
{
    internal static string Text(this JsonObject json, string name) =>
        json.Read<string>(name, "a text") is { Length: > 0 } text ? text : throw Wrong(name, "a text");

    internal static int Whole(this JsonObject json, string name) => json.Read<int>(name, "a whole number");

    internal static double Number(this JsonObject json, string name) => json.Read<double>(name, "a number");

    internal static float Single(this JsonObject json, string name) => json.Read<float>(name, "a number");

    internal static bool Flag(this JsonObject json, string name) => json.Read<bool>(name, "true or false");

    /// <summary>One of the names of an enumeration; a number in its place is none of them.</summary>
    internal static T Choice<T>(this JsonObject json, string name) where T : struct, Enum
    {
        string text = json.Text(name);
        return Enum.GetNames<T>().Contains(text)
            ? Enum.Parse<T>(text)
            : throw new InvalidDataException(
                $"The model has '{Show.Text(text)}' as its '{name}', which this version of GBlend.MLNet does not know. Update it, or take an unaltered copy.");
    }

    internal static JsonObject Object(this JsonObject json, string name) => json[name] as JsonObject ?? throw Wrong(name, "an object");

    internal static JsonObject[] Objects(this JsonObject json, string name) =>
        [.. json.Array(name).Select(item => item as JsonObject ?? throw Wrong(name, "a list of objects"))];

    internal static string[] Texts(this JsonObject json, string name) => json.List<string>(name, "a list of texts");

    internal static int[] WholeNumbers(this JsonObject json, string name) => json.List<int>(name, "a list of whole numbers");

    internal static double[] Numbers(this JsonObject json, string name) => json.List<double>(name, "a list of numbers");

    internal static float[] Singles(this JsonObject json, string name) => json.List<float>(name, "a list of numbers");

    internal static bool[] Flags(this JsonObject json, string name) => json.List<bool>(name, "a list of true and false");

    /// <summary>Whether a field is there and not null.</summary>
    internal static bool Has(this JsonObject json, string name) => json[name] is not null;

    private static T Read<T>(this JsonObject json, string name, string what) =>
        json[name] is JsonValue value && value.TryGetValue(out T? read) ? read : throw Wrong(name, what);

    private static T[] List<T>(this JsonObject json, string name, string what) =>
        [.. json.Array(name).Select(item => item is JsonValue value && value.TryGetValue(out T? read) ? read : throw Wrong(name, what))];

    private static JsonArray Array(this JsonObject json, string name) => json[name] as JsonArray ?? throw Wrong(name, "a list");

    private static JsonException Wrong(string name, string what) => new($"'{name}' is missing or not {what}.");
}
