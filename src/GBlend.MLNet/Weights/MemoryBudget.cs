namespace GBlend.MLNet;

/// <summary>
/// What the reading of a file may allocate in addition to the file's own content: twice its size, and half a MiB for small files. Charged before
/// every allocation whose size or number a file decides, so that a small file can't ask for large memory.
/// </summary>
/// <remarks>The content itself is held once, or in a buffer of at most twice its size where the stream does not say its length.</remarks>
internal sealed class MemoryBudget(long fileBytes)
{
    private long _left = Math.Max(2 * fileBytes, 512 * 1024);

    /// <exception cref="InvalidDataException">The file asks for more than it may.</exception>
    internal void Charge(long bytes)
    {
        if (bytes > _left)
            throw new InvalidDataException("The weights are refused: reading them would take more memory than four times the file's size. A file of real "
                + "weights does not; take one from a source you trust.");
        _left -= bytes;
    }
}
