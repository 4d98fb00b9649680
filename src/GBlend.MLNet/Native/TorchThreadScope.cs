using static TorchSharp.torch;

namespace GBlend.MLNet;

/// <summary>
/// Lets torch's operations on this thread use so many threads, and puts the number back. The number belongs to the calling thread, so
/// that others, the user's among them, keep theirs.
/// </summary>
internal readonly struct TorchThreadScope : IDisposable
{
    private readonly int _before;

    /// <param name="threads">The number; <see langword="null"/> changes nothing.</param>
    internal TorchThreadScope(int? threads)
    {
        _before = get_num_threads();
        if (threads is { } wanted && wanted != _before)
            set_num_threads(wanted);
    }

    public void Dispose()
    {
        if (get_num_threads() != _before)
            set_num_threads(_before);
    }
}
