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
        Vocabulary = options.VocabularyPath is null ? null : VocabularyFile.ReadTokens(options.VocabularyPath),
        Merges = options.MergesPath is null ? [] : VocabularyFile.ReadMerges(options.MergesPath),
    };

    internal override void Validate()
    {
        base.Validate();
        TokenIdOptions.ValidateLength(Length);
        // Ids in rows are one more than those of the vocabulary.
        if (Vocabulary?.Values.Any(id => id is < 0 or int.MaxValue) == true)
            throw new ArgumentException("A vocabulary has ids from 0.");
    }
}
