namespace GBlend.MLNet;

/// <summary>The scaling of the triangles of a mel filterbank.</summary>
public enum MelNormalization
{
    /// <summary>The peak is 1.</summary>
    None,

    /// <summary>Each triangle is scaled by 2 / (its width in Hz), which makes their areas equal, as in Slaney's Auditory Toolbox.</summary>
    Slaney,

    /// <summary>The weights of each band sum to 1, as in the paper's official code.</summary>
    UnitSum,
}
