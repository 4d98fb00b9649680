using OpenCvSharp;

namespace GBlend.MLNet;

/// <summary>An open video, read forwards frame by frame, with every frame counted.</summary>
internal sealed class VideoFile : IDisposable
{
    /// <summary>Up to so many frames ahead reading on is cheaper than seeking.</summary>
    private const int SeekDistance = 32;

    /// <summary>OpenCV's property for decoder threads, which its enumeration lacks. One: rows are decoded side by side instead.</summary>
    private const int ThreadsProperty = 70;

    private readonly VideoCapture _capture;
    private readonly bool _hasTimes;
    private readonly Container _container;
    private int _next;

    /// <exception cref="BadMediaException">No video can be read from the file.</exception>
    private VideoFile(string path)
    {
        MediaLibraries.RequireOpenCv();
        _container = Sniff(path);
        // AVI has no times of its own; what is reported for it is wrong where frames are stored out of order.
        _hasTimes = _container != Container.Avi;
        try
        {
            _capture = new VideoCapture(path, VideoCaptureAPIs.FFMPEG, [ThreadsProperty, 1]);
        }
        catch (OpenCVException e)
        {
            throw new BadMediaException($"it can't be opened as a video ({e.Message})");
        }
        if (!_capture.IsOpened())
        {
            _capture.Dispose();
            throw new BadMediaException("it is no video that can be decoded, or it has no video track");
        }
        double claimed = _capture.Get(VideoCaptureProperties.FrameCount), rate = _capture.Get(VideoCaptureProperties.Fps);
        ClaimedFrames = claimed is >= 1 and < int.MaxValue ? (int)claimed : 0;
        FramesPerSecond = rate is > 0.01 and < 10000 ? rate : 0;
    }

    /// <summary>What the container says; 0 if nothing.</summary>
    internal int ClaimedFrames { get; }

    /// <summary>What the container says; 0 if nothing.</summary>
    internal double FramesPerSecond { get; }

    internal static VideoFile Open(string path) => new(path);

    /// <summary>Looks whether frames can be told by their number: first by the kind of file, then by the times of the first frames.</summary>
    internal static VideoTimeline Probe(string path)
    {
        using (var video = Open(path))
        {
            if (video._container != Container.TransportStream && video.ClaimedFrames > 0 && video.FramesPerSecond > 0 && video.StartsSteadily())
                return new VideoTimeline(video.ClaimedFrames, video.FramesPerSecond, false, null);
        }
        return Count(path);
    }

    /// <summary>Reads the whole file and notes when each frame is shown.</summary>
    /// <exception cref="BadMediaException">There is no frame.</exception>
    internal static VideoTimeline Count(string path)
    {
        using var video = Open(path);
        var times = new List<double>();
        while (video._capture.Grab())
            times.Add(Math.Max(video._capture.Get(VideoCaptureProperties.PosMsec) / 1000, times.Count > 0 ? times[^1] : 0));
        if (times.Count == 0)
            throw new BadMediaException("no frame of it can be decoded");
        double length = times[^1] - times[0];
        double rate = times.Count > 1 && length > 0 ? (times.Count - 1) / length : video.FramesPerSecond > 0 ? video.FramesPerSecond : 25;
        return new VideoTimeline(times.Count, rate, true, video._hasTimes && length > 0 ? [.. times.Select(t => t - times[0])] : null)
        {
            ClaimedFrames = video.Claim(times, rate),
        };
    }

    /// <summary>Stands before a frame.</summary>
    /// <param name="frame">Its number from 0, not before the current one where frames are read in order.</param>
    /// <param name="inOrder">Get there by reading, not by seeking.</param>
    /// <exception cref="EndOfVideoException">The video ends before it.</exception>
    internal void MoveTo(int frame, bool inOrder)
    {
        if (!inOrder && (frame < _next || frame - _next > SeekDistance))
        {
            _capture.Set(VideoCaptureProperties.PosFrames, frame);
            _next = frame;
        }
        for (; _next < frame; _next++)
        {
            if (!_capture.Grab())
                throw new EndOfVideoException(_next);
        }
    }

    /// <summary>Decodes the frame it stands before.</summary>
    /// <exception cref="EndOfVideoException">There is none.</exception>
    internal void Read(Mat picture)
    {
        if (!_capture.Read(picture) || picture.Empty())
            throw new EndOfVideoException(_next);
        if (picture.Depth() != MatType.CV_8U)
            throw new BadMediaException("its frames do not have 8-bit values");
        _next++;
    }

    /// <summary>Whether the frame just read is shown when its number says.</summary>
    internal bool IsOnTime() => !_hasTimes || Math.Abs(_capture.Get(VideoCaptureProperties.PosMsec) * FramesPerSecond / 1000 - (_next - 1)) < 0.5;

    public void Dispose() => _capture.Dispose();

    /// <summary>What can be held against the number of frames found; 0 where the container makes no claim.</summary>
    private int Claim(List<double> times, double rate) => _container switch
    {
        // Matroska tells how long it lasts, not how many frames there are.
        Container.Matroska => FramesPerSecond > 0 && times[^1] + 2 / rate < 0.99 * ClaimedFrames / FramesPerSecond ? (int)(ClaimedFrames / FramesPerSecond * rate) : 0,
        Container.TransportStream => 0,
        _ => ClaimedFrames,
    };

    private bool StartsSteadily()
    {
        for (int i = 0; i < 4 && _capture.Grab(); i++)
        {
            _next++;
            if (_hasTimes && Math.Abs(_capture.Get(VideoCaptureProperties.PosMsec) * FramesPerSecond / 1000 - i) > 0.1)
                return false;
        }
        return true;
    }

    /// <summary>Tells the containers that need care by their first bytes.</summary>
    private static Container Sniff(string path)
    {
        byte[] bytes = new byte[600];
        using var file = File.OpenRead(path);
        int count = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        bool HasPackets(int first, int size) => count > first + 2 * size && bytes[first] == 0x47 && bytes[first + size] == 0x47 && bytes[first + 2 * size] == 0x47;
        ReadOnlySpan<byte> head = bytes;
        return HasPackets(0, 188) || HasPackets(4, 192) ? Container.TransportStream
            : head.StartsWith("RIFF"u8) && head[8..].StartsWith("AVI"u8) ? Container.Avi
            : head.StartsWith((ReadOnlySpan<byte>)[0x1A, 0x45, 0xDF, 0xA3]) ? Container.Matroska
            : Container.Other;
    }

    private enum Container
    {
        /// <summary>MP4 and others, which number their frames.</summary>
        Other,
        Avi,
        Matroska,
        TransportStream,
    }
}
