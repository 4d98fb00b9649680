namespace GBlend.MLNet;

/// <summary>What is known of a video's frames before a clip is planned.</summary>
/// <param name="Frames">How many there are; the container's claim until they have been counted.</param>
/// <param name="FramesPerSecond">The rate, or the mean rate where it varies.</param>
/// <param name="InOrder">Frames can be told only by reading from the start: transport streams and variable rates.</param>
/// <param name="Times">When each frame is shown in seconds, where frames were counted.</param>
internal sealed record VideoTimeline(int Frames, double FramesPerSecond, bool InOrder, double[]? Times)
{
    /// <summary>What the container promised, where frames were counted and it promised anything; 0 else.</summary>
    internal int ClaimedFrames { get; init; }

    private static readonly SharedDecodes<VideoTimeline> Known = new(4 << 20, t => 200 + 8L * (t.Times?.Length ?? 0));

    /// <summary>The timeline of a file; a file is looked at once as long as it stays the same.</summary>
    internal static VideoTimeline Of(MediaItem item) => Known.Get(item.Identity, () => item.WithFile(VideoFile.Probe));

    /// <summary>Keeps what was learned while reading.</summary>
    internal static void Correct(MediaItem item, VideoTimeline timeline) => Known.Replace(item.Identity, timeline);

    /// <summary>When a frame is shown, in seconds from the start; frames after the last follow at the mean rate.</summary>
    internal double TimeOf(int frame)
    {
        if (Times is null || Times.Length == 0)
            return frame / FramesPerSecond;
        return frame < Times.Length ? Times[frame] : Times[^1] + (frame - Times.Length + 1) / FramesPerSecond;
    }

    /// <summary>Whether so many frames fewer than promised are the container's inaccuracy and not damage.</summary>
    internal static bool IsClose(int found, int promised) => promised - found <= Math.Max(1, promised / 100);
}
