namespace GBlend.MLNet;

/// <summary>How much sound is in a sound file or video, so that spectrograms can be planned and counted.</summary>
/// <param name="Samples">Samples of one channel, at <paramref name="SampleRate"/>; all are decoded to count them.</param>
/// <param name="SampleRate">Samples per second that were asked for.</param>
public sealed record SoundInfo(long Samples, int SampleRate)
{
    /// <summary>The length.</summary>
    public double Seconds => (double)Samples / SampleRate;

    /// <summary>Decodes the sound of a file. <c>LoadAudioLogMel</c> does not decode it again while it is remembered.</summary>
    /// <param name="path">The file.</param>
    /// <param name="sampleRate">The rate that the sound is brought to; that of the spectrum. Default 16000.</param>
    /// <exception cref="InvalidDataException">It is missing, empty, damaged, or has no sound; the message says which.</exception>
    /// <exception cref="InvalidOperationException">The program ffmpeg, which decodes all but wave files, is not there; the message has the command that cures it.</exception>
    public static SoundInfo Read(string path, int sampleRate = 16000)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        ArgumentOutOfRangeException.ThrowIfLessThan(sampleRate, 1);
        try
        {
            return new SoundInfo(SoundFile.Load(MediaItem.OfFile(path), sampleRate, toleratesDamage: false).Samples.Length, sampleRate);
        }
        catch (BadMediaException e)
        {
            throw new InvalidDataException($"'{path}' can't be used as sound: {e.Message}.", e);
        }
    }
}
