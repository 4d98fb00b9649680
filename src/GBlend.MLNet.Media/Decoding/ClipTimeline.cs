using System.Globalization;
namespace GBlend.MLNet;

/// <summary>
/// The timeline that the clips of a video are read by, so that the sound that goes with them follows the same: that of the packets, or, where decoding
/// the clips shows that these are not the frames, that of the decoded frames.
/// </summary>
internal static class ClipTimeline
{
    private static readonly SharedDecodes<VideoTimeline> Known = new(16 << 20, t => t.Size);

    /// <summary>Notes what clips were read by.</summary>
    internal static void Remember(MediaItem item, VideoClipOptions clips, VideoTimeline timeline) => Known.Get(Key(item, clips), () => timeline);

    /// <summary>The timeline that clips are or will be read by. Where that is not certain and not known yet, they are decoded to find out.</summary>
    /// <exception cref="BadMediaException">The file is no video that can be decoded.</exception>
    internal static VideoTimeline Of(MediaItem item, VideoClipOptions clips, ReadingRules rules)
    {
        var listed = MediaTimeline.VideoOf(item, rules);
        if (listed.IsDecoded || (listed.IsCertain && !rules.TolerateDamage))
            return listed;
        return Known.Get(
            Key(item, clips), () => IsBorneOut(item, clips, listed, rules) ? listed : VideoTimeline.Counted(item, listed, rules), rules.CheckAlive);
    }

    private static bool IsBorneOut(MediaItem item, VideoClipOptions clips, VideoTimeline listed, ReadingRules rules)
    {
        var wanted = ClipPlan.Frames(clips, listed, item.Name);
        if (wanted[^1].Frame >= listed.Frames)
            return false;
        using var video = new FrameReader(item, listed, rules);
        return wanted.All(w => video.TryRead(w.Frame));
    }

    private static string Key(MediaItem item, VideoClipOptions clips) => string.Create(
        CultureInfo.InvariantCulture,
        $"{item.Identity}|{item.Name}|{clips.FrameCount}|{clips.FrameStride}|{clips.Position}|{clips.ClipsPerVideo}|"
            + $"{clips.Seed}|{clips.ShortVideo}|{clips.TolerateDamage}");
}
