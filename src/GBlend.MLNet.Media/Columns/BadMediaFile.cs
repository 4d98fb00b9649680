namespace GBlend.MLNet;

/// <summary>A file that could not be used.</summary>
/// <param name="File">Its path as it stands in the column, or what the row has in its place.</param>
/// <param name="Row">The first row with it, counted from 0 in the data that the transform read.</param>
/// <param name="Reason">What is wrong with it.</param>
public sealed record BadMediaFile(string File, long Row, string Reason);
