using OpenCvSharp;

namespace GBlend.MLNet;

/// <summary>Reads the clips of one video after the other, with every frame accounted for.</summary>
internal sealed class ClipReader(VideoClipOptions options) : IDisposable
{
    private readonly FrameShape _shape = options.Shape;
    private readonly List<(int Frame, int Slot)> _wanted = [];
    private Mat? _picture, _work;

    /// <summary>Fills the clips' bytes.</summary>
    /// <exception cref="BadMediaException">A frame that a clip needs can't be had.</exception>
    internal void Read(MediaItem item, byte[] values)
    {
        MediaLibraries.RequireOpenCv();
        _picture ??= new Mat();
        _work ??= new Mat();
        try
        {
            Read(item, VideoTimeline.Of(item), values);
        }
        catch (OpenCVException e)
        {
            throw new BadMediaException($"OpenCV can't decode it ({e.Message.Trim()})");
        }
    }

    public void Dispose()
    {
        _picture?.Dispose();
        _work?.Dispose();
    }

    private void Read(MediaItem item, VideoTimeline timeline, byte[] values)
    {
        // Each turn either succeeds, fails or learns something of the file: first that its rate varies, then how many frames there are.
        while (true)
        {
            RequirePromised(timeline);
            Plan(item, timeline);
            try
            {
                if (item.WithFile(path => TryDecode(path, timeline.InOrder, values)))
                    return;
                timeline = item.WithFile(VideoFile.Count);
            }
            catch (EndOfVideoException end) when (end.Frames > 0 && end.Frames < timeline.Frames && (options.ToleratesDamage || VideoTimeline.IsClose(end.Frames, timeline.Frames)))
            {
                timeline = timeline with { Frames = end.Frames };
            }
            catch (EndOfVideoException end)
            {
                throw new BadMediaException($"it has {timeline.Frames} frames by its own account and frames {_wanted[0].Frame} to {_wanted[^1].Frame} were asked for, but decoding ended after {end.Frames}");
            }
            VideoTimeline.Correct(item, timeline);
        }
    }

    private void RequirePromised(VideoTimeline timeline)
    {
        if (timeline.ClaimedFrames > 0 && !options.ToleratesDamage && !VideoTimeline.IsClose(timeline.Frames, timeline.ClaimedFrames))
            throw new BadMediaException($"it has {timeline.ClaimedFrames} frames by its own account, but only {timeline.Frames} can be decoded");
        if (options.ShortVideo == ShortVideo.Refuse && timeline.Frames < options.Span)
            throw new BadMediaException($"it has {timeline.Frames} frames, and a clip needs {options.Span}");
    }

    /// <summary>Lists the frames that the clips need, in their order in the file.</summary>
    private void Plan(MediaItem item, VideoTimeline timeline)
    {
        _wanted.Clear();
        int slot = 0;
        foreach (int first in ClipPlan.FirstFrames(options, timeline.Frames, item.Name))
        {
            for (int t = 0; t < options.FrameCount; t++)
            {
                int frame = first + t * options.FrameStride;
                frame = options.ShortVideo == ShortVideo.Loop ? frame % timeline.Frames : Math.Min(frame, timeline.Frames - 1);
                _wanted.Add((frame, slot++));
            }
        }
        _wanted.Sort();
    }

    /// <summary>Decodes the frames of the plan in one pass forwards.</summary>
    /// <returns>Whether each frame was shown when its number says; if not, the rate varies or frames are lost.</returns>
    private bool TryDecode(string path, bool inOrder, byte[] values)
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
            video.MoveTo(frame, inOrder);
            video.Read(_picture!);
            if (!inOrder && !video.IsOnTime())
                return false;
            _shape.Write(_picture!, _work!, destination);
            (lastFrame, lastSlot) = (frame, slot);
        }
        return true;
    }
}
