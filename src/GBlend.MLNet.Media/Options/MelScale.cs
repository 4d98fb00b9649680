namespace GBlend.MLNet;

/// <summary>How frequencies in Hz become mel.</summary>
public enum MelScale
{
    /// <summary>2595 log10(1 + f / 700), as in HTK; the paper's official code has the same scale.</summary>
    Htk,

    /// <summary>Linear below 1000 Hz and logarithmic above, as in Slaney's Auditory Toolbox and librosa.</summary>
    Slaney,
}
