namespace GBlend.MLNet;

/// <summary>Which branches a network has, known before it is trained.</summary>
internal static class BranchLayout
{
    internal const string Joint = "Joint";

    /// <summary>The names in the order of <see cref="TrainingHistory.Branches"/>.</summary>
    internal static IReadOnlyList<string> Names(IReadOnlyList<string> modalities, Blending blending)
    {
        if (modalities.Count == 1)
            return modalities;
        return [.. blending.HasHeads ? modalities : [], .. blending.HasJoint ? (string[])[Joint] : []];
    }
}
