using Microsoft.Win32.SafeHandles;

namespace GBlend.MLNet;

/// <summary>
/// A temporary file for what does not fit in memory. It has no name any more once it is open (on Windows it goes when it is closed, also by
/// a crash), so that nothing is left behind. Read from many threads at a time.
/// </summary>
/// <remarks>It is read at positions and not mapped: mapped pages count as the process's memory, which is to stay below a budget.</remarks>
internal sealed class SpillFile : IDisposable
{
    private const string Remedies = "name another folder by the environment variable TMPDIR (TMP on Windows), or raise MemoryBudgetInMegabytes.";

    private readonly FileStream _stream;
    private readonly SafeFileHandle _handle;
    private readonly string _folder;
    private long _length;

    /// <param name="folder">Where it is; <see langword="null"/> for the folder of temporary files.</param>
    /// <exception cref="IOException">It can't be made; the message says the folder and the remedy.</exception>
    internal SpillFile(string? folder = null)
    {
        _folder = folder ?? Path.GetTempPath();
        string path = Path.Combine(_folder, $"GBlend.MLNet-{Guid.NewGuid():N}.rows");
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, BufferSize = 0, Options = FileOptions.RandomAccess };
        if (OperatingSystem.IsWindows())
            options.Options |= FileOptions.DeleteOnClose;
        else
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        try
        {
            _stream = new FileStream(path, options);
            _handle = _stream.SafeFileHandle;
            if (!OperatingSystem.IsWindows())
                File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _stream?.Dispose();
            throw new IOException($"The rows don't fit in the memory budget, and no temporary file for them can be made in {_folder}: {e.Message} "
                + $"Make it a folder that can be written to, {Remedies}", e);
        }
    }

    /// <summary>Writes at the end.</summary>
    /// <returns>Where it begins.</returns>
    /// <exception cref="IOException">The disk is full, for example; the message says the folder and the remedy.</exception>
    internal long Append(ReadOnlySpan<byte> bytes)
    {
        long offset = _length;
        Write(offset, bytes);
        _length += bytes.Length;
        return offset;
    }

    /// <summary>Writes over what was written.</summary>
    internal void Write(long offset, ReadOnlySpan<byte> bytes)
    {
        try
        {
            RandomAccess.Write(_handle, bytes, offset);
        }
        catch (IOException e)
        {
            throw new IOException(
                $"The rows don't fit in the memory budget, and writing them to a temporary file in {_folder} failed after {_length >> 20} MB: {e.Message} "
                + $"Free space there, {Remedies}", e);
        }
    }

    /// <summary>Reads what was written.</summary>
    internal void Read(long offset, Span<byte> destination)
    {
        while (destination.Length > 0)
        {
            int read = RandomAccess.Read(_handle, destination, offset);
            if (read == 0)
                throw new IOException($"A temporary file of rows in {_folder} is shorter than what was written to it.");
            destination = destination[read..];
            offset += read;
        }
    }

    public void Dispose() => _stream.Dispose();
}
