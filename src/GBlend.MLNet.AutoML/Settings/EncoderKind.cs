namespace GBlend.MLNet.AutoML;

/// <summary>The encoders that a sweep chooses from; see <see cref="Encoders"/>.</summary>
public enum EncoderKind
{
    /// <summary><see cref="Encoders.Mlp"/>: a multi-layer perceptron.</summary>
    Mlp,

    /// <summary><see cref="Encoders.ImageResNet"/>: a residual network for images.</summary>
    ImageResNet,

    /// <summary><see cref="Encoders.AudioResNet"/>: a residual network for spectrograms.</summary>
    AudioResNet,

    /// <summary><see cref="Encoders.R3D"/>: a residual network of 3-D convolutions for clips.</summary>
    R3D,

    /// <summary><see cref="Encoders.MC3"/>: a residual network for clips that convolves over time in its first layers only.</summary>
    MC3,

    /// <summary><see cref="Encoders.R2Plus1D"/>: a residual network for clips with every convolution in space, then in time.</summary>
    R2Plus1D,

    /// <summary><see cref="Encoders.IrCsn"/>: an interaction-reduced channel-separated network for clips.</summary>
    IrCsn,

    /// <summary><see cref="Encoders.IpCsn"/>: an interaction-preserved channel-separated network for clips.</summary>
    IpCsn,

    /// <summary><see cref="Encoders.TextPooling"/>: the mean of the vectors of tokens.</summary>
    TextPooling,

    /// <summary><see cref="Encoders.TextCnn"/>: convolutions over a few tokens and their maximum.</summary>
    TextCnn,

    /// <summary><see cref="Encoders.TextTransformer"/>: a small Transformer over tokens.</summary>
    TextTransformer,
}
