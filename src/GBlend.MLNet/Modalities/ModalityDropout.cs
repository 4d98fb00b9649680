namespace GBlend.MLNet;

/// <summary>
/// Hides modalities from the joint branches in some training rows, which then learn to do without. What is hidden depends on the seed, the epoch and the row
/// alone, like all that is random about rows.
/// </summary>
internal static class ModalityDropout
{
    private const int Purpose = 2;

    /// <summary>Says which modalities of a row are heard.</summary>
    /// <param name="seed">Of the epoch.</param>
    /// <param name="row">The row.</param>
    /// <param name="shares">Per modality the probability that it is hidden.</param>
    /// <param name="isThere">Per modality whether the row has it.</param>
    /// <param name="isHeard">Receives whether it is heard: at least one that is there.</param>
    internal static void Draw(int seed, int row, ReadOnlySpan<double> shares, ReadOnlySpan<bool> isThere, Span<bool> isHeard)
    {
        var stream = new DrawStream(seed, row, Purpose);
        int last = -1;
        double highest = -1;
        bool hearsAny = false;
        for (int m = 0; m < shares.Length; m++)
        {
            double draw = stream.Next();
            isHeard[m] = isThere[m] && draw >= shares[m];
            hearsAny |= isHeard[m];
            // Were all hidden, the draws in units of their shares would be alike, so that the highest is of each with the same probability.
            if (isThere[m] && shares[m] > 0 && draw / shares[m] > highest)
                (last, highest) = (m, draw / shares[m]);
        }
        if (!hearsAny && last >= 0)
            isHeard[last] = true;
    }
}
