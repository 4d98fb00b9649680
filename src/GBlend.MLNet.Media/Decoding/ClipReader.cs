using OpenCvSharp;

namespace GBlend.MLNet;

/// <summary>Reads the clips of one video after the other, with every frame accounted for.</summary>
/// <param name="options">Which clips.</param>
/// <param name="shared">Where columns of the same videos find each other's frames; <see langword="null"/> where there is one column only.</param>
internal sealed class ClipReader(VideoClipOptions options, DecodedFrames? shared = null) : IDisposable
{
    private readonly FrameShape _shape = options.Shape;
    private readonly List<(int Frame, int Slot)> _wanted = [];
    private PictureWriter? _writer;
    private Mat? _picture;

    /// <summary>Fills the clips' bytes.</summary>
    /// <exception cref="BadMediaException">A frame that a clip needs can't be had.</exception>
    internal void Read(MediaItem item, byte[] values)
    {
        MediaLibraries.RequireOpenCv();
        _picture ??= new Mat();
        _writer ??= new PictureWriter(_shape);
        try
        {
            // Where a packet is no frame, or a seek not exact, or a frame was lost, decoding all tells what there is.
            if (TryRead(item, VideoTimeline.Of(item), values))
                return;
            var counted = VideoTimeline.Counted(item);
            if (!TryRead(item, counted, values))
                throw new BadMediaException($"frames {_wanted[0].Frame} to {_wanted[^1].Frame} were asked for; by its own account it has {Math.Max(counted.ClaimedFrames, counted.Frames)}, but only {counted.Frames} can be decoded");
        }
        catch (OpenCVException e)
        {
            throw new BadMediaException($"OpenCV can't decode it ({e.Message.Trim()})");
        }
    }

    public void Dispose()
    {
        _picture?.Dispose();
        _writer?.Dispose();
    }

    private bool TryRead(MediaItem item, VideoTimeline timeline, byte[] values)
    {
        int count = timeline.PlannedFrames(options.ToleratesDamage);
        if (options.ShortVideo == ShortVideo.Refuse && count < options.Span)
            throw new BadMediaException($"it has {count} frames, and a clip needs {options.Span}");
        Plan(item, count);
        if (_wanted[^1].Frame >= timeline.Frames)
            return false;
        if (shared is null)
            return item.WithFile(path => TryDecode(path, timeline, values, null));
        string key = $"{item.Identity}|{timeline.InOrder}|{timeline.Frames}";
        if (shared.Find(key, _wanted.Select(w => w.Frame)) is { } frames)
        {
            foreach (var (frame, slot) in _wanted)
                frames[frame].Use(picture => _writer!.Write(picture, values.AsSpan(slot * _shape.Size, _shape.Size)));
            return true;
        }
        var decoded = new Dictionary<int, DecodedFrame>();
        bool isDecoded = item.WithFile(path => TryDecode(path, timeline, values, decoded));
        if (isDecoded)
            shared.Keep(key, decoded);
        return isDecoded;
    }

    /// <summary>Lists the frames that the clips need, in their order in the file.</summary>
    private void Plan(MediaItem item, int frames)
    {
        _wanted.Clear();
        int slot = 0;
        foreach (int first in ClipPlan.FirstFrames(options, frames, item.Name))
        {
            for (int t = 0; t < options.FrameCount; t++)
            {
                int frame = first + t * options.FrameStride;
                _wanted.Add((options.ShortVideo == ShortVideo.Loop ? frame % frames : Math.Min(frame, frames - 1), slot++));
            }
        }
        _wanted.Sort();
    }

    /// <summary>Decodes the frames of the plan in one pass forwards.</summary>
    /// <returns>Whether each was there, and shown when the timeline says.</returns>
    private bool TryDecode(string path, VideoTimeline timeline, byte[] values, Dictionary<int, DecodedFrame>? decoded)
    {
        using var video = VideoFile.Open(path);
        var (lastFrame, lastSlot) = (-1, -1);
        foreach (var (frame, slot) in _wanted)
        {
            var destination = values.AsSpan(slot * _shape.Size, _shape.Size);
            if (frame == lastFrame)
            {
                values.AsSpan(lastSlot * _shape.Size, _shape.Size).CopyTo(destination);
                continue;
            }
            if (!video.TryMoveTo(frame, timeline.InOrder) || !video.TryRead(_picture!, timeline))
                return false;
            if (_picture!.Depth() != MatType.CV_8U)
                throw new BadMediaException("its frames do not have 8-bit values");
            _writer!.Write(_picture, destination);
            decoded?.Add(frame, DecodedFrame.Copy(_picture));
            (lastFrame, lastSlot) = (frame, slot);
        }
        return true;
    }
}
