using static TorchSharp.torch;

namespace GBlend.MLNet;

/// <summary>
/// All parameters of a network in one flat tensor, part after part, and their gradients in another. A step of parts that lie side by side is
/// then one operation, whatever they are made of: for small networks that is most of a step's time.
/// </summary>
internal sealed class FlatParameters : IDisposable
{
    /// <param name="length">How many numbers.</param>
    /// <param name="precision">What the network computes with.</param>
    /// <param name="device">Where it lies.</param>
    /// <param name="learns">Whether it is trained, or only scores and needs no gradients.</param>
    internal FlatParameters(long length, ScalarType precision, Device device, bool learns)
    {
        Learns = learns;
        Values = empty(length, precision, device).DetachFromDisposeScope();
        Gradient = zeros(learns ? length : 0, precision, device).DetachFromDisposeScope();
        HasOriginals = learns && precision == ScalarType.BFloat16;
        Master = HasOriginals ? empty(length, ScalarType.Float32, device).DetachFromDisposeScope() : Values;
        StepGradient = HasOriginals ? zeros(length, ScalarType.Float32, device).DetachFromDisposeScope() : Gradient;
    }

    internal bool Learns { get; }

    /// <summary>Whether <see cref="Master"/> is more than another name of <see cref="Values"/>.</summary>
    internal bool HasOriginals { get; }

    /// <summary>What the modules compute with.</summary>
    internal Tensor Values { get; }

    /// <summary>Empty when the network only scores.</summary>
    internal Tensor Gradient { get; }

    /// <summary>
    /// What the optimizer steps: <see cref="Values"/>, or, where those are bfloat16, their float32 originals, in which small steps are not lost.
    /// </summary>
    internal Tensor Master { get; }

    /// <summary>
    /// What the optimizer reads: <see cref="Gradient"/>, or, where that is bfloat16, the sum in float32 of the gradients of a step's parts, in which
    /// small ones are not lost.
    /// </summary>
    internal Tensor StepGradient { get; }

    /// <summary>Counts the changes of the parameters: what was measured at another version holds no longer.</summary>
    internal int Version { get; private set; }

    /// <summary>To be called by whatever changes parameters.</summary>
    internal void MarkChanged() => Version++;

    public void Dispose()
    {
        if (HasOriginals)
        {
            Master.Dispose();
            StepGradient.Dispose();
        }
        Values.Dispose();
        Gradient.Dispose();
    }
}
