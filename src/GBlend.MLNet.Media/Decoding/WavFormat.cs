namespace GBlend.MLNet;

/// <summary>How the samples of a wave file are written.</summary>
/// <param name="Coding">The number that wave files name it by.</param>
/// <param name="Channels">Channels.</param>
/// <param name="Rate">Samples per second.</param>
/// <param name="Bits">Bits of a sample.</param>
internal sealed record WavFormat(int Coding, int Channels, int Rate, int Bits)
{
    internal const int Pcm = 1, Float = 3, Extensible = 0xFFFE;

    /// <summary>Whether this library reads it itself.</summary>
    internal bool IsSupported => (Coding == Pcm && Bits is 8 or 16 or 24 or 32) || (Coding == Float && Bits is 32 or 64);

    /// <summary>Bytes of the samples of all channels at one time.</summary>
    internal int Block => Channels * Bits / 8;
}
