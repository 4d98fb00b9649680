using System.Text.Json.Nodes;
using static TorchSharp.torch;

namespace GBlend.MLNet;

/// <summary>The description of an encoder: plain data that can be saved, and from which the torch module is built.</summary>
/// <remarks>
/// A new kind of encoder is a class derived from this one and, so that saved models with it can be loaded, a call of
/// <see cref="Encoders.Register"/>. Implementations are immutable.
/// </remarks>
public abstract class Encoder
{
    /// <summary>The name of this kind in model files, for example <c>mlp</c>. Never a type name.</summary>
    public abstract string Kind { get; }

    /// <summary>The settings from which <see cref="Encoders.Register"/>'s factory makes an equal encoder: numbers, strings, arrays, objects.</summary>
    public abstract JsonObject ToSettings();

    /// <summary>Builds the module with fresh random weights, drawn from torch's current generator (the trainer seeds and restores it).</summary>
    /// <param name="inputShape">The shape of one row, for example [64] for a vector of 64 numbers.</param>
    /// <returns>The module, owned by the caller.</returns>
    /// <exception cref="ArgumentException">The encoder cannot read rows of this shape; the message says which it can.</exception>
    public abstract EncoderModule Build(IReadOnlyList<int> inputShape);

    /// <summary>
    /// The place for the table of names that published weights of this architecture have: an encoder whose tensors are named otherwise than
    /// in the files that people have overrides this. By default every name stays.
    /// </summary>
    /// <param name="name">The name of a tensor in a file, for example <c>layer1.0.conv1.weight</c>.</param>
    /// <returns>Its name in the module that <see cref="Build"/> makes; <paramref name="name"/> itself where the table has nothing.</returns>
    public virtual string MapWeightName(string name) => name;

    /// <summary>What the encoder itself does to its input; <see langword="null"/> when it leaves that to the trainer, which normalizes bytes.</summary>
    internal virtual InputScaling? Scaling => null;
}

/// <summary>The torch module of an encoder.</summary>
/// <param name="name">The name of the module.</param>
/// <param name="featureWidth">The number of features per row.</param>
/// <param name="middleWidth">The number of mid-level features per row.</param>
public abstract class EncoderModule(string name, int featureWidth, int middleWidth) : nn.Module<Tensor, Tensor>(name)
{
    /// <summary>The number of features per row.</summary>
    public int FeatureWidth { get; } = featureWidth;

    /// <summary>The number of mid-level features per row, which <see cref="Fusion.MidConcat"/> joins.</summary>
    public int MiddleWidth { get; } = middleWidth;

    /// <summary>Multiply-adds of a row, roughly, by which the trainer decides on threads. For dense layers the number of parameters.</summary>
    internal virtual double MultiplyAdds => CountParameters(this);

    /// <summary>Encodes a batch.</summary>
    /// <param name="input">The rows, batch first: [rows, inputShape...].</param>
    /// <returns>The mid-level features [rows, <see cref="MiddleWidth"/>] and the features [rows, <see cref="FeatureWidth"/>].</returns>
    public abstract (Tensor Middle, Tensor Feature) Encode(Tensor input);

    /// <inheritdoc/>
    public override Tensor forward(Tensor input) => Encode(input).Feature;

    private protected static double CountParameters(nn.Module module) => module.parameters().Sum(p => p.numel());
}
