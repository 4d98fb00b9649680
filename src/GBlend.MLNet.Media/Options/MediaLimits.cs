namespace GBlend.MLNet;

/// <summary>
/// The limits of how large media may be once they are decoded. Small files can be made that decode to any size; a file beyond a limit is refused
/// before memory is
/// taken for it, as bad media.
/// </summary>
public sealed record MediaLimits
{
    /// <summary>The limits that are used where none are given.</summary>
    public static MediaLimits Default { get; } = new();

    /// <summary>The most pixels (height x width) that an image may have. Default 100,000,000, which take 300 MB while it is decoded.</summary>
    public long MaxImagePixels { get; init; } = 100_000_000;

    /// <summary>The most pixels (height x width) that a frame of a video may have. Default 36,000,000, which is enough for 8192 x 4320.</summary>
    public long MaxFramePixels { get; init; } = 36_000_000;

    /// <summary>The most seconds that a video or a sound may last, from its first packet to the end of its last. Default 86,400, which is a day.</summary>
    public double MaxSeconds { get; init; } = 86_400;

    /// <summary>The most samples that the sound of a file may have in each channel. Default 10,000,000,000, which is more than a day at 96 kHz.</summary>
    public long MaxSamples { get; init; } = 10_000_000_000;

    /// <summary>
    /// The most pixels (frames x height x width) of a video that may be decoded for a row, those of frames that are only decoded because others build
    /// on them included. Default 2,000,000,000,000, which are 9 hours of 1920 x 1080 at 30 frames a second; fewer where videos of strangers must not
    /// take much time.
    /// </summary>
    public long MaxDecodedPixels { get; init; } = 2_000_000_000_000;

    /// <summary>
    /// The most bytes that a decoded row of a column may have; a step whose rows would be larger is refused when it is made. Default 1,073,741,824.
    /// </summary>
    public long MaxRowBytes { get; init; } = 1 << 30;

    internal void Validate()
    {
        Check.AtLeast(MaxImagePixels, 1);
        Check.AtLeast(MaxFramePixels, 1);
        Check.AtLeast(MaxDecodedPixels, 1);
        Check.Positive(MaxSeconds);
        Check.AtLeast(MaxSamples, 1);
        Check.AtLeast(MaxRowBytes, 1);
    }
}
