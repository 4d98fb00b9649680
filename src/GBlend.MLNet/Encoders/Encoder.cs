using System.Text.Json.Nodes;
using static TorchSharp.torch;

namespace GBlend.MLNet;

/// <summary>The description of an encoder: plain data that can be saved, and from which the encoder's torch module is built.</summary>
/// <remarks>
/// A new kind of encoder is a class derived from this one and, so that saved models with it can be loaded, a call of
/// <see cref="Encoders.Register"/>. Implementations are immutable.
/// </remarks>
public abstract class Encoder
{
    /// <summary>The name that this kind of encoder has in model files, for example <c>mlp</c>. It is never the name of a .NET type.</summary>
    public abstract string Kind { get; }

    /// <summary>Returns the settings from which the function given to <see cref="Encoders.Register"/> makes an equal encoder.</summary>
    /// <returns>The settings as numbers, strings, arrays and objects of JSON.</returns>
    public abstract JsonObject ToSettings();

    /// <summary>Builds the encoder's module with new random weights, drawn from torch's global generator (the trainer seeds and restores it).</summary>
    /// <remarks>
    /// The encoders of this library take turns with fits that begin in other threads. What else draws from the global generator while a fit builds its
    /// networks, such as a module of torch that your own thread makes, changes the weights that the fit begins with.
    /// </remarks>
    /// <param name="inputShape">The shape of one row, for example [64] for a vector of 64 numbers.</param>
    /// <returns>The module, which the caller owns.</returns>
    /// <exception cref="ArgumentException">The encoder can't read rows of this shape; the message says which it can.</exception>
    public abstract EncoderModule Build(IReadOnlyList<int> inputShape);

    /// <summary>
    /// Describes the module that <see cref="Build"/> makes for the same rows, without building it. A model file whose settings ask for other tensors
    /// than its weights have is then refused before memory or time is spent on them, however large the sizes in the settings are.
    /// </summary>
    /// <remarks>
    /// By default an encoder does not describe itself: the library looks at the module that it builds. When a model is loaded, a coarse check of
    /// the settings comes first: a whole number in them may be at most 4,096 or the count of numbers in the weights, whichever is more. All
    /// encoders of this library describe themselves.
    /// </remarks>
    /// <param name="inputShape">The shape of one row, as for <see cref="Build"/>.</param>
    /// <returns>The layout of the module; <see langword="null"/> for an encoder that does not describe itself.</returns>
    /// <exception cref="ArgumentException">The encoder can't read rows of this shape; the message says which it can.</exception>
    public virtual EncoderLayout? Describe(IReadOnlyList<int> inputShape) => null;

    /// <summary>
    /// Translates the name that a tensor has in a file of published weights into its name in this encoder. An encoder whose tensors have other
    /// names than those in published files overrides this method. By default every name stays as it is.
    /// </summary>
    /// <param name="name">The name of a tensor in a file, for example <c>layer1.0.conv1.weight</c>.</param>
    /// <returns>The tensor's name in the module that <see cref="Build"/> makes; <paramref name="name"/> itself where there is no translation.</returns>
    public virtual string MapWeightName(string name) => name;

    /// <summary>The layout of the module, from the description or, without one, from a module that is built to be seen.</summary>
    internal EncoderLayout Layout(IReadOnlyList<int> inputShape) => Describe(inputShape) ?? EncoderLayout.OfBuilt(this, inputShape);

    /// <summary>What the encoder itself does to its input; <see langword="null"/> when it leaves that to the trainer, which normalizes bytes.</summary>
    internal virtual InputScaling? Scaling => null;
}

/// <summary>The torch module of an encoder.</summary>
/// <param name="name">The name of the torch module.</param>
/// <param name="featureWidth">The number of features per row.</param>
/// <param name="middleWidth">The number of mid-level features per row.</param>
public abstract class EncoderModule(string name, int featureWidth, int middleWidth) : nn.Module<Tensor, Tensor>(name)
{
    /// <summary>The number of features per row that the encoder gives.</summary>
    public int FeatureWidth { get; } = featureWidth;

    /// <summary>The number of mid-level features per row, which <see cref="Fusion.MidConcat"/> joins.</summary>
    public int MiddleWidth { get; } = middleWidth;

    /// <summary>Multiply-adds of a row, roughly, by which the trainer decides on threads. For dense layers the number of parameters.</summary>
    internal virtual double MultiplyAdds => CountParameters(this);

    /// <summary>Encodes a batch of rows.</summary>
    /// <remarks>
    /// What is random in it while training (torch's dropout, noise and the like) is put under the seed of the fit: on the CPU for the time of this
    /// call, after which torch's global generator goes on where it was. On a GPU torch lets nobody put its generator back, so that only
    /// <see cref="SeededDropout"/> repeats there. Parameters that need no gradient never move, weight decay included.
    /// </remarks>
    /// <param name="input">The rows as a tensor [rows, inputShape...], with the shape that was given to <see cref="Encoder.Build"/>.</param>
    /// <returns>The mid-level features [rows, <see cref="MiddleWidth"/>] and the features [rows, <see cref="FeatureWidth"/>].</returns>
    public abstract (Tensor Middle, Tensor Feature) Encode(Tensor input);

    /// <inheritdoc/>
    public override Tensor forward(Tensor input) => Encode(input).Feature;

    private protected static double CountParameters(nn.Module module) => module.parameters().Sum(p => p.numel());
}
