namespace GBlend.MLNet.AutoML;

/// <summary>How strongly a modality's rows are changed while training; see <see cref="Augmentation"/>.</summary>
/// <remarks>Crops and jitter in time, which decide what the encoder reads, stay as the modality has them. Leave the levels out for optical flow, whose direction a flip changes.</remarks>
public enum AugmentationLevel
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>Images and clips: flips. Sound: one stretch of up to 10 frames and one of up to 4 bands is covered.</summary>
    Light,

    /// <summary>Images and clips: flips and shifts by up to 4 pixels. Sound: <see cref="Augmentation.SpecAugment"/> with its defaults.</summary>
    Strong,
}
