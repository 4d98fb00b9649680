using System.Runtime.InteropServices;

namespace GBlend.MLNet;

/// <summary>The machine has no memory for what a file of its size needs.</summary>
internal sealed class MemoryShortageException : IOException
{
    /// <summary>What is needed beside pictures and samples.</summary>
    private const long Least = 16 << 20;

    /// <summary>Bytes that a pixel takes while it is decoded and converted: several frames are held at once.</summary>
    private const long PerPixel = 16;

    internal MemoryShortageException(Exception? cause = null) : base("There is not enough memory.", cause)
    {
    }

    /// <summary>
    /// Looks, after a failure and before the file is blamed for it, whether the memory is there that was needed. Libraries don't always tell that
    /// they had none; and that they were not given what a damaged file asks for is the file's fault.
    /// </summary>
    /// <param name="pixels">Of the picture that was to be decoded.</param>
    /// <exception cref="MemoryShortageException">It is not there.</exception>
    internal static unsafe void ThrowIfShort(long pixels = 0)
    {
        try
        {
            NativeMemory.Free(NativeMemory.Alloc((nuint)(Least + PerPixel * pixels)));
        }
        catch (OutOfMemoryException e)
        {
            throw new MemoryShortageException(e);
        }
    }

    /// <summary>What a library made, which makes nothing only where there is no memory.</summary>
    /// <exception cref="MemoryShortageException">It made nothing.</exception>
    internal static nint Made(nint pointer) => pointer != 0 ? pointer : throw new MemoryShortageException();
}
