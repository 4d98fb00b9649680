namespace GBlend.MLNet;

/// <summary>Which part of a sound each spectrogram shows.</summary>
internal static class SoundPlan
{
    /// <summary>The first frame's time and the time from frame to frame of each spectrogram, in samples.</summary>
    internal static IEnumerable<(double Start, double Hop)> Windows(LogMelOptions options, MediaItem item, Sound sound, ReadingRules rules)
    {
        double hop = options.Spectrum.HopLength, length = hop * options.FrameCount;
        if (options.AlignWith is not { } clip)
        {
            double room = Math.Max(sound.Samples - length, 0);
            return ClipPlan.Starts(options.Position, options.ClipsPerFile, room, options.Seed, item.Name).Select(start => (start, hop));
        }
        var timeline = ClipTimeline.Of(item, clip, rules with { TolerateDamage = clip.TolerateDamage });
        double SampleOf(int frame) => (sound.VideoStart + timeline.TimeOf(frame)) * sound.SampleRate;
        return ClipPlan.FirstFrames(clip, timeline.PlannedFrames(clip.TolerateDamage), item.Name).Select(first =>
        {
            double begin = SampleOf(first), end = SampleOf(first + clip.Span);
            if (options.SpanClip)
                return (begin, (end - begin) / options.FrameCount);
            // Moved into the sound where it would begin before it or end after it.
            return (Math.Clamp((begin + end - length) / 2, 0, Math.Max(sound.Samples - length, 0)), hop);
        });
    }
}
