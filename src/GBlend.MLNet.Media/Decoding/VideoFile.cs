using OpenCvSharp;

namespace GBlend.MLNet;

/// <summary>An open video, read forwards frame by frame, with every frame counted.</summary>
internal sealed class VideoFile : IDisposable
{
    /// <summary>Up to so many frames ahead reading on is cheaper than seeking.</summary>
    private const int SeekDistance = 32;

    /// <summary>OpenCV's property for decoder threads, which its enumeration lacks. One: rows are decoded side by side instead.</summary>
    private const int ThreadsProperty = 70;

    /// <summary>As the format that is asked for: packets as they are in the file, not decoded.</summary>
    private const int Packets = -1;

    private readonly VideoCapture _capture;
    private readonly Container _container;
    private readonly string _path;
    private int _next;

    /// <exception cref="BadMediaException">No video can be read from the file.</exception>
    private VideoFile(string path, params int[] settings)
    {
        MediaLibraries.RequireOpenCv();
        _container = Sniff(path);
        _path = path;
        _capture = new VideoCapture(path, VideoCaptureAPIs.FFMPEG, [ThreadsProperty, 1, .. settings]);
        if (!_capture.IsOpened())
        {
            _capture.Dispose();
            throw new BadMediaException("it is no video that can be decoded, or it has no video track");
        }
    }

    private enum Container
    {
        /// <summary>MP4 and others, which number their frames.</summary>
        Other,

        /// <summary>Has no times of its own; what is reported for it is wrong where frames are stored out of order.</summary>
        Avi,

        /// <summary>Tells how long it lasts, not how many frames there are.</summary>
        Matroska,

        /// <summary>Tells nothing, and seeking in it is not exact.</summary>
        TransportStream,
    }

    private bool HasTimes => _container != Container.Avi;

    private double Seconds => _capture.Get(VideoCaptureProperties.PosMsec) / 1000;

    /// <summary>Width and height of its frames as the container has them, in pixels.</summary>
    internal (int Width, int Height) FrameSize => (_capture.FrameWidth, _capture.FrameHeight);

    /// <summary>Opens a video at its start.</summary>
    internal static VideoFile Open(string path) => new(path);

    /// <summary>Finds the frames by their packets, without decoding.</summary>
    /// <exception cref="BadMediaException">There is no frame.</exception>
    internal static VideoTimeline Scan(string path)
    {
        using var video = new VideoFile(path, (int)VideoCaptureProperties.Format, Packets);
        var times = video.Times();
        double rate = video.Rate(times);
        // Packets before the start are decoded for others' sake and not shown.
        times.RemoveAll(time => time < -0.5 / rate);
        times.Sort();
        bool isSteady = !video.HasTimes || !times.Where((time, i) => Math.Abs(time * rate - i) > 0.1).Any();
        return video.Timeline(times, times, rate, inOrder: !isSteady || video._container == Container.TransportStream);
    }

    /// <summary>Finds the frames by decoding them all.</summary>
    /// <param name="path">The video.</param>
    /// <param name="scanned">The frames by their packets.</param>
    /// <exception cref="BadMediaException">There is no frame.</exception>
    internal static VideoTimeline Count(string path, VideoTimeline scanned)
    {
        using var video = Open(path);
        var times = video.Times();
        return video.Timeline(times, scanned.Times, video.Rate(times), inOrder: true);
    }

    /// <summary>Stands before a frame.</summary>
    /// <param name="frame">Its number from 0, not before the current one where frames are read in order.</param>
    /// <param name="inOrder">Get there by reading, not by seeking.</param>
    /// <returns>Whether there is such a frame.</returns>
    internal bool TryMoveTo(int frame, bool inOrder)
    {
        if (!inOrder && (frame < _next || frame - _next > SeekDistance))
        {
            _capture.Set(VideoCaptureProperties.PosFrames, frame);
            _next = frame;
        }
        for (; _next < frame; _next++)
        {
            if (!_capture.Grab())
                return false;
        }
        return true;
    }

    /// <summary>Decodes the frame it stands before.</summary>
    /// <returns>Whether there was one, and the one that the timeline has at this place.</returns>
    internal bool TryRead(Mat picture, VideoTimeline timeline)
    {
        if (!_capture.Read(picture) || picture.Empty())
            return false;
        int frame = _next++;
        return !HasTimes || Math.Abs(Seconds - timeline.Times[frame]) < 0.45 * timeline.LeastGap + 0.0005;
    }

    public void Dispose() => _capture.Dispose();

    /// <summary>Reads to the end and notes when each packet or frame is shown.</summary>
    private List<double> Times()
    {
        var times = new List<double>();
        while (_capture.Grab())
            times.Add(Seconds);
        return times.Count > 0 ? times : throw new BadMediaException("it has no frame that can be decoded");
    }

    private double Rate(List<double> times)
    {
        double said = _capture.Get(VideoCaptureProperties.Fps), length = times.Max() - times.Min();
        return said is > 0.01 and < 10000 ? said : times.Count > 1 && length > 0 ? (times.Count - 1) / length : 25;
    }

    private VideoTimeline Timeline(List<double> times, IReadOnlyList<double> listed, double rate, bool inOrder) =>
        new(HasTimes ? [.. times] : [.. times.Select((_, i) => i / rate)], rate, inOrder, ClaimedFrames(times, listed, rate));

    /// <summary>What can be held against the number of frames found; 0 where the container makes no claim.</summary>
    /// <param name="times">When the frames found are shown.</param>
    /// <param name="listed">When those are shown that have packets.</param>
    /// <param name="rate">Frames per second.</param>
    private int ClaimedFrames(List<double> times, IReadOnlyList<double> listed, double rate)
    {
        double claimed = _capture.Get(VideoCaptureProperties.FrameCount), length = claimed / rate;
        if (claimed is not (>= 1 and < int.MaxValue) || _container == Container.TransportStream)
            return 0;
        // Matroska's length is that of its longest track, and AVI counts chunks without a picture. Where nothing of the file is missing its packets are all there were.
        if (claimed > listed.Count && _container is (Container.Matroska or Container.Avi) && ContainerFile.IsWhole(_path))
            (claimed, length) = (listed.Count, listed[^1] + 1 / rate);
        if (_container != Container.Matroska)
            return (int)claimed;
        // OpenCV's number is the length times the rate. If the last frame is shown at the end all is there, however many frames that are.
        double end = times[^1] + 2 * Math.Max(1 / rate, times.Count > 1 ? times[^1] / (times.Count - 1) : 0);
        return end >= 0.99 * length ? 0 : (int)Math.Max(claimed, times.Count * length / Math.Max(end, 1e-3));
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
}
