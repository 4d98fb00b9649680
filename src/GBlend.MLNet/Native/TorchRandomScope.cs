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
    private readonly ScalarType _default;

    internal TorchRandomScope(int seed)
    {
        s_lock.Enter();
        _state = get_rng_state();
        _default = get_default_dtype();
        if (_default != ScalarType.Float32)
            set_default_dtype(ScalarType.Float32);
        manual_seed(seed);
    }

    public void Dispose()
    {
        if (_default != ScalarType.Float32)
            set_default_dtype(_default);
        set_rng_state(_state);
        _state.Dispose();
        s_lock.Exit();
    }
}
