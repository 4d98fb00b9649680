namespace GBlend.MLNet;

/// <summary>
/// Reads parts of the sound of one file, at the rate that is asked for. It is decoded in blocks, which are kept for all columns made from it, so that hours of
/// sound take no more memory than what is read of them.
/// </summary>
/// <param name="item">The file.</param>
/// <param name="rate">Samples per second.</param>
/// <param name="rules">How it is read.</param>
internal sealed class SoundFile(MediaItem item, int rate, ReadingRules rules) : IDisposable
{
    private const int Block = 1 << 19;

    private static readonly SharedDecodes<Sound> Described = new(4 << 20, _ => 200);
    private static readonly SharedDecodes<float[]> Decoded = new(128 << 20, s => 4L * s.Length);

    private SoundStream? _stream;

    /// <summary>Packets that could not be decoded in what was read.</summary>
    internal long Lost => _stream?.Lost ?? 0;

    /// <summary>How much sound there is.</summary>
    /// <exception cref="BadMediaException">There is none, or it is damaged, or beyond a limit.</exception>
    internal Sound Describe()
    {
        var sound = Described.Get(Key("sound"), () =>
        {
            var stream = Stream();
            double videoStart = IsWav(stream) ? 0 : MediaTimeline.Of(item, rules).Video is { } video ? video.Start - stream.Origin : 0;
            return new Sound(rate, Resampler.Length(stream.Samples, stream.Rate, rate), videoStart);
        }, rules.CheckAlive);
        var limits = rules.Limits;
        if (sound.Samples > limits.MaxSeconds * rate)
            throw new BadMediaException(
                $"its sound lasts {sound.Samples / rate} s, and {nameof(MediaLimits)}.{nameof(limits.MaxSeconds)} allows {limits.MaxSeconds:0}");
        return sound;
    }

    /// <summary>Decodes all and counts it.</summary>
    /// <exception cref="BadMediaException">There is none, or it is damaged, or beyond a limit.</exception>
    internal long Count()
    {
        Describe();
        var stream = Stream();
        return Resampler.Length(stream.Count(), stream.Rate, rate);
    }

    /// <summary>Some of the samples; where there are none is silence.</summary>
    /// <exception cref="BadMediaException">The file is damaged.</exception>
    internal float[] Read(long first, int count)
    {
        float[] samples = new float[count];
        for (long block = Math.Max(first, 0) / Block; block * Block < first + count; block++)
        {
            float[] decoded = Decoded.Get(Key($"{block}"), () => Decode(block), rules.CheckAlive);
            long begin = Math.Max(first, block * Block), end = Math.Min(first + count, block * Block + decoded.Length);
            if (end > begin)
                decoded.AsSpan((int)(begin - block * Block), (int)(end - begin)).CopyTo(samples.AsSpan((int)(begin - first)));
        }
        return samples;
    }

    public void Dispose() => _stream?.Dispose();

    private static bool IsWav(SoundStream stream) => stream is WavStream;

    private string Key(string part) => $"{item.Identity}|{rate}|{rules.TolerateDamage}|{part}";

    private float[] Decode(long block)
    {
        float[] samples = new float[Math.Clamp(Describe().Samples - block * Block, 0, Block)];
        var stream = Stream();
        Resampler.Resample(stream.Read, stream.Rate, rate, block * Block, samples);
        return samples;
    }

    private SoundStream Stream()
    {
        if (_stream is not null)
            return _stream;
        var content = item.Open(rules);
        try
        {
            if (WavHeader.Read(content, rules.TolerateDamage) is { } header)
            {
                if (header.Samples > rules.Limits.MaxSamples)
                    throw new BadMediaException(
                        $"it has {header.Samples} samples, and {nameof(MediaLimits)}.{nameof(MediaLimits.MaxSamples)} allows {rules.Limits.MaxSamples}");
                return _stream = new WavStream(content, header);
            }
        }
        catch
        {
            content.Dispose();
            throw;
        }
        content.Dispose();
        var timeline = MediaTimeline.Of(item, rules);
        if (!rules.TolerateDamage && timeline.Cut is { } cut)
            throw new BadMediaException(cut);
        return _stream = timeline.Sound is null ? throw new BadMediaException("it has no audio track") : new TrackStream(item, timeline, rules);
    }
}
