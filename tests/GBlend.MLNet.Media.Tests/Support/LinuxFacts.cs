using System.Diagnostics;

namespace GBlend.MLNet.Media.Tests;

/// <summary>A fact of processes and their files, as Linux has them.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class LinuxFactAttribute : FactAttribute
{
    public LinuxFactAttribute()
    {
        if (!OperatingSystem.IsLinux())
            Skip = "Needs Linux.";
    }
}

/// <summary>A fact of a drive that is full, skipped where this process may not make a drive.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class TmpfsFactAttribute : FactAttribute
{
    private static readonly Lazy<bool> MayMount = new(() =>
    {
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess)
            return false;
        string folder = Directory.CreateTempSubdirectory("gblend-drive").FullName;
        try
        {
            using var drive = new SmallDrive(folder, "4k");
            return true;
        }
        catch (IOException)
        {
            return false;
        }
        finally
        {
            Directory.Delete(folder);
        }
    });

    public TmpfsFactAttribute()
    {
        if (!MayMount.Value)
            Skip = "Needs the right to mount a small file system in memory, which root outside a container has.";
    }
}

/// <summary>A file system in memory that is soon full.</summary>
internal sealed class SmallDrive : IDisposable
{
    /// <exception cref="IOException">It may not be made.</exception>
    internal SmallDrive(string path, string size)
    {
        Path = Directory.CreateDirectory(path).FullName;
        if (Run("mount", "-t", "tmpfs", "-o", "size=" + size, "tmpfs", Path) != 0)
            throw new IOException($"'{path}' can't be mounted.");
    }

    internal string Path { get; }

    public void Dispose() => Run("umount", "--lazy", Path);

    private static int Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardError = true };
        foreach (string argument in arguments)
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode;
    }
}
