namespace GBlend.MLNet;

/// <summary>Reads the clips of one video after the other, with every frame accounted for.</summary>
/// <param name="options">Which clips.</param>
/// <param name="rules">How videos are read.</param>
/// <param name="shared">Where columns of the same videos find each other's frames; <see langword="null"/> where there is one column only.</param>
internal sealed class ClipReader(VideoClipOptions options, ReadingRules rules, DecodedFrames? shared = null) : IDisposable
{
    private readonly FrameShape _shape = options.Shape;
    private PictureWriter? _writer;
    private string? _damage;

    /// <summary>How many of the frames that were decoded for the last video were damaged, and filled in or lost.</summary>
    internal int Concealed { get; private set; }

    /// <summary>Fills the clips' bytes.</summary>
    /// <exception cref="BadMediaException">A frame that a clip needs can't be had.</exception>
    internal void Read(MediaItem item, byte[] values)
    {
        MediaLibraries.RequireOpenCv();
        _writer ??= new PictureWriter(_shape);
        var timeline = MediaTimeline.VideoOf(item, rules);
        if (!TryRead(item, timeline, values))
        {
            // Where a packet is no frame, or a frame was lost, decoding all tells what there is.
            string? damage = _damage;
            timeline = timeline.IsDecoded ? timeline : VideoTimeline.Counted(item, timeline, rules);
            if (!TryRead(item, timeline, values))
                throw Unreadable(item, timeline, _damage ?? damage);
        }
        ClipTimeline.Remember(item, options, timeline);
    }

    public void Dispose() => _writer?.Dispose();

    private BadMediaException Unreadable(MediaItem item, VideoTimeline timeline, string? damage)
    {
        var wanted = ClipPlan.Frames(options, timeline, item.Name);
        int good = Math.Max(timeline.Frames - timeline.Damaged, 0);
        return new($"frames {wanted[0].Frame} to {wanted[^1].Frame} were asked for; by its own account it has "
            + $"{Math.Max(timeline.ClaimedFrames, timeline.Frames)}, but only {good} can be decoded"
            + (damage is null ? "" : $" without damage ({damage})"));
    }

    private bool TryRead(MediaItem item, VideoTimeline timeline, byte[] values)
    {
        (_damage, Concealed) = (null, 0);
        int count = timeline.PlannedFrames(options.TolerateDamage);
        if (options.ShortVideo == ShortVideo.Refuse && count < options.Span)
            throw new BadMediaException($"it has {count} frames, and a clip needs {options.Span}");
        var wanted = ClipPlan.Frames(options, timeline, item.Name);
        if (wanted[^1].Frame >= timeline.Frames)
            return false;
        if (shared is null)
            return TryDecode(item, timeline, wanted, values, null);
        string key = $"{item.Identity}|{timeline.IsDecoded}|{options.TolerateDamage}";
        if (shared.Find(key, wanted.Select(w => w.Frame)) is { } found)
        {
            Concealed = found.Concealed;
            foreach (var (frame, slot) in wanted)
                found.Frames[frame].Use(picture => _writer!.Write(picture, values.AsSpan(slot * _shape.Size, _shape.Size)));
            return true;
        }
        var decoded = new Dictionary<int, DecodedFrame>();
        bool isDecoded = TryDecode(item, timeline, wanted, values, decoded);
        if (isDecoded)
            shared.Keep(new(key, decoded, Concealed));
        return isDecoded;
    }

    /// <summary>Decodes the frames of the plan in one pass forwards.</summary>
    /// <returns>Whether each was there, and shown when the timeline says.</returns>
    private bool TryDecode(
        MediaItem item, VideoTimeline timeline, IReadOnlyList<(int Frame, int Slot)> wanted, byte[] values, Dictionary<int, DecodedFrame>? decoded)
    {
        using var video = new FrameReader(item, timeline, rules);
        var (lastFrame, lastSlot) = (-1, -1);
        foreach (var (frame, slot) in wanted)
        {
            var destination = values.AsSpan(slot * _shape.Size, _shape.Size);
            if (frame == lastFrame)
            {
                values.AsSpan(lastSlot * _shape.Size, _shape.Size).CopyTo(destination);
                continue;
            }
            bool isThere = video.TryRead(frame);
            (_damage, Concealed) = (video.Damage, video.Concealed);
            if (!isThere)
                return false;
            var picture = video.Picture();
            _writer!.Write(picture, destination);
            decoded?.Add(frame, DecodedFrame.Copy(picture));
            (lastFrame, lastSlot) = (frame, slot);
        }
        return true;
    }
}
