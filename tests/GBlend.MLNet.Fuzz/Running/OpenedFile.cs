using System.Runtime.InteropServices;

namespace GBlend.MLNet.Fuzz;

/// <summary>Tells whether anybody opens a file, which nobody should, by the kernel's own account; elsewhere than on Linux it tells nothing.</summary>
internal sealed partial class OpenedFile : IDisposable
{
    /// <summary>What the file is called among the seeds, and what playlists among them name.</summary>
    internal const string Name = "secret.ts";

    private const int NonBlocking = 0x800, IsOpened = 0x20, IsRead = 0x1;

    private readonly int _queue = -1;

    internal OpenedFile(string path)
    {
        if (!OperatingSystem.IsLinux() || !File.Exists(path))
            return;
        _queue = inotify_init1(NonBlocking);
        if (inotify_add_watch(_queue, path, IsOpened | IsRead) < 0)
            throw new IOException($"'{path}' can't be watched.");
    }

    /// <summary>Whether it was opened since this was last asked.</summary>
    internal bool WasOpened => _queue >= 0 && read(_queue, new byte[4096], 4096) > 0;

    public void Dispose()
    {
        if (_queue >= 0)
            _ = close(_queue);
    }

    [LibraryImport("libc")]
    private static partial int inotify_init1(int flags);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int inotify_add_watch(int queue, string path, uint mask);

    [LibraryImport("libc")]
    private static partial nint read(int file, [Out] byte[] buffer, nint count);

    [LibraryImport("libc")]
    private static partial int close(int file);
}
