using GBlend.MLNet;
using OpenCvSharp;

namespace AudioVisual;

/// <summary>What is read of the files; where the user did not say, their sizes decide.</summary>
/// <param name="Clip">Of the videos, if there are any.</param>
/// <param name="LogMel">Of the sound, if there is any.</param>
/// <param name="Image">Of the images, if there are any.</param>
/// <param name="Tokens">Of the texts, if there are any.</param>
internal sealed record MediaPlan(VideoClipOptions? Clip, LogMelOptions? LogMel, ImageOptions? Image, TokenIdOptions? Tokens)
{
    public const string Video = "Video", Audio = "Audio", Picture = "Image", Text = "Text";

    /// <summary>Files that are looked at for their sizes.</summary>
    private const int Samples = 32;

    /// <summary>The columns of the modalities.</summary>
    public IReadOnlyList<string> Modalities { get; } =
    [
        .. Clip is null ? [] : new[] { Video },
        .. LogMel is null ? [] : new[] { Audio },
        .. Image is null ? [] : new[] { Picture },
        .. Tokens is null ? [] : new[] { Text },
    ];

    /// <summary>Clips per row.</summary>
    public int Clips => Clip?.ClipsPerVideo ?? 1;

    internal static MediaPlan For(Manifest manifest, CommandLine line)
    {
        var rows = manifest.TrainingRows;
        var sample = Enumerable.Range(0, Math.Min(Samples, rows.Count)).Select(i => rows[(int)((long)i * rows.Count / Math.Min(Samples, rows.Count))]).ToList();
        var clip = manifest.HasVideo ? ClipOptions(sample, line) : null;
        bool hasOwnSound = manifest.HasVideo && !manifest.HasAudio && line.UsesOwnSound;
        var logMel = !manifest.HasAudio && !hasOwnSound ? null : new LogMelOptions
        {
            FrameCount = line.Spectrogram,
            AlignWith = hasOwnSound ? clip : null,
            // Sound in a file of its own has as many parts as the video, at the same places of its length.
            ClipsPerFile = clip?.ClipsPerVideo ?? 1,
            Position = ClipPosition.Even,
        };
        return new MediaPlan(clip, logMel, manifest.HasImage ? ImageSettings(sample, line) : null, manifest.HasText
            ? new TokenIdOptions { Length = line.Tokens, LowerCase = true } : null);
    }

    private static VideoClipOptions ClipOptions(List<MediaRow> sample, CommandLine line)
    {
        var videos = sample.Select(row => Try(() => VideoInfo.Read(row.VideoPath))).OfType<VideoInfo>().ToList();
        if (videos.Count == 0)
            throw new UserErrorException($"None of the first videos can be read, {sample[0].VideoPath} for example.");
        int frames = videos.Min(v => v.Frames), side = videos.Min(v => Math.Min(v.Width, v.Height));
        double rate = videos.Select(v => v.FramesPerSecond).Order().ElementAt(videos.Count / 2);
        int fitting = (frames - 1) / Math.Max(line.ClipLength - 1, 1), second = (int)Math.Round(rate / line.ClipLength);
        int stride = line.Stride ?? Math.Max(1, Math.Min(second, fitting));
        int span = (line.ClipLength - 1) * stride + 1;
        int size = line.Size ?? Math.Min(40, side);
        return new VideoClipOptions
        {
            FrameCount = line.ClipLength,
            FrameStride = stride,
            ClipsPerVideo = line.Clips ?? Math.Clamp(frames / span, 1, 3),
            Position = ClipPosition.Even,
            Height = size,
            Width = size,
            Grayscale = line.Grayscale,
        };
    }

    private static ImageOptions ImageSettings(List<MediaRow> sample, CommandLine line)
    {
        var sides = sample.Select(row => Try(() =>
        {
            using var picture = Cv2.ImRead(row.ImagePath);
            return picture.Empty() ? null : (int?)Math.Min(picture.Width, picture.Height);
        })).OfType<int>().ToList();
        if (sides.Count == 0)
            throw new UserErrorException($"None of the first images can be read, {sample[0].ImagePath} for example.");
        int size = line.ImageSize ?? Math.Min(64, sides.Min());
        return new ImageOptions { Height = size, Width = size, Grayscale = line.Grayscale };
    }

    /// <summary>Passes over files that can't be read: what happens to their rows is decided when they are loaded.</summary>
    private static T? Try<T>(Func<T?> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is InvalidDataException or IOException or OpenCVException or ArgumentException)
        {
            return default;
        }
    }
}
