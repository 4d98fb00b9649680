namespace GBlend.MLNet;

/// <summary>The settings of <c>ml.Transforms.LoadVideoClip</c>.</summary>
public sealed class VideoClipOptions : MediaFileOptions
{
    /// <summary>Frames of a clip. Default 16.</summary>
    public int FrameCount { get; set; } = 16;

    /// <summary>Every how many frames of the video one is taken. Default 2.</summary>
    public int FrameStride { get; set; } = 2;

    /// <summary>
    /// Where clips are taken. Default: in the middle, where there is room for one clip only: with more, take <see cref="ClipPosition.Even"/> or <see
    /// cref="ClipPosition.Random"/>.
    /// </summary>
    public ClipPosition Position { get; set; }

    /// <summary>
    /// Clips taken from each video. More than one gives the column one more, leading dimension and needs another <see cref="Position"/> than the
    /// default. Default 1.
    /// </summary>
    public int ClipsPerVideo { get; set; } = 1;

    /// <summary>The seed of <see cref="ClipPosition.Random"/>. Default 0.</summary>
    public int Seed { get; set; }

    /// <summary>Height of the frames that come out, in pixels. Default 112.</summary>
    public int Height { get; set; } = 112;

    /// <summary>Width of the frames that come out, in pixels. Default 112.</summary>
    public int Width { get; set; } = 112;

    /// <summary>
    /// The length in pixels that the shorter side of a frame is scaled to before <see cref="Height"/> x <see cref="Width"/> are cut from the
    /// middle. Default (<see langword="null"/>): as small as the cut allows. No aspect ratio is changed, and where the cut would be larger than
    /// the scaled frame the frame is scaled up to it.
    /// </summary>
    public int? ShortSide { get; set; }

    /// <summary>
    /// Scale frames to exactly <see cref="Height"/> x <see cref="Width"/> without cutting, whatever that does to the aspect ratio. Default false.
    /// </summary>
    public bool Stretch { get; set; }

    /// <summary>One channel of brightness instead of red, green and blue. Default false.</summary>
    public bool Grayscale { get; set; }

    /// <summary>What happens where a video has fewer frames than a clip needs. Default: it starts again.</summary>
    public ShortVideo ShortVideo { get; set; }

    /// <summary>
    /// Use what can be decoded of a file that promises more frames than it has, as truncated and damaged files do. Default false: such a
    /// file is bad where a clip would need frames that are not there.
    /// </summary>
    public bool ToleratesDamage { get; set; }

    internal int Channels => Grayscale ? 1 : 3;

    /// <summary>Frames from the first to the last of a clip, those between included.</summary>
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
