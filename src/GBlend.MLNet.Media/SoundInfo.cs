namespace GBlend.MLNet;

/// <summary>The amount of sound in a sound file or video, by which spectrograms can be planned and counted.</summary>
/// <param name="Samples">Samples of one channel, at <paramref name="SampleRate"/>; all are decoded to count them.</param>
/// <param name="SampleRate">Samples per second that were asked for.</param>
public sealed record SoundInfo(long Samples, int SampleRate)
{
    /// <summary>The length of the sound in seconds.</summary>
    public double Seconds => (double)Samples / SampleRate;

    /// <summary>
    /// Decodes the sound of a file from end to end, a piece at a time. Of several sound tracks it is the default one that counts, or else the first.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="sampleRate">The rate that the sound is brought to; that of the spectrum. Default 16000.</param>
    /// <param name="limits">How large the file may be once it is decoded. Default: <see cref="MediaLimits.Default"/>.</param>
    /// <exception cref="InvalidDataException">The file is missing, empty, damaged, beyond a limit, or has no sound; the message says which.</exception>
    /// <exception cref="IOException">The machine keeps the file from being read.</exception>
    /// <exception cref="InvalidOperationException">
    /// FFmpeg's libraries, which decode all but wave files, do not load; the message has the command that cures it.
    /// </exception>
    public static SoundInfo Read(string path, int sampleRate = 16000, MediaLimits? limits = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        ArgumentOutOfRangeException.ThrowIfLessThan(sampleRate, 1);
        try
        {
            using var sound = new SoundFile(MediaItem.OfFile(path), sampleRate, ReadingRules.Plain(limits));
            return new SoundInfo(sound.Count(), sampleRate);
        }
        catch (BadMediaException e)
        {
            throw new InvalidDataException($"'{path}' can't be used as sound: {e.Message}.", e);
        }
    }
}
