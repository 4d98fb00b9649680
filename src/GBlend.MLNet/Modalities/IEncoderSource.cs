namespace GBlend.MLNet;

/// <summary>A fitted model whose encoders the encoders of another training may start from.</summary>
internal interface IEncoderSource
{
    /// <summary>The parameters and buffers by name of the model's encoder for the same column.</summary>
    /// <param name="wanted">The modality whose encoder is to start from them.</param>
    /// <exception cref="ArgumentException">The model has no such modality, or another encoder, shape or scaling for it.</exception>
    IReadOnlyDictionary<string, float[]> StartOf(ModalitySpec wanted);
}
