namespace GBlend.MLNet;

/// <summary>The scale by which frequencies in Hz become mel.</summary>
public enum MelScale
{
    /// <summary>A frequency f becomes 2595 log10(1 + f / 700), as in HTK; the paper's official code has the same scale.</summary>
    Htk,

    /// <summary>The scale is linear below 1000 Hz and logarithmic above, as in Slaney's Auditory Toolbox and librosa.</summary>
    Slaney,
}
