namespace GBlend.MLNet;

/// <summary>The settings of <c>ml.Transforms.TokenIds</c>.</summary>
/// <remarks>
/// Ids begin with 1, since 0 fills what is left of a row, as <c>Modality.Text</c> expects it: a text encoder needs room for one id more than the
/// vocabulary has tokens.
/// </remarks>
public sealed class TokenIdOptions
{
    /// <summary>One token for each value of a byte.</summary>
    internal const int LeastVocabularySize = 256;

    private const int MostLength = 1 << 20;

    /// <summary>The length of a row, 1 to 1,048,576: longer texts are cut, shorter ones are filled up with 0 at the end. Default 64.</summary>
    public int Length { get; set; } = 64;

    /// <summary>
    /// A vocabulary of byte pair encoding at the level of bytes, as published with models of GPT-2's kind (<c>vocab.json</c>: token to id). It is
    /// read when the step is made. Default: none, and a vocabulary is learned from the column when the pipeline is fitted.
    /// </summary>
    public string? VocabularyPath { get; set; }

    /// <summary>The merges that go with <see cref="VocabularyPath"/> (<c>merges.txt</c>: one pair a line).</summary>
    public string? MergesPath { get; set; }

    /// <summary>
    /// The number of tokens of a vocabulary that is learned, the 256 bytes among them. Default 4096; there are fewer if the texts hold no more.
    /// </summary>
    public int VocabularySize { get; set; } = 4096;

    /// <summary>A value that says whether letters are made lower-case first. Default <see langword="false"/>.</summary>
    public bool LowerCase { get; set; }

    internal static void ValidateLength(int length) => Check.Between(length, 1, MostLength, nameof(Length));

    internal void Validate()
    {
        ValidateLength(Length);
        Check.AtLeast(VocabularySize, LeastVocabularySize);
        if (VocabularyPath is null != MergesPath is null)
            throw new ArgumentException("VocabularyPath and MergesPath go together: give both, or neither to learn a vocabulary.");
    }
}
