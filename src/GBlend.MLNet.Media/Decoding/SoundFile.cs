using System.Globalization;

namespace GBlend.MLNet;

/// <summary>The sound of a file at the rate that is asked for, decoded once for all columns made from it.</summary>
internal static class SoundFile
{
    private static readonly SharedDecodes<Sound> Decoded = new(128 << 20, s => 4L * s.Samples.Length);

    /// <summary>The whole sound.</summary>
    /// <exception cref="BadMediaException">There is none, or it is damaged.</exception>
    internal static Sound Load(MediaItem item, int rate, bool toleratesDamage) => Decoded.Get($"{item.Identity}|{rate}|{toleratesDamage}", () =>
    {
        var sound = item.WithStream(stream => ReadWav(stream, toleratesDamage)) ?? item.WithFile(path => RunFfmpeg(path, toleratesDamage));
        return new Sound(Resampler.Resample(sound.Samples, sound.SampleRate, rate), rate, sound.VideoStart);
    });

    private static Sound? ReadWav(Stream stream, bool toleratesDamage)
    {
        byte[] head = new byte[12];
        int count = stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        stream.Position = 0;
        return WavReader.IsWav(head.AsSpan(0, count)) ? WavReader.Read(stream, toleratesDamage) : null;
    }

    /// <summary>
    /// The first sound track as floats of all its channels. It begins where the sound or the video begins, whichever is first: what a track lacks at its start or
    /// between its packets is silence.
    /// </summary>
    private static Sound RunFfmpeg(string path, bool toleratesDamage)
    {
        // ffmpeg says so of other containers.
        if (!toleratesDamage && ContainerFile.IsCutAvi(path))
            throw new BadMediaException("it is cut off (an AVI file that is shorter than its header says)");
        string[] clock = [], strictness = toleratesDamage ? [] : ["-xerror", "-err_detect", "explode"];
        string filter = "aresample=async=1:first_pts=0";
        double videoStart = 0;
        if (MediaTracks.Read(path, toleratesDamage) is { SoundStart: { } sound, VideoStart: { } video })
        {
            // Left to itself, ffmpeg would count the time of some containers from the first track that it is asked for.
            double start = Math.Min(sound, video);
            clock = ["-copyts"];
            filter = string.Create(CultureInfo.InvariantCulture, $"asetpts=PTS-({start:F6})/TB,{filter}");
            videoStart = video - start;
        }
        // "file:" keeps ffmpeg from reading names with colons as addresses.
        return Ffmpeg.Run(
            [.. clock, .. strictness, "-i", "file:" + path, "-map", "0:a:0", "-vn", "-af", filter, "-c:a", "pcm_f32le", "-f", "wav", "pipe:1"],
            output => WavReader.Read(output, toleratesDamage)!, toleratesDamage: toleratesDamage) with
        { VideoStart = videoStart };
    }
}
