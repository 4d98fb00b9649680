using System.Text.Json.Nodes;

namespace GBlend.MLNet;

/// <summary>
/// A trainable encoder of token ids; see <see cref="Encoders.TextPooling"/>, <see cref="Encoders.TextCnn"/> and
/// <see cref="Encoders.TextTransformer"/>.
/// </summary>
/// <remarks>
/// A row is a vector of token ids, integers or floats with integer values, padded with 0 at its end. What the padding holds does not reach
/// the features. An id that is not a whole number from 0 to <see cref="VocabularySize"/> - 1 is refused when the row is read.
/// </remarks>
public sealed class TextEncoder : Encoder
{
    private readonly TextKind _kind;

    internal TextEncoder(TextKind kind, int vocabularySize, int width, int layers, int heads, float dropout)
    {
        Check.AtLeast(vocabularySize, 2);
        Check.AtLeast(width, 1);
        Check.AtLeast(layers, 1);
        Check.AtLeast(heads, 1);
        Check.Probability(dropout);
        if (width % heads != 0)
            throw new ArgumentException($"The width {width} is not a multiple of the number of heads {heads}.", nameof(heads));
        (_kind, VocabularySize, Width, Layers, Heads, Dropout) = (kind, vocabularySize, width, layers, heads, dropout);
    }

    /// <inheritdoc/>
    public override string Kind => KindName(_kind);

    /// <summary>The number of token ids, the padding 0 included.</summary>
    public int VocabularySize { get; }

    /// <summary>The width of a token's vector.</summary>
    public int Width { get; }

    /// <summary>The number of layers of the Transformer; 1 for the other text encoders.</summary>
    public int Layers { get; }

    /// <summary>The number of attention heads per layer of the Transformer; 1 for the other text encoders.</summary>
    public int Heads { get; }

    /// <summary>The share of activations that are dropped while training, in [0, 1). Default 0.</summary>
    public float Dropout { get; }

    /// <summary>Returns a copy of this encoder with dropout on the tokens' vectors and, in the Transformer, after every part of a layer.</summary>
    /// <param name="dropout">The share of activations to drop while training, in [0, 1).</param>
    /// <returns>The copy.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The share is not in [0, 1).</exception>
    public TextEncoder WithDropout(float dropout) => new(_kind, VocabularySize, Width, Layers, Heads, dropout);

    internal static string KindName(TextKind kind) => kind switch
    {
        TextKind.Pooling => "text-pooling",
        TextKind.Cnn => "text-cnn",
        TextKind.Transformer => "text-transformer",
        _ => throw new InvalidOperationException($"Unknown text encoder {kind}."),
    };

    /// <inheritdoc/>
    public override JsonObject ToSettings() => new()
    {
        ["vocabularySize"] = VocabularySize,
        ["width"] = Width,
        ["layers"] = Layers,
        ["heads"] = Heads,
        ["dropout"] = Dropout,
    };

    internal static Func<JsonObject, Encoder> FromSettings(TextKind kind) => settings =>
        new TextEncoder(
            kind, settings.Whole("vocabularySize"), settings.Whole("width"), settings.Whole("layers"), settings.Whole("heads"), settings.Single("dropout"));

    /// <inheritdoc/>
    public override EncoderModule Build(IReadOnlyList<int> inputShape)
    {
        ArgumentNullException.ThrowIfNull(inputShape);
        InputLayout.Text.Check(inputShape, ToString());
        using var turn = TorchRandomScope.Turn();
        return _kind switch
        {
            TextKind.Pooling => new TextPoolingModule(this),
            TextKind.Cnn => new TextCnnModule(this, inputShape[0]),
            _ => new TextTransformerModule(this, inputShape[0]),
        };
    }

    /// <inheritdoc/>
    public override EncoderLayout Describe(IReadOnlyList<int> inputShape)
    {
        ArgumentNullException.ThrowIfNull(inputShape);
        InputLayout.Text.Check(inputShape, ToString());
        return _kind switch
        {
            TextKind.Pooling => TextPoolingModule.Describe(this),
            TextKind.Cnn => TextCnnModule.Describe(this),
            _ => TextTransformerModule.Describe(this, inputShape[0]),
        };
    }

    /// <inheritdoc/>
    public override string ToString() => (_kind switch
    {
        TextKind.Pooling => $"Text pooling {Width}",
        TextKind.Cnn => $"Text CNN {Width}",
        _ => $"Text Transformer {Layers} x {Width}, {Heads} heads",
    }) + (Dropout > 0 ? FormattableString.Invariant($" dropout {Dropout}") : "");
}

internal enum TextKind
{
    Pooling,
    Cnn,
    Transformer,
}
