namespace GBlend.MLNet;

/// <summary>What all transforms on media files have in common.</summary>
public abstract class MediaFileOptions : MediaOptions
{
    private protected MediaFileOptions()
    {
    }

    /// <summary>The folder that paths are relative to. Default: the process's current folder.</summary>
    public string? Folder { get; set; }

    /// <summary>Makes sure that clips are not all the same.</summary>
    private protected static void ValidatePosition(ClipPosition position, int clips, string setting)
    {
        if (!Enum.IsDefined(position))
            throw new ArgumentException("Position must be a value of its type.");
        if (clips > 1 && position == ClipPosition.Center)
            throw new ArgumentException($"{setting} is {clips}, but with Position = ClipPosition.Center all of them would be the same. Set Position to ClipPosition.Even or ClipPosition.Random.");
    }
}
