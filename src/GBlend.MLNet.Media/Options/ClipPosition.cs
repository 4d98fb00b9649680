namespace GBlend.MLNet;

/// <summary>Where in a file clips are taken.</summary>
public enum ClipPosition
{
    /// <summary>In the middle; for one clip of a file only.</summary>
    Center,

    /// <summary>At a place drawn under the seed from the text of the path: the same row gives the same clip on every pass.</summary>
    Random,

    /// <summary>
    /// Evenly over the whole file, from its first clip to its last; with one clip, in the middle.
    /// </summary>
    Even,
}
