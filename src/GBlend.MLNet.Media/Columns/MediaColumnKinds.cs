using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace GBlend.MLNet;

/// <summary>The kinds of media columns, by the names that saved models have for them, and their settings as plain data.</summary>
internal static class MediaColumnKinds
{
    private static readonly Dictionary<string, Func<string, string, JsonNode, MediaColumn>> ByName = new()
    {
        [VideoClipColumn.Name] = Kind<VideoClipOptions>((output, input, options) => new VideoClipColumn(output, input, options)),
        [LogMelColumn.Name] = Kind<LogMelOptions>((output, input, options) => new LogMelColumn(output, input, options)),
        [ImageColumn.Name] = Kind<ImageOptions>((output, input, options) => new ImageColumn(output, input, options)),
        [OpticalFlowColumn.Name] = Kind<OpticalFlowOptions>((output, input, options) => new OpticalFlowColumn(output, input, options)),
        [TokenIdColumn.Name] = Kind<TokenIdSettings>((output, input, settings) =>
            settings.Vocabulary is null ? throw new JsonException("'Vocabulary' is missing.") : new TokenIdColumn(output, input, settings)),
    };

    private static readonly JsonSerializerOptions Json = new()
    {
        Converters = { new JsonStringEnumConverter() },
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
    };

    /// <summary>The settings as text: what saved models and cache keys hold.</summary>
    internal static JsonNode Serialize(MediaOptions options) => JsonSerializer.SerializeToNode(options, options.GetType(), Json)!;

    /// <summary>Makes a column from its saved settings.</summary>
    /// <returns><see langword="null"/> where no kind has this name.</returns>
    /// <exception cref="JsonException">The settings are not those of the kind.</exception>
    /// <exception cref="ArgumentException">A setting is wrong.</exception>
    internal static MediaColumn? Create(string kind, string output, string input, JsonNode options) =>
        ByName.TryGetValue(kind, out var create) ? create(output, input, options) : null;

    private static Func<string, string, JsonNode, MediaColumn> Kind<T>(Func<string, string, T, MediaColumn> create) where T : MediaOptions =>
        (output, input, node) =>
    {
        var options = node.Deserialize<T>(Json)!;
        options.Validate();
        return create(output, input, options);
    };
}
