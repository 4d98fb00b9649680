namespace GBlend.MLNet;

/// <summary>Which frames a video has and when each is shown.</summary>
/// <param name="Track">The track.</param>
/// <param name="Ticks">When each frame is shown, in ticks of the track, ascending; empty where frames are told by their order.</param>
/// <param name="Start">When the first is shown, in seconds on the file's clock.</param>
/// <param name="Times">When each is shown, in seconds from the first.</param>
/// <param name="FramesPerSecond">The rate, or the mean rate where it varies.</param>
/// <param name="Keys">The frames that decoding can begin with, ascending; empty where the file has to be read from its start.</param>
/// <param name="ClaimedFrames">What the container says that can be held against it; 0 for nothing.</param>
/// <param name="IsCertain">Whether the packets of a healthy file of this kind are its frames; otherwise decoding has the last word.</param>
/// <param name="Width">Of a frame as it is shown, in pixels.</param>
/// <param name="Height">Of a frame as it is shown, in pixels.</param>
internal sealed record VideoTimeline(
    MediaTrack Track, long[] Ticks, double Start, double[] Times, double FramesPerSecond, int[] Keys, int ClaimedFrames, bool IsCertain, int Width, int Height)
{
    private static readonly SharedDecodes<VideoTimeline> Decoded = new(16 << 20, t => t.Size);

    /// <summary>Whether the frames were found by decoding them all.</summary>
    internal bool IsDecoded { get; init; }

    /// <summary>How many frames were found damaged, or not at all, when they were decoded.</summary>
    internal int Damaged { get; init; }

    internal int Frames => Times.Length;

    /// <summary>Whether frames are told by their order and not by their times.</summary>
    internal bool IsCounted => Ticks.Length == 0;

    /// <summary>In bytes, for the memory that keeps it.</summary>
    internal long Size => 400 + 8L * (Ticks.Length + Times.Length) + 4L * Keys.Length;

    /// <summary>Whether no more is missing than containers are known to be wrong by.</summary>
    internal bool IsWhole => ClaimedFrames - Frames <= Math.Max(1, ClaimedFrames / 100);

    /// <summary>The timeline by decoding every frame of the file, for where packets and frames are not the same.</summary>
    internal static VideoTimeline Counted(MediaItem item, VideoTimeline listed, ReadingRules rules) => Decoded.Get(item.Identity, () =>
    {
        var counted = TimelineScan.Count(item, listed, rules);
        // Packets that are no frames are no promise either, unless it is damage that made them so.
        return counted.Damaged > 0 ? counted with { ClaimedFrames = Math.Max(counted.ClaimedFrames, listed.Frames) } : counted;
    }, rules.CheckAlive);

    /// <summary>
    /// The frames that clips are spread over: those that are there, or those that were promised where many are missing and that is not tolerated.
    /// </summary>
    internal int PlannedFrames(bool toleratesDamage) => toleratesDamage || IsWhole ? Frames : ClaimedFrames;

    /// <summary>When a frame is shown, in seconds from the first frame; frames after the last follow at the mean rate.</summary>
    internal double TimeOf(int frame) => frame < Frames ? Times[frame] : Times[^1] + (frame - Frames + 1) / FramesPerSecond;
}
