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
        return new Sound(Resampler.Resample(sound.Samples, sound.SampleRate, rate), rate);
    });

    private static Sound? ReadWav(Stream stream, bool toleratesDamage)
    {
        byte[] head = new byte[12];
        int count = stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        stream.Position = 0;
        return WavReader.IsWav(head.AsSpan(0, count)) ? WavReader.Read(stream, toleratesDamage) : null;
    }

    /// <summary>
    /// The first sound track as floats of all its channels. The sound begins with the video: what a track lacks at its start or between its packets is silence.
    /// </summary>
    private static Sound RunFfmpeg(string path, bool toleratesDamage)
    {
        string[] strictness = toleratesDamage ? [] : ["-xerror", "-err_detect", "explode"];
        // "file:" keeps ffmpeg from reading names with colons as addresses.
        return Ffmpeg.Run(
            [.. strictness, "-i", "file:" + path, "-map", "0:a:0", "-vn", "-af", "aresample=async=1:first_pts=0", "-c:a", "pcm_f32le", "-f", "wav", "pipe:1"],
            output => WavReader.Read(output, toleratesDamage)!);
    }
}
