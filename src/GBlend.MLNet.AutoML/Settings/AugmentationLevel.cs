namespace GBlend.MLNet.AutoML;

/// <summary>The strengths with which a modality's rows are changed while training; see <see cref="Augmentation"/>.</summary>
/// <remarks>
/// Crops and jitter in time, which decide what the encoder reads, stay as the modality has them. Leave the levels out for optical flow, whose
/// direction a flip changes.
/// </remarks>
public enum AugmentationLevel
{
    /// <summary>Rows are not changed.</summary>
    None,

    /// <summary>Images and clips are flipped; of sound, one stretch of up to 10 frames and one of up to 4 bands are covered.</summary>
    Light,

    /// <summary>Images and clips are flipped and shifted by up to 4 pixels; sound gets <see cref="Augmentation.SpecAugment"/> with its defaults.</summary>
    Strong,
}
