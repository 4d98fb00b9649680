namespace GBlend.MLNet;

/// <summary>A file that could not be used, or was used although it is damaged.</summary>
/// <param name="File">Its path as it stands in the column, or what the row has in its place.</param>
/// <param name="Row">The first row with it, counted from 0 in the data that the transform read.</param>
/// <param name="Reason">The reason why it is bad.</param>
public sealed record BadMediaFile(string File, long Row, string Reason)
{
    /// <summary>
    /// A value that says whether the file was used all the same, as <c>TolerateDamage</c> allows. Otherwise its rows were left out or went
    /// without this modality.
    /// </summary>
    public bool WasUsed { get; init; }

    /// <summary>
    /// The number of damaged frames among those that were decoded for the file's clips, which the decoder filled in or left out; 0 for files
    /// that were not used, and for sound and images.
    /// </summary>
    public int ConcealedFrames { get; init; }
}
