using static TorchSharp.torch;

namespace GBlend.MLNet;

/// <summary>
/// Lets torch's modules draw their starting weights under a seed and in float32, and puts the global generator and the user's default
/// type back as they were. One at a time in a process, so that two fits don't draw from each other's stream.
/// </summary>
/// <remarks>
/// The generator and the default type belong to the whole process, and torch's modules draw from no other. A thread of the user's that draws from
/// it while a network is built is not kept out, and takes numbers of the network's stream.
/// </remarks>
internal sealed class TorchRandomScope : IDisposable
{
    private static readonly Lock s_lock = new();
    private readonly Tensor _state;
    private readonly ScalarType? _default;
    private readonly TorchStream? _stream;

    internal TorchRandomScope(int seed)
    {
        s_lock.Enter();
        _state = get_rng_state();
        _default = get_default_dtype();
        if (_default != ScalarType.Float32)
            set_default_dtype(ScalarType.Float32);
        manual_seed(seed);
    }

    /// <summary>Lets what is drawn from the global generator come from a stream instead; the default type stays the user's.</summary>
    internal TorchRandomScope(TorchStream stream)
    {
        s_lock.Enter();
        _state = get_rng_state();
        _stream = stream;
        set_rng_state(stream.State);
    }

    /// <summary>
    /// Waits until no scope of another thread is open, and keeps them out until it is disposed: for what draws from the global generator as it is, such as
    /// the building of an encoder that somebody asks for while a fit begins.
    /// </summary>
    internal static Lock.Scope Turn() => s_lock.EnterScope();

    public void Dispose()
    {
        if (_default is { } type && type != ScalarType.Float32)
            set_default_dtype(type);
        if (_stream is not null)
            _stream.State = get_rng_state();
        set_rng_state(_state);
        _state.Dispose();
        s_lock.Exit();
    }
}
