using GBlend.MLNet.Native;
using static TorchSharp.torch;

namespace GBlend.MLNet;

/// <summary>What the module of an encoder is made of, told without building it; see <see cref="Encoder.Describe"/>.</summary>
/// <param name="FeatureWidth">The number of features per row.</param>
/// <param name="MiddleWidth">The number of mid-level features per row.</param>
/// <param name="Tensors">
/// Every parameter and buffer by its name in the module. The settings of a hostile file may describe more tensors than there is memory for, so make
/// this an iterator, not a list: nobody enumerates more of it than a file has tensors.
/// </param>
public sealed record EncoderLayout(int FeatureWidth, int MiddleWidth, IEnumerable<NamedShape> Tensors)
{
    /// <summary>The layout of an encoder that does not describe itself, seen from the module that it builds.</summary>
    internal static EncoderLayout OfBuilt(Encoder encoder, IReadOnlyList<int> inputShape)
    {
        TorchNativeLoader.EnsureLoaded();
        using var random = new TorchRandomScope(0);
        using var scope = NewDisposeScope();
        using var module = encoder.Build(inputShape);
        TensorCount.CorrectFor(module.parameters().Count());
        return new(module.FeatureWidth, module.MiddleWidth, [.. module.NamedTensors().Select(t => new NamedShape(t.Name, t.Value.shape))]);
    }
}
