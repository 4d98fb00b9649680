using System.Text.Json;
using System.Text.Json.Nodes;

namespace GBlend.MLNet.Reports;

/// <summary>Numbers in JSON.</summary>
internal static class Json
{
    private static readonly JsonSerializerOptions s_indented = new() { WriteIndented = true };

    /// <summary>A number; as a text (<c>NaN</c>, <c>Infinity</c>, <c>-Infinity</c>) where JSON has none for it.</summary>
    internal static JsonNode? Of(double? value) => value switch
    {
        null => null,
        { } number when double.IsFinite(number) => JsonValue.Create(number),
        double.PositiveInfinity => "Infinity",
        double.NegativeInfinity => "-Infinity",
        _ => "NaN",
    };

    internal static JsonArray Of(IEnumerable<double> values) => new([.. values.Select(v => Of(v))]);

    internal static JsonArray Of(IEnumerable<string> values) => new([.. values.Select(v => (JsonNode?)v)]);

    internal static JsonArray Of(IEnumerable<JsonNode?> values) => new([.. values]);

    /// <summary>The text, in which all that markup knows, and all that is not ASCII, is escaped.</summary>
    internal static string Write(JsonNode node) => node.ToJsonString(s_indented);
}
