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
        catch (Exception e) when (e is TypeInitializationException or DllNotFoundException or BadImageFormatException or EntryPointNotFoundException or OpenCvSharpException)
        {
            return e.GetBaseException().Message;
        }
    });

    /// <summary>Makes sure, before anything is read, that all that the media steps may need is there.</summary>
    /// <param name="ffmpeg">Whether ffmpeg is needed, as it is for sound in other files than WAV. Default true.</param>
    /// <exception cref="InvalidOperationException">OpenCV's native library does not load, or ffmpeg is not on the PATH; the message has the command that cures it.</exception>
    public static void Require(bool ffmpeg = true)
    {
        RequireOpenCv();
        if (!ffmpeg)
            return;
        foreach (string program in (string[])["ffmpeg", Ffmpeg.Probe])
        {
            Ffmpeg.Run(["-version"], output =>
            {
                output.CopyTo(Stream.Null);
                return true;
            }, program);
        }
    }

    /// <summary>Makes sure that OpenCV can be used.</summary>
    /// <exception cref="InvalidOperationException">Its native library is not there, or does not load; the message has the command that cures it.</exception>
    internal static void RequireOpenCv()
    {
        if (OpenCvProblem.Value is { } problem)
            throw new InvalidOperationException(OpenCvMessage(problem));
    }

    internal static string OpenCvMessage(string problem) =>
        "Video and images need OpenCV's native library, which does not load. If the application lacks it, reference the package OpenCvSharp4.official.runtime.linux-x64 "
        + $"(OpenCvSharp4.runtime.win on Windows). If system libraries are missing, run as root: {InstallOpenCv}. The system says: {Cause(problem)}";

    internal static InvalidOperationException MissingFfmpeg(string program) =>
        new($"Sound in other files than WAV is decoded by ffmpeg, whose program {program} is not on the PATH. Install ffmpeg; on Debian and Ubuntu run as root: {InstallFfmpeg}");

    /// <summary>The library that is missing, if the loader names one beside OpenCV's own, which it also looks for where it can't be.</summary>
    private static string Cause(string text)
    {
        string[] lines = text.Split('\n', StringSplitOptions.TrimEntries);
        return lines.FirstOrDefault(line => line.Contains("cannot open shared object file") && !line.Contains("OpenCvSharpExtern")) ?? lines[0];
    }
}
