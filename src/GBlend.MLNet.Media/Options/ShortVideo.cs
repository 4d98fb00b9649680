namespace GBlend.MLNet;

/// <summary>What happens where a video has fewer frames than a clip needs.</summary>
public enum ShortVideo
{
    /// <summary>The video starts again.</summary>
    Loop,

    /// <summary>The last frame is repeated.</summary>
    HoldLastFrame,

    /// <summary>The file counts as bad.</summary>
    Refuse,
}
