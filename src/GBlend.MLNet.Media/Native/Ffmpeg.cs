using System.ComponentModel;
using System.Diagnostics;

namespace GBlend.MLNet;

/// <summary>Runs the programs ffmpeg and ffprobe.</summary>
internal static class Ffmpeg
{
    /// <summary>The program that tells what is in a file; it comes with ffmpeg.</summary>
    internal const string Probe = "ffprobe";

    /// <summary>What it says of files that end too early, which it does not count as failures.</summary>
    private static readonly string[] CutOff = ["partial file", "File ended prematurely"];

    /// <summary>Reads what it writes to its standard output.</summary>
    /// <param name="arguments">Each as the program gets it, without quoting.</param>
    /// <param name="read">Reads the output to its end.</param>
    /// <param name="program">The program's name or path.</param>
    /// <param name="toleratesDamage">Take what can be had of a file that is cut off.</param>
    /// <exception cref="BadMediaException">The program says that it failed, or that the file ends too early; the reason is its own.</exception>
    /// <exception cref="InvalidOperationException">The program is not installed.</exception>
    internal static T Run<T>(IEnumerable<string> arguments, Func<Stream, T> read, string program = "ffmpeg", bool toleratesDamage = false)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true, UseShellExecute = false };
        foreach (string argument in (string[])["-hide_banner", "-v", "error", .. arguments])
            start.ArgumentList.Add(argument);
        using var process = Start(start);
        try
        {
            process.StandardInput.Close();
            // Both streams are read at once: a full one would make the program wait for ever.
            var errors = process.StandardError.ReadToEndAsync();
            T? result = default;
            Exception? problem = null;
            try
            {
                result = read(process.StandardOutput.BaseStream);
            }
            catch (BadMediaException e)
            {
                problem = e;
                process.StandardOutput.BaseStream.CopyTo(Stream.Null);
            }
            process.WaitForExit();
            string said = errors.GetAwaiter().GetResult();
            if (process.ExitCode != 0)
                throw new BadMediaException($"ffmpeg can't decode it ({Reason(said, process.ExitCode)})");
            if (!toleratesDamage && CutOff.FirstOrDefault(said.Contains) is { } cut)
                throw new BadMediaException($"it is cut off ({cut})");
            if (problem is not null)
                throw new BadMediaException(problem.Message);
            return result!;
        }
        finally
        {
            if (!process.HasExited)
                process.Kill();
        }
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception)
        {
            throw MediaLibraries.MissingFfmpeg(start.FileName);
        }
    }

    /// <summary>The first line of its errors, without the address of the part that says it.</summary>
    private static string Reason(string errors, int code)
    {
        string line = errors.Split('\n').Select(l => l.Trim()).FirstOrDefault(l => l.Length > 0) ?? $"exit code {code}";
        int end = line.StartsWith('[') ? line.IndexOf(']') : -1;
        return line[(end + 1)..].Trim();
    }
}
