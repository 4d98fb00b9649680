using System.Collections.Concurrent;
using System.Text.Json.Nodes;

namespace GBlend.MLNet;

/// <summary>The encoders that come with the library, and the registry by which saved models find theirs.</summary>
public static class Encoders
{
    private static readonly ConcurrentDictionary<string, Func<JsonObject, Encoder>> s_kinds = new()
    {
        [MlpEncoder.KindName] = MlpEncoder.FromSettings,
        [ImageResNetModule.Family.Kind] = ResNetEncoder.FromSettings(ImageResNetModule.Family),
        [AudioResNetModule.Family.Kind] = ResNetEncoder.FromSettings(AudioResNetModule.Family),
        [VideoResNetModule.R3D.Kind] = ResNetEncoder.FromSettings(VideoResNetModule.R3D),
        [VideoResNetModule.MC3.Kind] = ResNetEncoder.FromSettings(VideoResNetModule.MC3),
        [VideoResNetModule.R2Plus1D.Kind] = ResNetEncoder.FromSettings(VideoResNetModule.R2Plus1D),
        [VideoResNetModule.IrCsn.Kind] = ResNetEncoder.FromSettings(VideoResNetModule.IrCsn),
        [VideoResNetModule.IpCsn.Kind] = ResNetEncoder.FromSettings(VideoResNetModule.IpCsn),
        [TextEncoder.KindName(TextKind.Pooling)] = TextEncoder.FromSettings(TextKind.Pooling),
        [TextEncoder.KindName(TextKind.Cnn)] = TextEncoder.FromSettings(TextKind.Cnn),
        [TextEncoder.KindName(TextKind.Transformer)] = TextEncoder.FromSettings(TextKind.Transformer),
    };

    /// <summary>A multi-layer perceptron with ReLU after every layer, for vector columns.</summary>
    /// <param name="hiddenWidths">The widths of its layers, from input to output; the last one is the feature width.</param>
    /// <exception cref="ArgumentException">There is no width, or one below 1.</exception>
    public static MlpEncoder Mlp(params int[] hiddenWidths) => new(hiddenWidths, 0);

    /// <summary>
    /// ResNet for images (He et al., "Deep Residual Learning for Image Recognition", CVPR 2016), as in torchvision. Rows are height x
    /// width x channels; features: 512 (18 and 34 layers) or 2048, averaged over the image.
    /// </summary>
    /// <param name="depth">Layers: 18, 34, 50, 101 or 152.</param>
    /// <param name="widthMultiplier">What all channel counts are multiplied by, above 0 and at most 16: 0.25 has a sixteenth of the parameters.</param>
    /// <exception cref="ArgumentOutOfRangeException">No such depth, or a width multiplier out of range.</exception>
    public static ResNetEncoder ImageResNet(int depth = 18, double widthMultiplier = 1) => new(ImageResNetModule.Family, depth, widthMultiplier);

    /// <summary>
    /// ResNet for log-mel spectrograms, as in the official code of the Gradient Blending paper (VMZ). Rows are frames x bands, 100 x 40 in
    /// the paper; features: 512 (18 and 34 layers) or 2048, the maximum over time and frequency.
    /// </summary>
    /// <param name="depth">Layers: 18, 34, 50, 101 or 152.</param>
    /// <param name="widthMultiplier">What all channel counts are multiplied by, above 0 and at most 16.</param>
    /// <exception cref="ArgumentOutOfRangeException">No such depth, or a width multiplier out of range.</exception>
    public static ResNetEncoder AudioResNet(int depth = 18, double widthMultiplier = 1) => new(AudioResNetModule.Family, depth, widthMultiplier);

    /// <summary>
    /// ResNet with 3 x 3 x 3 convolutions (Tran et al., "A Closer Look at Spatiotemporal Convolutions for Action Recognition", CVPR 2018), as in
    /// torchvision. Rows are frames x height x width x channels; features: 512 (18 and 34 layers) or 2048, averaged over the clip.
    /// </summary>
    /// <param name="depth">Layers: 18, 34, 50, 101 or 152.</param>
    /// <param name="widthMultiplier">What all channel counts are multiplied by, above 0 and at most 16.</param>
    /// <param name="stemPooling">Whether a max pooling follows the first convolution, for large crops (224); by default from 50 layers on.</param>
    /// <exception cref="ArgumentOutOfRangeException">No such depth, or a width multiplier out of range.</exception>
    public static ResNetEncoder R3D(int depth = 18, double widthMultiplier = 1, bool? stemPooling = null) => new(VideoResNetModule.R3D, depth, widthMultiplier, stemPooling);

    /// <summary>
    /// Mixed convolutions: over time in the stem and the first stage, frame by frame above (Tran et al., CVPR 2018), as in torchvision. Rows
    /// are frames x height x width x channels; features: 512, averaged over the clip.
    /// </summary>
    /// <param name="depth">Layers: 18.</param>
    /// <param name="widthMultiplier">What all channel counts are multiplied by, above 0 and at most 16.</param>
    /// <exception cref="ArgumentOutOfRangeException">No such depth, or a width multiplier out of range.</exception>
    public static ResNetEncoder MC3(int depth = 18, double widthMultiplier = 1) => new(VideoResNetModule.MC3, depth, widthMultiplier);

