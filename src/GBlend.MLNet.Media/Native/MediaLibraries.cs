using OpenCvSharp;

namespace GBlend.MLNet;

/// <summary>Says in one message what is missing on the system.</summary>
public static class MediaLibraries
{
    internal const string InstallOpenCv = "apt-get install -y --no-install-recommends libgtk-3-0 libdrm2 libatomic1";
    internal const string InstallFfmpeg = "apt-get install -y --no-install-recommends ffmpeg";

    private static readonly Lazy<string?> OpenCvProblem = new(() =>
    {
        try
        {
            Cv2.GetVersionString();
            return null;
        }
        catch (Exception e) when (
            e is TypeInitializationException or DllNotFoundException or BadImageFormatException or EntryPointNotFoundException or OpenCvSharpException)
        {
            return e.GetBaseException().Message;
        }
    });

    /// <summary>Makes sure, before anything is read, that the native libraries that the media steps may need are there.</summary>
    /// <param name="ffmpeg">Whether FFmpeg's libraries are needed, as they are for videos and for sound in other files than WAV. Default true.</param>
    /// <exception cref="InvalidOperationException">
    /// OpenCV's native library does not load, or FFmpeg's are not there; the message has the command that cures it.
    /// </exception>
    public static void Require(bool ffmpeg = true)
    {
        RequireOpenCv();
        if (ffmpeg)
            _ = Ffmpeg.Library;
    }

    /// <summary>Makes sure that OpenCV can be used.</summary>
    /// <exception cref="InvalidOperationException">Its native library is not there, or does not load; the message has the command that cures it.</exception>
    internal static void RequireOpenCv()
    {
        if (OpenCvProblem.Value is { } problem)
            throw new InvalidOperationException(OpenCvMessage(problem));
    }

    internal static string OpenCvMessage(string problem) =>
        "Video and images need OpenCV's native library, which does not load. If the application lacks it, reference the package "
            + "OpenCvSharp4.official.runtime.linux-x64 "
        + $"(OpenCvSharp4.runtime.win on Windows). If system libraries are missing, run as root: {InstallOpenCv}. The system says: {Cause(problem)}";

    internal static InvalidOperationException MissingFfmpeg(string problem) => new(
        "Videos, and sound in other files than WAV, are decoded by FFmpeg's libraries (libavformat and its companions of FFmpeg 5.1 to 7), which do not load. "
        + (problem.Length > 0 ? problem + " " : "")
        + $"Install FFmpeg; on Debian and Ubuntu run as root: {InstallFfmpeg}. Elsewhere name the folder of its shared libraries in the environment variable "
            + $"{Ffmpeg.Variable}.");

    /// <summary>The library that is missing, if the loader names one other than OpenCV's own, which it also looks for in places where it can't be.</summary>
    private static string Cause(string text)
    {
        string[] lines = text.Split('\n', StringSplitOptions.TrimEntries);
        return lines.FirstOrDefault(line => line.Contains("cannot open shared object file") && !line.Contains("OpenCvSharpExtern")) ?? lines[0];
    }
}
