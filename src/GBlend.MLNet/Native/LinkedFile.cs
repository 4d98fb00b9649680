using System.Runtime.InteropServices;

namespace GBlend.MLNet.Native;

/// <summary>
/// What a path leads to. Of a link .NET tells the length and the time of the link itself, which say neither whether there is a pipe behind it, that may
/// never end, nor whether the file has changed.
/// </summary>
internal static partial class LinkedFile
{
    /// <summary>The file behind the links of a path. A pipe or a device has the length 0, as an empty file has.</summary>
    /// <returns><see langword="null"/> where the links lead to nothing that has a name, or in a circle.</returns>
    /// <exception cref="UnauthorizedAccessException">This process may not see it.</exception>
    /// <exception cref="IOException">The machine keeps it from being found.</exception>
    internal static FileInfo? Of(FileInfo file)
    {
        if (!file.Attributes.HasFlag(FileAttributes.ReparsePoint))
            return file;
        if (OperatingSystem.IsWindows())
            return (FileInfo?)file.ResolveLinkTarget(returnFinalTarget: true) ?? file;
        nint real = RealPath(file.FullName, 0);
        if (real == 0)
            return Marshal.GetLastPInvokeError() switch
            {
                NotThere or NotAFolder or Circle or CircleOnMacOS => null,
                NotAllowed => throw new UnauthorizedAccessException($"'{file.FullName}': {Marshal.GetLastPInvokeErrorMessage()}."),
                _ => throw new IOException($"'{file.FullName}': {Marshal.GetLastPInvokeErrorMessage()}."),
            };
        try
        {
            return new FileInfo(Marshal.PtrToStringUTF8(real)!);
        }
        finally
        {
            Free(real);
        }
    }

    private const int NotThere = 2, NotAllowed = 13, NotAFolder = 20, Circle = 40, CircleOnMacOS = 62;

    /// <summary>.NET puts the text of a link behind the folder that it lies in, which is another one where that folder is a link too.</summary>
    [LibraryImport("libc", EntryPoint = "realpath", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial nint RealPath(string path, nint buffer);

    [LibraryImport("libc", EntryPoint = "free")]
    private static partial void Free(nint memory);
}
