using OpenCvSharp;

namespace GBlend.MLNet;

/// <summary>What is in a video file, so that clips can be planned and counted.</summary>
/// <param name="Frames">Frames that are shown, found by their packets; the container's own claim is not trusted.</param>
/// <param name="FramesPerSecond">The rate, or the mean rate where it varies.</param>
/// <param name="Width">Of a frame, in pixels.</param>
/// <param name="Height">Of a frame, in pixels.</param>
public sealed record VideoInfo(int Frames, double FramesPerSecond, int Width, int Height)
{
    /// <summary>The length.</summary>
    public double Seconds => Frames / FramesPerSecond;

    /// <summary>Looks into a file; nothing is decoded.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InvalidDataException">It is missing, empty, or no video; the message says which.</exception>
    /// <exception cref="InvalidOperationException">OpenCV's native library does not load; the message has the command that cures it.</exception>
    public static VideoInfo Read(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        try
        {
            var item = MediaItem.OfFile(path);
            var timeline = VideoTimeline.Of(item);
            using var video = VideoFile.Open(item.Path!);
            var (width, height) = video.FrameSize;
            return new VideoInfo(timeline.Frames, timeline.FramesPerSecond, width, height);
        }
        catch (BadMediaException e)
        {
            throw new InvalidDataException($"'{path}' can't be used as a video: {e.Message}.", e);
        }
        catch (OpenCVException e)
        {
            throw new InvalidDataException($"'{path}' can't be used as a video: OpenCV can't decode it ({e.Message.Trim()}).", e);
        }
    }
}
