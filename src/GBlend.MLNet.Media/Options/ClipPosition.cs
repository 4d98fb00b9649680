namespace GBlend.MLNet;

/// <summary>The place in a file where clips are taken.</summary>
public enum ClipPosition
{
    /// <summary>The clip is the middle of the file. This is for one clip of a file only.</summary>
    Center,

    /// <summary>Each clip is at a random place, drawn from the seed and the text of the path: the same row gives the same clip on every pass.</summary>
    Random,

    /// <summary>
    /// Clips are spread evenly over the whole file: the first is at its start and the last at its end. A single clip is in the middle.
    /// </summary>
    Even,
}