    /// <summary>
    /// R(2+1)D: every convolution in space, then in time (Tran et al., CVPR 2018); 18 layers as in torchvision, more as in VMZ. Rows are frames
    /// x height x width x channels; features: 512 (18 and 34 layers) or 2048, averaged over the clip.
    /// </summary>
    /// <param name="depth">Layers: 18, 34, 50, 101 or 152.</param>
    /// <param name="widthMultiplier">What all channel counts are multiplied by, above 0 and at most 16.</param>
    /// <param name="stemPooling">Whether a max pooling follows the first convolution, for large crops (224); by default not.</param>
    /// <exception cref="ArgumentOutOfRangeException">No such depth, or a width multiplier out of range.</exception>
    public static ResNetEncoder R2Plus1D(int depth = 18, double widthMultiplier = 1, bool? stemPooling = null) => new(VideoResNetModule.R2Plus1D, depth, widthMultiplier, stemPooling);

    /// <summary>
    /// Interaction-reduced channel-separated network: 3 x 3 x 3 convolutions within each channel (Tran et al., "Video Classification with
    /// Channel-Separated Convolutional Networks", ICCV 2019), as in VMZ. Rows are frames x height x width x channels; features: 2048, averaged over the clip.
    /// </summary>
    /// <param name="depth">Layers: 50, 101 or 152.</param>
    /// <param name="widthMultiplier">What all channel counts are multiplied by, above 0 and at most 16.</param>
    /// <param name="stemPooling">Whether a max pooling follows the first convolution, for large crops (224); by default it does.</param>
    /// <exception cref="ArgumentOutOfRangeException">No such depth, or a width multiplier out of range.</exception>
    public static ResNetEncoder IrCsn(int depth = 50, double widthMultiplier = 1, bool? stemPooling = null) => new(VideoResNetModule.IrCsn, depth, widthMultiplier, stemPooling);

    /// <summary>
    /// Interaction-preserved channel-separated network: before each convolution within channels a 1 x 1 x 1 across them (Tran et al.,
    /// ICCV 2019), as in VMZ; with 152 layers the paper's best. Rows are frames x height x width x channels; features: 2048, averaged over the clip.
    /// </summary>
    /// <param name="depth">Layers: 50, 101 or 152.</param>
    /// <param name="widthMultiplier">What all channel counts are multiplied by, above 0 and at most 16.</param>
    /// <param name="stemPooling">Whether a max pooling follows the first convolution, for large crops (224); by default it does.</param>
    /// <exception cref="ArgumentOutOfRangeException">No such depth, or a width multiplier out of range.</exception>
    public static ResNetEncoder IpCsn(int depth = 50, double widthMultiplier = 1, bool? stemPooling = null) => new(VideoResNetModule.IpCsn, depth, widthMultiplier, stemPooling);

    /// <summary>The mean of the tokens' vectors and a hidden layer with ReLU. Rows are token ids, padded with 0; features: <paramref name="width"/>.</summary>
    /// <param name="vocabularySize">The number of token ids, with the padding, 0.</param>
    /// <param name="width">The width of a token's vector.</param>
    /// <exception cref="ArgumentOutOfRangeException">A vocabulary below 2 or a width below 1.</exception>
    public static TextEncoder TextPooling(int vocabularySize = DefaultVocabularySize, int width = 64) => new(TextKind.Pooling, vocabularySize, width, 1, 1, 0);

    /// <summary>
    /// Convolutions over 3, 4 and 5 tokens and their maximum over the text (Kim, "Convolutional Neural Networks for Sentence
    /// Classification", EMNLP 2014). Rows are token ids, padded with 0; features: three times <paramref name="width"/>.
    /// </summary>
    /// <param name="vocabularySize">The number of token ids, with the padding, 0.</param>
    /// <param name="width">The width of a token's vector and of each convolution.</param>
    /// <exception cref="ArgumentOutOfRangeException">A vocabulary below 2 or a width below 1.</exception>
    public static TextEncoder TextCnn(int vocabularySize = DefaultVocabularySize, int width = 64) => new(TextKind.Cnn, vocabularySize, width, 1, 1, 0);

    /// <summary>
    /// A small Transformer with learned positions (Vaswani et al., "Attention Is All You Need", NeurIPS 2017), averaged over the tokens. Rows
    /// are token ids, padded with 0; features: <paramref name="width"/>.
    /// </summary>
    /// <param name="vocabularySize">The number of token ids, with the padding, 0.</param>
    /// <param name="width">The width of a token's vector, a multiple of <paramref name="heads"/>.</param>
    /// <param name="layers">Layers.</param>
    /// <param name="heads">Attention heads per layer.</param>
    /// <exception cref="ArgumentException">The width is not a multiple of the heads.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A vocabulary below 2, or another number below 1.</exception>
    public static TextEncoder TextTransformer(int vocabularySize = DefaultVocabularySize, int width = 64, int layers = 2, int heads = 4) =>
        new(TextKind.Transformer, vocabularySize, width, layers, heads, 0);

    /// <summary>Room for the 50,257 tokens of the GPT-2 tokenizer and the padding.</summary>
    private const int DefaultVocabularySize = 65_536;

    /// <summary>Makes models that hold an encoder of one's own loadable. The kinds of this library need no call.</summary>
    /// <param name="kind">The <see cref="Encoder.Kind"/>.</param>
    /// <param name="create">Makes the encoder from what its <see cref="Encoder.ToSettings"/> gave.</param>
    /// <exception cref="ArgumentException">The kind is already taken.</exception>
    public static void Register(string kind, Func<JsonObject, Encoder> create)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(kind);
        ArgumentNullException.ThrowIfNull(create);
        if (!s_kinds.TryAdd(kind, create))
            throw new ArgumentException($"An encoder of kind '{kind}' is already registered. Choose another name.", nameof(kind));
    }

    internal static Encoder FromSettings(string kind, JsonObject settings) => s_kinds.TryGetValue(kind, out var create)
        ? create(settings)
        : throw new InvalidDataException($"The model has an encoder of kind '{kind}', which is not known here. Reference the library that brings it, call Encoders.Register before loading, or update GBlend.MLNet.");
}
