namespace GBlend.MLNet;

/// <summary>What all transforms on media files have in common.</summary>
public abstract class MediaFileOptions : MediaOptions
{
    private protected MediaFileOptions()
    {
    }

    /// <summary>The folder that paths are relative to. Default: the process's current folder.</summary>
    public string? Folder { get; set; }
}
