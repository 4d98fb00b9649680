using GBlend.MLNet.Native;
using static TorchSharp.torch;

namespace GBlend.MLNet;

/// <summary>A description of the module of an encoder, which can be given without building the module; see <see cref="Encoder.Describe"/>.</summary>
/// <param name="FeatureWidth">The number of features per row.</param>
/// <param name="MiddleWidth">The number of mid-level features per row.</param>
/// <param name="Tensors">
/// The parameters and buffers of the module, each with its name and its shape. The settings of a hostile file may describe more tensors than there is
/// memory for, so return an iterator and not a list: the library takes no more tensors from it than a file has.
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
