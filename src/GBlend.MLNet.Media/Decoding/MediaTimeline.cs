namespace GBlend.MLNet;

/// <summary>When everything in a file is shown and heard, on one clock: made once for a file, for its frames and its sound.</summary>
/// <param name="Video">The frames of the video track; <see langword="null"/> where there is none.</param>
/// <param name="Sound">The sound track; <see langword="null"/> where there is none.</param>
/// <param name="HasCover">Whether there is a picture that is no video.</param>
/// <param name="Seconds">How long its longest track lasts, from its first packet to the end of its last.</param>
/// <param name="Cut">How it can be told that the end of the file is missing; <see langword="null"/> where nothing is known to be.</param>
internal sealed record MediaTimeline(VideoTimeline? Video, SoundTimeline? Sound, bool HasCover, double Seconds, string? Cut)
{
    private static readonly SharedDecodes<MediaTimeline> Known = new(32 << 20, t => 400 + (t.Video?.Size ?? 0));

    /// <summary>The timeline by the packets of the file. A file is looked at once as long as it stays the same and is not forgotten.</summary>
    /// <exception cref="BadMediaException">The file is no media file, or beyond a limit.</exception>
    internal static MediaTimeline Of(MediaItem item, ReadingRules rules)
    {
        var timeline = Known.Get(item.Identity, () => TimelineScan.Run(item, rules), rules.CheckAlive);
        timeline.Require(rules.Limits);
        return timeline;
    }

    /// <summary>The frames of a file.</summary>
    /// <exception cref="BadMediaException">There are none.</exception>
    internal static VideoTimeline VideoOf(MediaItem item, ReadingRules rules)
    {
        var timeline = Of(item, rules);
        return timeline.Video ?? throw new BadMediaException(timeline.HasCover
            ? "it has no video track, only a picture that is a cover"
            : "it is no video that can be decoded, or it has no video track");
    }

    /// <summary>Holds the file against limits.</summary>
    /// <exception cref="BadMediaException">It is beyond one.</exception>
    private void Require(MediaLimits limits)
    {
        if (Seconds > limits.MaxSeconds)
            throw new BadMediaException(
                FormattableString.Invariant($"it lasts {Seconds:0} s, and {nameof(MediaLimits)}.{nameof(limits.MaxSeconds)} allows {limits.MaxSeconds:0}"));
        if (Sound is { } sound && sound.Samples > limits.MaxSamples)
            throw new BadMediaException(
                $"its sound has {sound.Samples} samples, and {nameof(MediaLimits)}.{nameof(limits.MaxSamples)} allows {limits.MaxSamples}");
    }
}
