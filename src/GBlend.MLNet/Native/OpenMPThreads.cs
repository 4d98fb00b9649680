using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace GBlend.MLNet.Native;

/// <summary>The number of threads that torch's operations on the calling thread use, changed for this thread and no other.</summary>
/// <remarks>
/// <c>torch.set_num_threads</c> does two things: it sets the number of the calling thread, which OpenMP and MKL keep per thread, and it writes a
/// number of the whole process, with which every thread begins, and stays, that torch meets for the first time. Here only the first is done, by
/// the same functions of OpenMP and MKL. Where torch was built without OpenMP its number belongs to the whole process, and is left alone.
/// </remarks>
internal static unsafe class OpenMPThreads
{
    private static readonly delegate* unmanaged[Cdecl]<int, void> s_setOpenMP = (delegate* unmanaged[Cdecl]<int, void>)Find("omp_set_num_threads");

    /// <summary>Gives back the number that MKL had for this thread before; 0 for none, with which it follows OpenMP.</summary>
    private static readonly delegate* unmanaged[Cdecl]<int, int> s_setMkl = (delegate* unmanaged[Cdecl]<int, int>)Find("MKL_Set_Num_Threads_Local");

    /// <summary>Whether the number of one thread can be changed.</summary>
    internal static bool CanSet => s_setOpenMP != null;

    /// <summary>Sets the numbers of the calling thread and gives back those it had.</summary>
    /// <param name="openMP">The number of torch's own operations.</param>
    /// <param name="mkl">The number of MKL's; 0 lets it follow.</param>
    internal static (int OpenMP, int Mkl) Set(int openMP, int mkl)
    {
        // A thread that torch has not met yet would be given the process's number by its first operation, after this.
        int before = get_num_threads();
        s_setOpenMP(openMP);
        return (before, s_setMkl == null ? 0 : s_setMkl(mkl));
    }

    private static nint Find(string function)
    {
        // Linux and macOS look through all that a library needs. Windows looks into one library, and there torch brings Intel's OpenMP.
        if (NativeLibrary.TryGetExport(TorchNativeLoader.Handle, function, out nint address))
            return address;
        return OperatingSystem.IsWindows() && NativeLibrary.TryLoad("libiomp5md", typeof(torch).Assembly, null, out nint openMP)
            && NativeLibrary.TryGetExport(openMP, function, out address) ? address : 0;
    }
}
