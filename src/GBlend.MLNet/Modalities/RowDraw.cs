namespace GBlend.MLNet;

/// <summary>
/// What chance decides about a row in an epoch, the same for all its modalities, so that they stay aligned: the same view, the same share of
/// what is left over in time and space, flipped or not. It depends on the seed, the epoch and the row alone, and not on batches, threads or the
/// order of rows.
/// </summary>
/// <param name="View">From 0 to below 1, like the other shares.</param>
/// <param name="Time">Where a clip begins.</param>
/// <param name="Vertical">Where a crop begins.</param>
/// <param name="Horizontal">Where a crop begins.</param>
/// <param name="Flip">Flipped when below the probability of it.</param>
internal readonly record struct RowDraw(double View, double Time, double Vertical, double Horizontal, double Flip)
{
    /// <param name="seed">Of the epoch.</param>
    /// <param name="row">The row.</param>
    internal static RowDraw Of(int seed, int row)
    {
        var stream = new DrawStream(seed, row, 0);
        return new(stream.Next(), stream.Next(), stream.Next(), stream.Next(), stream.Next());
    }
}

/// <summary>Numbers from 0 to below 1 that follow from a seed, a row and a purpose (SplitMix64: Steele, Lea and Flood, OOPSLA 2014).</summary>
internal struct DrawStream(int seed, int row, int purpose)
{
    private ulong _state = Mix(((ulong)(uint)seed << 32 | (uint)row) + 0x9E3779B97F4A7C15 * (ulong)(purpose + 1));

    internal double Next() => (Mix(_state += 0x9E3779B97F4A7C15) >> 11) * (1.0 / (1UL << 53));

    /// <summary>A whole number from 0 to <paramref name="most"/>.</summary>
    internal int Next(int most) => (int)(Next() * (most + 1));

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
