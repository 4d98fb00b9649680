namespace GBlend.MLNet;

/// <summary>Where gradients don't flow.</summary>
/// <param name="Frozen">Per modality whether its encoder stays as it is; <see langword="null"/> when none does.</param>
/// <param name="Joint">Whether the joint branch teaches no encoder.</param>
/// <param name="Heads">Whether the heads teach no encoder.</param>
internal readonly record struct GradientCuts(IReadOnlyList<bool>? Frozen, bool Joint, bool Heads)
{
    internal bool Freezes(int modality) => Frozen is { } frozen && frozen[modality];
}
