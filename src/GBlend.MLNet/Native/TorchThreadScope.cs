using GBlend.MLNet.Native;
using static TorchSharp.torch;

namespace GBlend.MLNet;

/// <summary>
/// Lets torch's operations on this thread use so many threads, and puts the number back. Other threads, the user's among them, keep
/// theirs, also those that begin meanwhile.
/// </summary>
internal readonly struct TorchThreadScope : IDisposable
{
    private readonly (int OpenMP, int Mkl)? _before;

    /// <param name="threads">The number; <see langword="null"/> changes nothing.</param>
    internal TorchThreadScope(int? threads)
    {
        if (threads is { } wanted && wanted != get_num_threads() && OpenMPThreads.CanSet)
            _before = OpenMPThreads.Set(wanted, wanted);
    }

    public void Dispose()
    {
        if (_before is { } before)
            OpenMPThreads.Set(before.OpenMP, before.Mkl);
    }
}
