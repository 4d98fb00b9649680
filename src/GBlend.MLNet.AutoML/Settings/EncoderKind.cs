namespace GBlend.MLNet.AutoML;

/// <summary>The encoders that a sweep chooses from; see <see cref="Encoders"/>.</summary>
public enum EncoderKind
{
    /// <summary><see cref="Encoders.Mlp"/>.</summary>
    Mlp,

    /// <summary><see cref="Encoders.ImageResNet"/>.</summary>
    ImageResNet,

    /// <summary><see cref="Encoders.AudioResNet"/>.</summary>
    AudioResNet,

    /// <summary><see cref="Encoders.R3D"/>.</summary>
    R3D,

    /// <summary><see cref="Encoders.MC3"/>.</summary>
    MC3,

    /// <summary><see cref="Encoders.R2Plus1D"/>.</summary>
    R2Plus1D,

    /// <summary><see cref="Encoders.IrCsn"/>.</summary>
    IrCsn,

    /// <summary><see cref="Encoders.IpCsn"/>.</summary>
    IpCsn,

    /// <summary><see cref="Encoders.TextPooling"/>.</summary>
    TextPooling,

    /// <summary><see cref="Encoders.TextCnn"/>.</summary>
    TextCnn,

    /// <summary><see cref="Encoders.TextTransformer"/>.</summary>
    TextTransformer,
}
