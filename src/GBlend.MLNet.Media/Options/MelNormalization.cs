namespace GBlend.MLNet;

/// <summary>How the triangles of a mel filterbank are scaled.</summary>
public enum MelNormalization
{
    /// <summary>The peak is 1.</summary>
    None,

    /// <summary>By 2 / (width of the triangle in Hz), which makes their areas equal, as in Slaney's Auditory Toolbox.</summary>
    Slaney,

    /// <summary>The weights of each band sum to 1, as in the paper's official code.</summary>
    UnitSum,
}
