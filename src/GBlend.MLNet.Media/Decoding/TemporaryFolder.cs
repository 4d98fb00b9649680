namespace GBlend.MLNet;

/// <summary>
/// A folder for temporary files that nobody else may read. What a killed process has left in its own is cleared by the next process that needs one.
/// </summary>
internal static class TemporaryFolder
{
    private const string Prefix = "gblend-media-", LockName = ".lock";

    private static readonly Lock Making = new();
    private static FileStream? _lock;
    private static string? _path;

    /// <summary>Uses a temporary file, which is gone afterwards.</summary>
    /// <param name="extension">Of its name.</param>
    /// <param name="use">Gets a path that no file has.</param>
    /// <exception cref="TemporaryFileException">No such file can be written.</exception>
    internal static T WithFile<T>(string extension, Func<string, T> use)
    {
        try
        {
            string path = NewPath(extension);
            try
            {
                return use(path);
            }
            finally
            {
                File.Delete(path);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TemporaryFileException(Path.GetTempPath(), e);
        }
    }

    private static string NewPath(string extension)
    {
        lock (Making)
        {
            if (!Directory.Exists(_path))
                Make();
            return Path.Combine(_path!, Path.GetRandomFileName() + extension);
        }
    }

    /// <summary>Makes a folder for this user only, which an open file holds as long as this process lives.</summary>
    private static void Make()
    {
        foreach (string left in Directory.EnumerateDirectories(Path.GetTempPath(), Prefix + "*"))
            Clear(left);
        if (_path is null)
            AppDomain.CurrentDomain.ProcessExit += (_, _) => Leave();
        _lock?.Dispose();
        _path = Directory.CreateTempSubdirectory(Prefix).FullName;
        _lock = new FileStream(Path.Combine(_path, LockName), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None);
    }

    /// <summary>Deletes a folder if no process holds it any more.</summary>
    private static void Clear(string folder)
    {
        try
        {
            string file = Path.Combine(folder, LockName);
            // One without a lock may be in the making.
            if (!File.Exists(file) && DateTime.UtcNow - Directory.GetCreationTimeUtc(folder) < TimeSpan.FromMinutes(1))
                return;
            using (new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None))
                Directory.Delete(folder, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Another process holds it, or it is another user's.
        }
    }

    private static void Leave()
    {
        lock (Making)
        {
            _lock?.Dispose();
            if (_path is not null)
                Clear(_path);
        }
    }
}
