using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Security.Cryptography;

namespace GBlend.MLNet.Native;

/// <summary>Loads TorchSharp's native library, in a copy that does not ask for GLIBCXX_3.4.32 where the system's libstdc++ does not have it.</summary>
/// <remarks>
/// TorchSharp 0.107 is built with GCC 13, so its library asks for that symbol version. The one symbol of it is a marker that no code calls,
/// hence the library works once it no longer asks. A copy without the request is loaded, and TorchSharp then finds the copy by its SONAME.
/// </remarks>
[SupportedOSPlatform("linux")]
internal static partial class LibTorchSharpCure
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>The loaded library. A failure is kept as well, and thrown each time.</summary>
    internal static readonly Lazy<nint> Library = new(Load);

    private static nint Load()
    {
        string library = NativeFiles.Find(NativeFiles.TorchSharp) ?? throw NativeFiles.NotFound(NativeFiles.TorchSharp);
        // A patched copy lies elsewhere and a restored package has its own folder: neither finds libtorch unless it is loaded before.
        foreach (string dependency in NativeFiles.Dependencies)
        {
            if (NativeFiles.Find(dependency) is { } path)
                NativeLibrary.TryLoad(path, out _);
        }
        try
        {
            return NativeLibrary.Load(library);
        }
        // The system's loader has named what is missing, so other systems and other faults never come to a patch.
        catch (DllNotFoundException failure) when (failure.Message.Contains(ElfLibrary.UnwantedVersion, StringComparison.Ordinal))
        {
            // A patched copy of it would not load either, and the system's libstdc++ is not what the application lacks first.
            return NativeFiles.Find(NativeFiles.Torch) is null && !NativeLibrary.TryLoad(NativeFiles.Torch, out _)
                ? throw NativeFiles.NotFound(NativeFiles.Torch)
                : LoadPatched(library);
        }
        catch (Exception failure) when (failure is DllNotFoundException or BadImageFormatException)
        {
            throw NativeFiles.Find(NativeFiles.Torch) is null ? NativeFiles.NotFound(NativeFiles.Torch) : NotLoadable(library, failure);
        }
    }

    private static DllNotFoundException NotLoadable(string file, Exception cause) => new(
        $"TorchSharp's native library {file} was found but cannot be loaded: {cause.Message}", cause);

    private static nint LoadPatched(string library)
    {
        byte[] patched;
        try
        {
            patched = ElfLibrary.WithoutIostreamMarker(File.ReadAllBytes(library));
        }
        catch (Exception failure) when (failure is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            throw NotCured(library, $"it cannot be patched: {failure.Message}", "", failure);
        }
        try
        {
            return NativeLibrary.Load(Cached(patched));
        }
        // The home folder may be read-only, full, missing, another user's, or mounted such that nothing in it can be executed.
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or DllNotFoundException)
        {
            return LoadTemporary(library, patched);
        }
    }

    private static DllNotFoundException NotCured(string library, string problem, string remedy, Exception cause) => new(
        $"TorchSharp's native library {library} needs {ElfLibrary.UnwantedVersion}, which this system's libstdc++ does not have, and {problem} " +
        $"Use a system with the libstdc++ of GCC 13 or later (such as Debian 13 or Ubuntu 24.04){remedy}.", cause);

    /// <summary>Returns the file in the user's cache that holds these bytes, after writing it if it does not.</summary>
    private static string Cached(byte[] content)
    {
        string folder = CacheFolder();
        Directory.CreateDirectory(folder, OwnerOnly);
        if (!IsOurs(folder))
            throw new UnauthorizedAccessException($"{folder} can be changed by another user.");
        string hash = Convert.ToHexStringLower(SHA256.HashData(content));
        string file = Path.Combine(folder, $"libLibTorchSharp-{hash[..16]}.so");
        if (!File.Exists(file) || !File.ReadAllBytes(file).AsSpan().SequenceEqual(content))
            Replace(file, content);
        return file;
    }

    private static string CacheFolder()
    {
        string? cache = Environment.GetEnvironmentVariable("XDG_CACHE_HOME");
        // The XDG specification has relative paths ignored.
        if (!Path.IsPathFullyQualified(cache ?? ""))
            cache = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
        return Path.IsPathFullyQualified(cache!) ? Path.Combine(cache!, "GBlend.MLNet") : throw new IOException("The user has no home folder.");
    }

    /// <summary>Renames a complete file into place: a process that starts at the same time, or has the old file loaded, is not disturbed.</summary>
    private static void Replace(string file, byte[] content)
    {
        string temporary = $"{file}.{Path.GetRandomFileName()}";
        try
        {
            Write(temporary, content);
            File.Move(temporary, file, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    /// <summary>Loads a copy from a new folder that only this user can enter, and removes it: what is loaded stays.</summary>
    private static nint LoadTemporary(string library, byte[] content)
    {
        DirectoryInfo? folder = null;
        try
        {
            folder = Directory.CreateTempSubdirectory("GBlend.MLNet-");
            string file = Path.Combine(folder.FullName, NativeFiles.TorchSharp);
            Write(file, content);
            return NativeLibrary.Load(file);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or DllNotFoundException)
        {
            throw NotCured(
                library,
                $"a patched copy can be loaded neither from the user's cache nor from the temporary folder {Path.GetTempPath()}: {failure.Message}",
                ", or set XDG_CACHE_HOME or TMPDIR to a folder in which this user can write and execute files", failure);
        }
        finally
        {
            folder?.Delete(recursive: true);
        }
    }

    private static void Write(string file, byte[] content)
    {
        using FileStream stream = new(file, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerOnly });
        stream.Write(content);
    }

    /// <summary>
    /// Whether a path is a folder that belongs to this user and that nobody else can write to. A library is loaded from it after its
    /// content was compared, and nobody may exchange it in between. .NET does not tell the owner, hence the call of libc.
    /// </summary>
    private static bool IsOurs(string folder)
    {
        const int CurrentFolder = -100, DoNotFollowLinks = 0x100, TypeModeAndOwner = 0x0B, OwnerOffset = 20, ModeOffset = 28;
        const int TypeMask = 0xF000, Folder = 0x4000, WritableByOthers = 0x12;
        Span<byte> status = stackalloc byte[256];
        if (FileStatus(CurrentFolder, folder, DoNotFollowLinks, TypeModeAndOwner, ref status[0]) != 0)
            return false;
        int mode = BitConverter.ToUInt16(status[ModeOffset..]);
        return (mode & TypeMask) == Folder && (mode & WritableByOthers) == 0 && BitConverter.ToUInt32(status[OwnerOffset..]) == UserId();
    }

    /// <summary>statx, and not stat, because the kernel fixes the layout of its answer.</summary>
    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int FileStatus(int relativeTo, string path, int flags, uint fields, ref byte status);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint UserId();
}
