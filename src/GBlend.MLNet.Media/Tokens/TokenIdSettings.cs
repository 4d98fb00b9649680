using System.Text.Json;

namespace GBlend.MLNet;

/// <summary>What a token step needs once its vocabulary is known; this is what is saved.</summary>
internal sealed class TokenIdSettings : MediaOptions
{
    public int Length { get; set; }

    public bool LowerCase { get; set; }

    public int VocabularySize { get; set; }

    /// <summary>Token to id; <see langword="null"/> before it is learned.</summary>
    public Dictionary<string, int>? Vocabulary { get; set; }

    public string[] Merges { get; set; } = [];

    internal static TokenIdSettings From(TokenIdOptions options) => new()
    {
        Length = options.Length,
        LowerCase = options.LowerCase,
        VocabularySize = options.VocabularySize,
        Vocabulary = options.VocabularyPath is null ? null : ReadVocabulary(options.VocabularyPath),
        Merges = options.MergesPath is null ? [] : [.. File.ReadLines(options.MergesPath).Where(line => line.Length > 0 && !line.StartsWith("#version", StringComparison.Ordinal))],
    };

    internal override void Validate()
    {
        base.Validate();
        TokenIdOptions.ValidateLength(Length);
        // Ids in rows are one more than those of the vocabulary.
        if (Vocabulary?.Values.Any(id => id is < 0 or int.MaxValue) == true)
            throw new ArgumentException("A vocabulary has ids from 0.");
    }

    private static Dictionary<string, int> ReadVocabulary(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            return JsonSerializer.Deserialize<Dictionary<string, int>>(file) is { Count: > 0 } vocabulary && vocabulary.Values.All(id => id >= 0)
                ? vocabulary
                : throw new InvalidDataException($"The vocabulary '{path}' has no tokens, or ids below 0.");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"The vocabulary '{path}' must be a JSON object of tokens and their ids: {e.Message}", e);
        }
    }
}
