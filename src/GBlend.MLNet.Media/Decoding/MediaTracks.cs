using System.Globalization;
using System.Text.Json;

namespace GBlend.MLNet;

/// <summary>When the first sound track and the first video track of a file begin, on the file's own clock.</summary>
/// <param name="SoundStart">In seconds; <see langword="null"/> where the file does not tell.</param>
/// <param name="VideoStart">In seconds; <see langword="null"/> where there is no video or the file does not tell.</param>
internal sealed record MediaTracks(double? SoundStart, double? VideoStart)
{
    /// <summary>Asks the program ffprobe.</summary>
    /// <param name="path">The file.</param>
    /// <param name="toleratesDamage">Take what can be had of a file that is cut off.</param>
    /// <exception cref="BadMediaException">The file can't be understood, or has no sound.</exception>
    internal static MediaTracks Read(string path, bool toleratesDamage)
    {
        string[] arguments = ["-show_entries", "stream=codec_type,start_time:stream_disposition=attached_pic", "-of", "json", "file:" + path];
        using var answer = Ffmpeg.Run(arguments, output => JsonDocument.Parse(output), Ffmpeg.Probe, toleratesDamage);
        var streams = answer.RootElement.GetProperty("streams").EnumerateArray().ToArray();
        var sound = streams.Where(s => IsOf(s, "audio")).ToArray();
        // The cover of an album is a video track by its type.
        var video = streams.Where(s => IsOf(s, "video") && s.GetProperty("disposition").GetProperty("attached_pic").GetInt32() == 0).ToArray();
        if (sound.Length == 0)
            throw new BadMediaException("it has no audio track");
        return new MediaTracks(Start(sound[0]), video.Length > 0 ? Start(video[0]) : null);
    }

    private static bool IsOf(JsonElement stream, string type) => stream.TryGetProperty("codec_type", out var found) && found.GetString() == type;

    private static double? Start(JsonElement stream) =>
        stream.TryGetProperty("start_time", out var start) && double.TryParse(start.GetString(), CultureInfo.InvariantCulture, out double seconds) ? seconds : null;
}
