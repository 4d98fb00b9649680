using TorchSharp;
using static TorchSharp.torch;

namespace GBlend.MLNet.Native;

/// <summary>
/// Sums whose factor of one has an owner. TorchSharp's <c>a + b</c> and <c>a.add_(b)</c> make a native scalar for that factor and leave it
/// to the finalizer, which can free it while the sum reads it; under load a long training then fails at random.
/// </summary>
internal static class OwnedScalars
{
    private static readonly Scalar s_one = 1;

    /// <summary>a + b.</summary>
    internal static Tensor Plus(this Tensor a, Tensor b) => a.add(b, s_one);

    /// <summary>a += b.</summary>
    internal static Tensor PlusInPlace(this Tensor a, Tensor b) => a.add_(b, s_one);

    /// <summary>a += b, for a scalar that the caller keeps.</summary>
    internal static Tensor PlusInPlace(this Tensor a, Scalar b) => a.add_(b, s_one);
}
