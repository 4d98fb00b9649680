namespace GBlend.MLNet;

/// <summary>Damage of a file that was used all the same.</summary>
/// <param name="ConcealedFrames">Frames of a video that were damaged, and filled in or left out by the decoder.</param>
/// <param name="Reason">What is wrong with it.</param>
internal sealed record ToleratedDamage(int ConcealedFrames, string Reason);
