namespace GBlend.MLNet;

/// <summary>The treatment of a video that has fewer frames than a clip needs.</summary>
public enum ShortVideo
{
    /// <summary>The clip goes on with the first frame of the video.</summary>
    Loop,

    /// <summary>The clip is filled up with the last frame of the video.</summary>
    HoldLastFrame,

    /// <summary>The file counts as bad, and <see cref="MediaOptions.OnBadMedia"/> says what happens.</summary>
    Refuse,
}
