using System.Text.Json.Serialization;

namespace GBlend.MLNet;

/// <summary>The settings of <c>ml.Transforms.LoadVideoClip</c>.</summary>
public sealed class VideoClipOptions : MediaFileOptions
{
    /// <summary>The number of frames of a clip. Default 16.</summary>
    public int FrameCount { get; set; } = 16;

    /// <summary>The distance between two frames of a clip, in frames of the video: 1 takes every frame, 2 every second one. Default 2.</summary>
    public int FrameStride { get; set; } = 2;

    /// <summary>
    /// The place in a video where clips are taken. By default it is the middle, which is for one clip only; with more, take <see cref="ClipPosition.Even"/>
    /// or <see cref="ClipPosition.Random"/>.
    /// </summary>
    public ClipPosition Position { get; set; }

    /// <summary>
    /// The number of clips taken from each video. With more than one the column has one more dimension, the first,
    /// and needs another <see cref="Position"/> than the default. Default 1.
    /// </summary>
    public int ClipsPerVideo { get; set; } = 1;

    /// <summary>The seed of <see cref="ClipPosition.Random"/>. Default 0.</summary>
    public int Seed { get; set; }

    /// <summary>The height of the frames that come out, in pixels. Default 112.</summary>
    public int Height { get; set; } = 112;

    /// <summary>The width of the frames that come out, in pixels. Default 112.</summary>
    public int Width { get; set; } = 112;

    /// <summary>
    /// The length in pixels that the shorter side of a frame is scaled to before <see cref="Height"/> x <see cref="Width"/> are cut from the
    /// middle. Default (<see langword="null"/>): as small as the cut allows. No aspect ratio is changed, and where the cut would be larger than
    /// the scaled frame the frame is scaled up to it.
    /// </summary>
    public int? ShortSide { get; set; }

    /// <summary>
    /// A value that says whether frames are scaled to exactly <see cref="Height"/> x <see cref="Width"/> without cutting, even if that changes the
    /// aspect ratio. Default <see langword="false"/>.
    /// </summary>
    public bool Stretch { get; set; }

    /// <summary>A value that says whether there is one channel of brightness instead of red, green and blue. Default <see langword="false"/>.</summary>
    public bool Grayscale { get; set; }

    /// <summary>The treatment of a video that has fewer frames than a clip needs. By default the clip goes on with the first frame.</summary>
    public ShortVideo ShortVideo { get; set; }

    /// <summary>
    /// A value that says whether what can be decoded is used of a file that promises more frames than it has, as truncated and damaged files do.
    /// Default <see langword="false"/>: such a file is bad where a clip would need frames that are not there.
    /// </summary>
    [JsonPropertyName("ToleratesDamage")]
    public bool TolerateDamage { get; set; }

    internal int Channels => Grayscale ? 1 : 3;

    /// <summary>The number of frames of the video from the first to the last frame of a clip, those between included.</summary>
    internal int Span => (FrameCount - 1) * FrameStride + 1;

    internal FrameShape Shape => new(Height, Width, Channels, ShortSide, Stretch);

    internal override void Validate()
    {
        base.Validate();
        Check.AtLeast(FrameCount, 1);
        Check.AtLeast(FrameStride, 1);
        Check.AtLeast(ClipsPerVideo, 1);
        ValidatePosition(Position, ClipsPerVideo, nameof(ClipsPerVideo));
        Shape.Validate();
        if ((long)FrameCount * FrameStride > int.MaxValue)
            throw new ArgumentException($"A clip of {FrameCount} frames, each {FrameStride} after the one before, is longer than any video.");
        ValidateRow(Bytes(ClipsPerVideo, FrameCount, Shape.Size), $"{ClipsPerVideo} clips of {FrameCount} frames of {Height} x {Width} pixels");
        if (!Enum.IsDefined(ShortVideo))
            throw new ArgumentException("ShortVideo must be a value of its type.");
    }
}
