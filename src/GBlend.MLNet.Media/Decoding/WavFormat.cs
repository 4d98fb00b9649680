namespace GBlend.MLNet;

/// <summary>The numbers that wave files name their formats by.</summary>
internal static class WavFormat
{
    internal const int Pcm = 1, Float = 3, Extensible = 0xFFFE;
}
