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

    /// <summary>Makes an encoder for vector columns: a multi-layer perceptron with ReLU after every layer.</summary>
    /// <param name="hiddenWidths">The widths of the layers, from input to output; the last one is the number of features.</param>
    /// <returns>The encoder, without dropout.</returns>
    /// <exception cref="ArgumentException">There is no width, or a width is below 1.</exception>
    public static MlpEncoder Mlp(params int[] hiddenWidths) => new(hiddenWidths, 0);

    /// <summary>
    /// Makes an encoder for images: a ResNet (He et al., "Deep Residual Learning for Image Recognition", CVPR 2016), as in torchvision. A row has
    /// the shape [height, width, channels]. The network gives 512 features (18 and 34 layers) or 2048, averaged over the image.
    /// </summary>
    /// <param name="depth">The number of layers: 18, 34, 50, 101 or 152. Default 18.</param>
    /// <param name="widthMultiplier">
    /// The factor by which all channel counts are multiplied, the number of features included, above 0 and at most 16. With 0.25 the network has
    /// about a sixteenth of the parameters. Default 1.
    /// </param>
    /// <returns>The encoder.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no network of this depth, or the width multiplier is out of range.</exception>
    public static ResNetEncoder ImageResNet(int depth = 18, double widthMultiplier = 1) => new(ImageResNetModule.Family, depth, widthMultiplier);

    /// <summary>
    /// Makes an encoder for log-mel spectrograms: a ResNet as in the official code of the Gradient Blending paper (VMZ). A row has the shape
    /// [frames, bands], 100 x 40 in the paper. The network gives 512 features (18 and 34 layers) or 2048, the maximum over time and frequency.
    /// </summary>
    /// <param name="depth">The number of layers: 18, 34, 50, 101 or 152. Default 18.</param>
    /// <param name="widthMultiplier">The factor by which all channel counts are multiplied, above 0 and at most 16. Default 1.</param>
    /// <returns>The encoder.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no network of this depth, or the width multiplier is out of range.</exception>
    public static ResNetEncoder AudioResNet(int depth = 18, double widthMultiplier = 1) => new(AudioResNetModule.Family, depth, widthMultiplier);

    /// <summary>
    /// Makes an encoder for clips: a ResNet with 3 x 3 x 3 convolutions (Tran et al., "A Closer Look at Spatiotemporal Convolutions for Action
    /// Recognition", CVPR 2018), as in torchvision. A row has the shape [frames, height, width, channels]. The network gives 512 features (18 and
    /// 34 layers) or 2048, averaged over the clip.
    /// </summary>
    /// <param name="depth">The number of layers: 18, 34, 50, 101 or 152. Default 18.</param>
    /// <param name="widthMultiplier">The factor by which all channel counts are multiplied, above 0 and at most 16. Default 1.</param>
    /// <param name="stemPooling">
    /// Whether to add a max pooling after the first convolution, for large crops (224). By default networks of 50 layers or more have it.
    /// </param>
    /// <returns>The encoder.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no network of this depth, or the width multiplier is out of range.</exception>
    public static ResNetEncoder R3D(int depth = 18, double widthMultiplier = 1, bool? stemPooling = null) =>
        new(VideoResNetModule.R3D, depth, widthMultiplier, stemPooling);

    /// <summary>
    /// Makes an encoder for clips: a ResNet with mixed convolutions, over time in the stem and the first stage and frame by frame in the stages
    /// above (Tran et al., CVPR 2018), as in torchvision. A row has the shape [frames, height, width, channels]. The network gives 512 features,
    /// averaged over the clip.
    /// </summary>
    /// <param name="depth">The number of layers, which must be 18.</param>
    /// <param name="widthMultiplier">The factor by which all channel counts are multiplied, above 0 and at most 16. Default 1.</param>
    /// <returns>The encoder.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no network of this depth, or the width multiplier is out of range.</exception>
    public static ResNetEncoder MC3(int depth = 18, double widthMultiplier = 1) => new(VideoResNetModule.MC3, depth, widthMultiplier);

    /// <summary>
    /// Makes an encoder for clips: R(2+1)D, a ResNet that splits every convolution into one in space and then one in time (Tran et al., CVPR
    /// 2018). The network of 18 layers is built as in torchvision, deeper ones as in VMZ. A row has the shape [frames, height, width, channels].
    /// The network gives 512 features (18 and 34 layers) or 2048, averaged over the clip.
    /// </summary>
    /// <param name="depth">The number of layers: 18, 34, 50, 101 or 152. Default 18.</param>
    /// <param name="widthMultiplier">The factor by which all channel counts are multiplied, above 0 and at most 16. Default 1.</param>
    /// <param name="stemPooling">Whether to add a max pooling after the first convolution, for large crops (224). By default there is none.</param>
    /// <returns>The encoder.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no network of this depth, or the width multiplier is out of range.</exception>
    public static ResNetEncoder R2Plus1D(int depth = 18, double widthMultiplier = 1, bool? stemPooling = null) =>
        new(VideoResNetModule.R2Plus1D, depth, widthMultiplier, stemPooling);

    /// <summary>
    /// Makes an encoder for clips: the interaction-reduced channel-separated network (ir-CSN), whose 3 x 3 x 3 convolutions work within each
    /// channel (Tran et al., "Video Classification with Channel-Separated Convolutional Networks", ICCV 2019), as in VMZ. A row has the shape
    /// [frames, height, width, channels]. The network gives 2048 features, averaged over the clip.
    /// </summary>
    /// <param name="depth">The number of layers: 50, 101 or 152. Default 50.</param>
    /// <param name="widthMultiplier">The factor by which all channel counts are multiplied, above 0 and at most 16. Default 1.</param>
    /// <param name="stemPooling">Whether to add a max pooling after the first convolution, for large crops (224). By default there is one.</param>
    /// <returns>The encoder.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no network of this depth, or the width multiplier is out of range.</exception>
    public static ResNetEncoder IrCsn(int depth = 50, double widthMultiplier = 1, bool? stemPooling = null) =>
        new(VideoResNetModule.IrCsn, depth, widthMultiplier, stemPooling);

    /// <summary>
    /// Makes an encoder for clips: the interaction-preserved channel-separated network (ip-CSN), which has a 1 x 1 x 1 convolution across the
    /// channels before each convolution within them (Tran et al., ICCV 2019), as in VMZ. With 152 layers it is the paper's best. A row has the
    /// shape [frames, height, width, channels]. The network gives 2048 features, averaged over the clip.
    /// </summary>
    /// <param name="depth">The number of layers: 50, 101 or 152. Default 50.</param>
    /// <param name="widthMultiplier">The factor by which all channel counts are multiplied, above 0 and at most 16. Default 1.</param>
    /// <param name="stemPooling">Whether to add a max pooling after the first convolution, for large crops (224). By default there is one.</param>
    /// <returns>The encoder.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no network of this depth, or the width multiplier is out of range.</exception>
    public static ResNetEncoder IpCsn(int depth = 50, double widthMultiplier = 1, bool? stemPooling = null) =>
        new(VideoResNetModule.IpCsn, depth, widthMultiplier, stemPooling);

    /// <summary>
    /// Makes an encoder for text: the mean of the tokens' vectors, then a hidden layer with ReLU. A row is a vector of token ids, padded with 0.
    /// The network gives <paramref name="width"/> features.
    /// </summary>
    /// <param name="vocabularySize">The number of token ids, the padding 0 included. Default 65,536.</param>
    /// <param name="width">The width of a token's vector. Default 64.</param>
    /// <returns>The encoder, without dropout.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The vocabulary size is below 2, or the width is below 1.</exception>
    public static TextEncoder TextPooling(int vocabularySize = DefaultVocabularySize, int width = 64) => new(TextKind.Pooling, vocabularySize, width, 1, 1, 0);

    /// <summary>
    /// Makes an encoder for text: convolutions over 3, 4 and 5 tokens, then their maximum over the text (Kim, "Convolutional Neural Networks for
    /// Sentence Classification", EMNLP 2014). A row is a vector of token ids, padded with 0. The network gives three times
    /// <paramref name="width"/> features.
    /// </summary>
    /// <param name="vocabularySize">The number of token ids, the padding 0 included. Default 65,536.</param>
    /// <param name="width">The width of a token's vector and of each convolution. Default 64.</param>
    /// <returns>The encoder, without dropout.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The vocabulary size is below 2, or the width is below 1.</exception>
    public static TextEncoder TextCnn(int vocabularySize = DefaultVocabularySize, int width = 64) => new(TextKind.Cnn, vocabularySize, width, 1, 1, 0);

    /// <summary>
    /// Makes an encoder for text: a small Transformer with learned positions (Vaswani et al., "Attention Is All You Need", NeurIPS 2017),
    /// averaged over the tokens. A row is a vector of token ids, padded with 0. The network gives <paramref name="width"/> features.
    /// </summary>
    /// <param name="vocabularySize">The number of token ids, the padding 0 included. Default 65,536.</param>
    /// <param name="width">The width of a token's vector, a multiple of <paramref name="heads"/>. Default 64.</param>
    /// <param name="layers">The number of layers. Default 2.</param>
    /// <param name="heads">The number of attention heads per layer. Default 4.</param>
    /// <returns>The encoder, without dropout.</returns>
    /// <exception cref="ArgumentException">The width is not a multiple of the number of heads.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The vocabulary size is below 2, or another number is below 1.</exception>
    public static TextEncoder TextTransformer(int vocabularySize = DefaultVocabularySize, int width = 64, int layers = 2, int heads = 4) =>
        new(TextKind.Transformer, vocabularySize, width, layers, heads, 0);

    /// <summary>Room for the 50,257 tokens of the GPT-2 tokenizer and the padding.</summary>
    private const int DefaultVocabularySize = 65_536;

    /// <summary>
    /// Registers a kind of encoder that another library brings, so that saved models with it can be loaded. The kinds of this library need no call.
    /// </summary>
    /// <param name="kind">The <see cref="Encoder.Kind"/> of the encoder.</param>
    /// <param name="create">The function that makes the encoder from the settings that its <see cref="Encoder.ToSettings"/> gave.</param>
    /// <exception cref="ArgumentException">The kind is empty, or an encoder of this kind is already registered.</exception>
    public static void Register(string kind, Func<JsonObject, Encoder> create)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(kind);
        ArgumentNullException.ThrowIfNull(create);
        if (!s_kinds.TryAdd(kind, create))
            throw new ArgumentException($"An encoder of kind '{kind}' is already registered. Choose another name.", nameof(kind));
    }

    /// <summary>Whether a saved model with an encoder of a kind can be loaded here.</summary>
    internal static bool Knows(string kind) => s_kinds.ContainsKey(kind);

    internal static Encoder FromSettings(string kind, JsonObject settings) => s_kinds.TryGetValue(kind, out var create)
        ? create(settings)
        : throw new InvalidDataException($"The model has an encoder of kind '{kind}', which is not known here. Reference the library that brings it, call "
            + $"Encoders.Register before loading, or update GBlend.MLNet.");
}
