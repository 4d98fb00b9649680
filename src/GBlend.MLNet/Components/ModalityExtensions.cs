namespace GBlend.MLNet;

/// <summary>Extension methods for modalities that start from fitted models.</summary>
public static class ModalityExtensions
{
    /// <summary>
    /// Returns a copy of this modality whose encoder starts from the encoder that a fitted model has for the column of the same name ("pre-trained
    /// encoders", a baseline of the paper). The model is usually one of this modality alone.
    /// </summary>
    /// <param name="modality">The modality.</param>
    /// <param name="model">The fitted model, which has a modality of this column with the same encoder.</param>
    /// <param name="freeze">Whether to keep the encoder as it is and train only the heads and the fusion. Default <see langword="false"/>.</param>
    /// <returns>The copy.</returns>
    public static Modality WithEncoderOf(this Modality modality, GradientBlendingTransformer model, bool freeze = false)
    {
        ArgumentNullException.ThrowIfNull(modality);
        ArgumentNullException.ThrowIfNull(model);
        return modality.StartingFrom(model, freeze);
    }
}
