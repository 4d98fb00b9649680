namespace GBlend.MLNet;

/// <summary>The facts of a video file by which clips can be planned and counted.</summary>
/// <param name="Frames">Frames that are shown, found by their packets; the container's own claim is not trusted.</param>
/// <param name="FramesPerSecond">The rate, or the mean rate where it varies.</param>
/// <param name="Width">Width of the first frame as it is shown, in pixels.</param>
/// <param name="Height">Height of the first frame as it is shown, in pixels.</param>
public sealed record VideoInfo(int Frames, double FramesPerSecond, int Width, int Height)
{
    /// <summary>The length of the video in seconds: its frames divided by their rate.</summary>
    public double Seconds => Frames / FramesPerSecond;

    /// <summary>
    /// Looks into a file. Nothing is decoded unless the file leaves a doubt whether its packets are its frames. Of several video tracks it is the
    /// default one that counts, or else the first.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="limits">How large the file may be once it is decoded. Default: <see cref="MediaLimits.Default"/>.</param>
    /// <exception cref="InvalidDataException">The file is missing, empty, beyond a limit, or no video; the message says which.</exception>
    /// <exception cref="IOException">The machine keeps the file from being read.</exception>
    /// <exception cref="InvalidOperationException">FFmpeg's libraries do not load; the message has the command that cures it.</exception>
    public static VideoInfo Read(string path, MediaLimits? limits = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        try
        {
            var video = MediaTimeline.VideoOf(MediaItem.OfFile(path), ReadingRules.Plain(limits));
            return new VideoInfo(video.Frames, video.FramesPerSecond, video.Width, video.Height);
        }
        catch (BadMediaException e)
        {
            throw new InvalidDataException($"'{path}' can't be used as a video: {e.Message}.", e);
        }
    }
}
