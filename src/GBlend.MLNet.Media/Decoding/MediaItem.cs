using System.Globalization;
using GBlend.MLNet.Native;

namespace GBlend.MLNet;

/// <summary>What one row has in its media column: a file, or its content.</summary>
/// <param name="Name">For messages, and what random clips are drawn from.</param>
/// <param name="Identity">Changes when the content does.</param>
/// <param name="Path">The file, if it is one.</param>
/// <param name="Content">The content, if it is in memory.</param>
internal sealed record MediaItem(string Name, string Identity, string? Path, byte[]? Content)
{
    /// <summary>A file.</summary>
    /// <param name="name">Its path.</param>
    /// <param name="folder">What the path is relative to; by default the current folder.</param>
    /// <exception cref="BadMediaException">There is no such file, or nothing in it.</exception>
    /// <exception cref="IOException">The machine keeps it from being read: its drive is away, or fails.</exception>
    /// <exception cref="UnauthorizedAccessException">This process may not see it.</exception>
    internal static MediaItem OfFile(string name, string? folder = null)
    {
        if (name.Contains('\0'))
            throw new BadMediaException("the path has a null character");
        if (folder is not null && !Directory.Exists(folder))
            throw new DirectoryNotFoundException($"The folder '{System.IO.Path.GetFullPath(folder)}', which paths are relative to, is not there.");
        var named = new FileInfo(folder is null ? name : System.IO.Path.Combine(folder, name));
        if (Missing(named) is { } problem)
            throw new BadMediaException(problem);
        var file = LinkedFile.Of(named) ?? throw new BadMediaException(Dangling(named));
        // Pipes and devices have no length, and reading them may never end.
        if (file.Length == 0)
            throw new BadMediaException("the file is empty, or no file but a pipe or a device");
        string identity = string.Create(CultureInfo.InvariantCulture, $"{file.FullName}|{file.Length}|{file.LastWriteTimeUtc.Ticks}");
        return new MediaItem(name, identity, file.FullName, null);
    }

    /// <summary>The content, from its start, for reading that can be cancelled.</summary>
    /// <inheritdoc cref="Open()"/>
    internal Stream Open(ReadingRules rules) => new WatchedStream(Open(), rules.CheckAlive);

    /// <summary>The content, from its start.</summary>
    /// <exception cref="BadMediaException">The file is no longer there.</exception>
    /// <exception cref="IOException">The machine keeps it from being read.</exception>
    /// <exception cref="UnauthorizedAccessException">This process may not read it.</exception>
    internal Stream Open()
    {
        if (Content is not null)
            return new MemoryStream(Content, writable: false);
        try
        {
            // Without a buffer of its own: those that read it have theirs.
            return new FileStream(Path!, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new BadMediaException("the file does not exist");
        }
    }

    internal byte[] ReadAll()
    {
        if (Content is not null)
            return Content;
        using var file = Open();
        if (file.Length > Array.MaxLength)
            throw new BadMediaException($"the file has {file.Length} bytes, which are more than are read at once");
        byte[] content = new byte[file.Length];
        file.ReadExactly(content);
        return content;
    }

    private static string? Missing(FileInfo file)
    {
        FileAttributes attributes;
        try
        {
            attributes = File.GetAttributes(file.FullName);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return Away(file) is { } place ? throw new DirectoryNotFoundException(
                $"'{file.FullName}' is not there, and neither is anything else in '{place}': is a drive away?") : "the file does not exist";
        }
        catch (PathTooLongException)
        {
            return "its path is too long";
        }
        return attributes.HasFlag(FileAttributes.Directory) ? "it is a folder" : null;
    }

    /// <summary>Why a link leads to no file.</summary>
    /// <exception cref="DirectoryNotFoundException">It leads to a drive that is away.</exception>
    private static string Dangling(FileInfo link)
    {
        const int MostLinks = 40;
        FileSystemInfo? at = link;
        for (int i = 0; i < MostLinks && at is FileInfo file; i++)
        {
            if (Missing(file) is not null)
                return $"it is a link to '{link.LinkTarget}', and no file is there";
            at = file.ResolveLinkTarget(returnFinalTarget: false);
        }
        return "it is a link that leads to no file";
    }

    /// <summary>Where a drive is away its root is missing, or the folder where it was is empty.</summary>
    private static string? Away(FileInfo file)
    {
        var folder = file.Directory;
        if (folder is null || folder.Exists)
            return null;
        while (!folder.Exists)
        {
            if (folder.Parent is null)
                return folder.FullName;
            folder = folder.Parent;
        }
        return folder.EnumerateFileSystemInfos().Any() ? null : folder.FullName;
    }
}
