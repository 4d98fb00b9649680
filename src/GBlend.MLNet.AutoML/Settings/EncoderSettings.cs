using Microsoft.ML.SearchSpace;

namespace GBlend.MLNet.AutoML;

/// <summary>The settings of one modality that a sweep may vary. <see langword="null"/> means: as in the trainer's options.</summary>
/// <remarks>
/// The attributes describe a multi-layer perceptron, the encoder of vectors; <see cref="SweepSpaces"/> gives images, audio, clips and text
/// ranges of their own. An encoder with pre-trained weights is not varied.
/// </remarks>
public class EncoderSettings
{
    /// <summary>A value that says whether the modality is used at all. At least one always is.</summary>
    [BooleanChoice(true)]
    public bool? IsUsed { get; set; }

    /// <summary>The kind of encoder; it must read what the modality has.</summary>
    public EncoderKind? Kind { get; set; }

    /// <summary>
    /// The number of layers: the hidden layers of a perceptron, the published number of layers of a residual network, the layers of a Transformer.
    /// </summary>
    [Range(1, 3, 2)]
    public int? Depth { get; set; }

    /// <summary>
    /// The width: that of a perceptron's first layer (each further one has half, 16 at least), the channels of a residual network's first stage (64 as
    /// published), the width of a token's vector.
    /// </summary>
    [Choice([32, 64, 128, 256], 64)]
    public int? Width { get; set; }

    /// <summary>The share of activations dropped while training, for perceptrons and text.</summary>
    [Choice([0.0, 0.1, 0.25, 0.5], 0.0)]
    public double? Dropout { get; set; }

    /// <summary>The strength with which rows are changed while training, for images, clips and sound.</summary>
    public AugmentationLevel? Augmentation { get; set; }
}
