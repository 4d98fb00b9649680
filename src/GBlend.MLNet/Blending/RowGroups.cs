namespace GBlend.MLNet;

/// <summary>Which measured rows belong together: the groups of the sampling key.</summary>
/// <param name="Train">The group of each measured training row.</param>
/// <param name="HeldOut">The group of each held-out row.</param>
internal sealed record RowGroups(int[] Train, int[] HeldOut);
