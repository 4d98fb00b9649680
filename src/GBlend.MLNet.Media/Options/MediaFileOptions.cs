namespace GBlend.MLNet;

/// <summary>The settings that all transforms on media files have.</summary>
public abstract class MediaFileOptions : MediaOptions
{
    private protected MediaFileOptions()
    {
    }

    /// <summary>The folder that paths are relative to. Default: the process's current folder.</summary>
    public string? Folder { get; set; }

    /// <summary>
    /// The limits of how large files may be once they are decoded; a file beyond one is bad media. Default: <see cref="MediaLimits.Default"/>.
    /// </summary>
    public MediaLimits Limits { get; set; } = MediaLimits.Default;

    internal override void Validate()
    {
        base.Validate();
        ArgumentNullException.ThrowIfNull(Limits);
        Limits.Validate();
    }

    /// <summary>A product that can't overflow: sizes beyond what a vector holds are all the same.</summary>
    private protected static long Bytes(int groups, int items, long size) => (long)Math.Min((double)groups * items * size, long.MaxValue / 2);

    /// <summary>Makes sure that a row is not larger than one vector can hold, nor than the limit.</summary>
    private protected void ValidateRow(long bytes, string what)
    {
        if (bytes > Array.MaxLength)
            throw new ArgumentException($"A row of {what} is more than one vector can hold. Take fewer or smaller ones.");
        if (bytes > Limits.MaxRowBytes)
            throw new ArgumentException($"A row of {what} has {bytes} bytes, and Limits.{nameof(MediaLimits.MaxRowBytes)} allows {Limits.MaxRowBytes}. Take "
                + $"fewer or smaller ones, or raise the limit.");
    }

    /// <summary>Makes sure that clips are not all the same.</summary>
    private protected static void ValidatePosition(ClipPosition position, int clips, string setting)
    {
        if (!Enum.IsDefined(position))
            throw new ArgumentException("Position must be a value of its type.");
        if (clips > 1 && position == ClipPosition.Center)
            throw new ArgumentException($"{setting} is {clips}, but with Position = ClipPosition.Center all of them would be the same. Set Position to "
                + $"ClipPosition.Even or ClipPosition.Random.");
    }
}
