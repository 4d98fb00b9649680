namespace GBlend.MLNet;

/// <summary>Modalities that start from fitted models.</summary>
public static class ModalityExtensions
{
    /// <summary>
    /// Starts the encoder from the encoder that a fitted model has for the column of the same name ("pre-trained encoders",
    /// a baseline of the paper), usually a model of this modality alone.
    /// </summary>
    /// <param name="modality">The modality.</param>
    /// <param name="model">A fitted model with a modality of this column and the same encoder.</param>
    /// <param name="freeze">Keep the encoder as it is and train only the heads and the fusion.</param>
    /// <returns>A copy of the modality with that start.</returns>
    public static Modality WithPretrained(this Modality modality, GradientBlendingTransformer model, bool freeze = false)
    {
        ArgumentNullException.ThrowIfNull(modality);
        ArgumentNullException.ThrowIfNull(model);
        return modality.StartingFrom(model, freeze);
    }
}
