using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace GBlend.MLNet.Media.Tests;

/// <summary>What the programs ffmpeg and ffprobe say of a file.</summary>
internal static class FfmpegReference
{
    /// <summary>The frames that are shown, in order, as height x width x 3 bytes.</summary>
    internal static byte[][] Frames(string path, int width, int height)
    {
        byte[] all = Run(
            "ffmpeg", "-nostdin", "-v", "error", "-i", path, "-map", "0:v:0", "-fps_mode", "passthrough", "-f", "rawvideo", "-pix_fmt", "rgb24", "-").Output;
        Assert.Equal(0, all.Length % (width * height * 3));
        return [.. all.Chunk(width * height * 3).TakeLast(ShownPackets(path))];
    }

    /// <summary>When each of the frames is shown, on the file's clock; not a number where ffprobe does not tell.</summary>
    internal static double[] Times(string path) =>
        [.. Lines("ffprobe", "-v", "error", "-select_streams", "v:0", "-show_entries", "frame=best_effort_timestamp_time", "-of", "csv=p=0", path)
            .Select(line => double.TryParse(line.Trim(','), CultureInfo.InvariantCulture, out double time) ? time : double.NaN).TakeLast(ShownPackets(path))];

    /// <summary>The sound at 16 kHz from 0 on the file's clock.</summary>
    internal static float[] Sound(string path) => MemoryMarshal.Cast<byte, float>(
        Run("ffmpeg", "-nostdin", "-v", "error", "-copyts", "-i", path, "-map", "0:a:0", "-ac", "1", "-af",
            "aresample=16000:async=1:min_hard_comp=0.01:first_pts=0", "-f", "f32le", "-").Output).ToArray();

    /// <summary>Whether ffmpeg's strict mode finds nothing wrong.</summary>
    internal static bool IsStrictlyRight(string path) =>
        Run("ffmpeg", "-nostdin", "-v", "quiet", "-threads", "1", "-xerror", "-err_detect", "explode", "-i", path, "-map", "0:v:0", "-f", "null", "-")
            .Code == 0;

    // Some decoders of FFmpeg 5 show frames that an edit list hides.
    private static int ShownPackets(string path) =>
        Lines("ffprobe", "-v", "error", "-select_streams", "v:0", "-show_entries", "packet=flags", "-of", "csv=p=0", path).Count(flags => !flags.Contains('D'));

    private static string[] Lines(string program, params string[] arguments) =>
        System.Text.Encoding.UTF8.GetString(Run(program, arguments).Output).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static (int Code, byte[] Output) Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true };
        foreach (string argument in arguments)
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        using var output = new MemoryStream();
        process.StandardOutput.BaseStream.CopyTo(output);
        process.WaitForExit();
        return (process.ExitCode, output.ToArray());
    }
}
