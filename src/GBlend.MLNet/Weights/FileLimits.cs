namespace GBlend.MLNet;

/// <summary>What is read of files at most.</summary>
internal static class FileLimits
{
    /// <summary>Bytes of settings.</summary>
    internal const int MostSettings = 64 << 20;

    /// <summary>Bytes of weights: those of an array.</summary>
    internal const int MostWeights = 0x7FFFFFC7;
}
