using static TorchSharp.torch;

namespace GBlend.MLNet;

/// <summary>A stream of random numbers for modules that draw from torch's global generator and can be told no other.</summary>
internal sealed class TorchStream : IDisposable
{
    private Tensor _state;

    internal TorchStream(int seed) => _state = StateFor(seed);

    /// <summary>Where the stream is; the stream owns the tensor it is given.</summary>
    internal Tensor State
    {
        get => _state;
        set
        {
            _state.Dispose();
            _state = value.DetachFromDisposeScope();
        }
    }

    /// <summary>Begins the stream of a seed.</summary>
    internal void Seed(int seed) => State = StateFor(seed);

    public void Dispose() => _state.Dispose();

    private static Tensor StateFor(int seed)
    {
        using var generator = new Generator((ulong)seed, CPU);
        return generator.get_state().DetachFromDisposeScope();
    }
}
