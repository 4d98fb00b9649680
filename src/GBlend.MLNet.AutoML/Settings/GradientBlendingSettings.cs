using Microsoft.ML.SearchSpace;

namespace GBlend.MLNet.AutoML;

/// <summary>
/// The settings that a sweep may vary: a plain class with ML.NET's own attributes, which <see cref="SweepSpace{T}"/> and Microsoft.ML.AutoML's
/// search space read alike. <see langword="null"/> means: as in the trainer's options.
/// </summary>
/// <remarks>
/// To vary something else, derive from this class, add a property with an attribute, and put it into the options by overriding <see cref="Configure"/>.
/// Properties must be public with a public setter and of a plain type: Microsoft.ML.AutoML loses others without a word.
/// </remarks>
public class GradientBlendingSettings
{
    /// <summary>As many modalities as there are properties for.</summary>
    internal const int MostModalities = 6;

    /// <summary>The settings of the first modality of the trainer's options.</summary>
    [NestOption]
    public EncoderSettings Modality1 { get; set; } = new();

    /// <summary>The settings of the second modality.</summary>
    [NestOption]
    public EncoderSettings Modality2 { get; set; } = new();

    /// <summary>The settings of the third modality.</summary>
    [NestOption]
    public EncoderSettings Modality3 { get; set; } = new();

    /// <summary>The settings of the fourth modality.</summary>
    [NestOption]
    public EncoderSettings Modality4 { get; set; } = new();

    /// <summary>The settings of the fifth modality.</summary>
    [NestOption]
    public EncoderSettings Modality5 { get; set; } = new();

    /// <summary>The settings of the sixth modality.</summary>
    [NestOption]
    public EncoderSettings Modality6 { get; set; } = new();

    /// <summary>The way in which losses are blended; the other methods of <see cref="BlendingMethod"/> can be added.</summary>
    [Choice([BlendingMethod.Auto, BlendingMethod.None, BlendingMethod.Equal, BlendingMethod.Separate, BlendingMethod.Offline, BlendingMethod.Online],
        BlendingMethod.Auto)]
    public BlendingMethod? Blending { get; set; }

    /// <summary>The epochs of a super-epoch of <see cref="BlendingMethod.Online"/>; at most the length of the run.</summary>
    [Range(2, 10, 5)]
    public int? SuperEpoch { get; set; }

    /// <summary>The guard <see cref="BlendingGuards.TrustByStandardError"/>, for blendings with estimates.</summary>
    [BooleanChoice(true)]
    public bool? TrustByStandardError { get; set; }

    /// <summary>The guard <see cref="BlendingGuards.KeepLearningRate"/>, for blendings with heads of their own.</summary>
    [BooleanChoice(true)]
    public bool? KeepLearningRate { get; set; }

    /// <summary>The guard <see cref="BlendingGuards.WeightFloor"/>, for blendings with estimates.</summary>
    [Choice([0.0, 0.05, 0.1], 0.05)]
    public double? WeightFloor { get; set; }

    /// <summary>The way in which the joint branch combines features.</summary>
    [Choice([FusionMethod.Concat, FusionMethod.MidConcat, FusionMethod.SqueezeExcitationGate, FusionMethod.NonLocalGate], FusionMethod.Concat)]
    public FusionMethod? Fusion { get; set; }

    /// <summary>The width of the fusion's one hidden layer.</summary>
    [Choice([32, 64, 128, 256], 128)]
    public int? FusionWidth { get; set; }

    /// <summary>The share of joined features dropped while training.</summary>
    [Choice([0.0, 0.1, 0.25, 0.5], 0.0)]
    public double? FusionDropout { get; set; }

    /// <summary>The optimizer.</summary>
    [Choice([OptimizerMethod.Sgd, OptimizerMethod.Adam, OptimizerMethod.AdamW], OptimizerMethod.Sgd)]
    public OptimizerMethod? Optimizer { get; set; }

    /// <summary>
    /// The learning rate that the trainer gets. The attribute's range, varied by its logarithm, is SGD's; where it is swept, trials with Adam and
    /// AdamW, whose useful rates are lower, take a fiftieth of it. A range or values of your own are tried as you give them, whatever the optimizer.
    /// </summary>
    [Range(0.002, 0.5, 0.05, logBase: true)]
    public double? LearningRate { get; set; }

    /// <summary>The weight decay.</summary>
    [Choice([0.0, 1e-5, 1e-4, 1e-3, 1e-2], 0.0)]
    public double? WeightDecay { get; set; }

    /// <summary>The number of rows per step.</summary>
    [Choice([16, 32, 64, 128], 64)]
    public int? BatchSize { get; set; }

    internal IReadOnlyList<EncoderSettings> Modalities => [Modality1, Modality2, Modality3, Modality4, Modality5, Modality6];

    /// <summary>Makes the trainer's options with these settings in place of theirs.</summary>
    /// <param name="options">The trainer's options, which stay as they are.</param>
    /// <returns>A copy with the settings.</returns>
    /// <exception cref="ArgumentException">A setting does not fit the options; the message names it.</exception>
    public GradientBlendingTrainer.Options ToOptions(GradientBlendingTrainer.Options options) => ToOptions(options, addsOwn: true);

    /// <param name="options">Stays as it is.</param>
    /// <param name="addsOwn">Whether settings of the user's own class count too.</param>
    internal GradientBlendingTrainer.Options ToOptions(GradientBlendingTrainer.Options options, bool addsOwn)
    {
        ArgumentNullException.ThrowIfNull(options);
        var copy = SettingsMapping.Copy(options);
        SettingsMapping.Configure(this, copy);
        if (addsOwn)
            Configure(copy);
        return copy;
    }

    /// <summary>
    /// Puts settings of your own into options that have the library's settings already; by default it does nothing. It is not called for the
    /// trial of the given settings, unless the space's start or <see cref="SweepSpace{T}.Fix"/> sets a property of your own.
    /// </summary>
    /// <param name="options">To be changed; a copy of the trainer's, of its own.</param>
    protected virtual void Configure(GradientBlendingTrainer.Options options)
    {
    }
}
