namespace GBlend.MLNet;

/// <summary>Which frames a video has and when each is shown.</summary>
/// <param name="Times">In seconds from the start, ascending.</param>
/// <param name="FramesPerSecond">The rate, or the mean rate where it varies.</param>
/// <param name="InOrder">Frames can be told only by reading from the start: transport streams, variable rates, and files that were counted.</param>
/// <param name="ClaimedFrames">What the container says that can be held against it; 0 for nothing.</param>
internal sealed record VideoTimeline(double[] Times, double FramesPerSecond, bool InOrder, int ClaimedFrames)
{
    private static readonly SharedDecodes<VideoTimeline> Scanned = Memory(), Decoded = Memory();

    internal int Frames => Times.Length;

    /// <summary>From one frame to the next at least, in seconds.</summary>
    internal double LeastGap { get; } = Math.Max(0.001, Times.Zip(Times.Skip(1), (a, b) => b - a).Where(gap => gap > 0).DefaultIfEmpty(1 / FramesPerSecond).Min());

    /// <summary>
    /// The timeline by the packets of the file, none of which is decoded. A file is looked at once as long as it stays the same and is not forgotten.
    /// </summary>
    internal static VideoTimeline Of(MediaItem item) => Scanned.Get(item.Identity, () => item.WithFile(VideoFile.Scan));

    /// <summary>The timeline by decoding every frame of the file, for where packets and frames are not the same.</summary>
    internal static VideoTimeline Counted(MediaItem item) => Decoded.Get(item.Identity, () => item.WithFile(path => VideoFile.Count(path, Of(item))));

    /// <summary>The frames that clips are spread over: those that are there, or those that were promised where many are missing and that is not tolerated.</summary>
    internal int PlannedFrames(bool toleratesDamage) => toleratesDamage || IsWhole ? Frames : ClaimedFrames;

    /// <summary>Whether no more is missing than containers are known to be wrong by.</summary>
    internal bool IsWhole => ClaimedFrames - Frames <= Math.Max(1, ClaimedFrames / 100);

    /// <summary>When a frame is shown, in seconds from the start; frames after the last follow at the mean rate.</summary>
    internal double TimeOf(int frame) => frame < Frames ? Times[frame] : Times[^1] + (frame - Frames + 1) / FramesPerSecond;

    private static SharedDecodes<VideoTimeline> Memory() => new(8 << 20, t => 200 + 8L * t.Frames);
}
