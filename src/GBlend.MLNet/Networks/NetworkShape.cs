namespace GBlend.MLNet;

/// <summary>What the network is made of.</summary>
/// <param name="Modalities">One or more.</param>
/// <param name="Fusion">The joint branch's fusion.</param>
/// <param name="Outputs">Classes, labels or 1.</param>
/// <param name="HasHeads">Whether each modality has a head of its own.</param>
/// <param name="HasJoint">Whether there is a joint branch.</param>
internal sealed record NetworkShape(IReadOnlyList<ModalitySpec> Modalities, Fusion Fusion, int Outputs, bool HasHeads, bool HasJoint)
{
    /// <summary>What the history calls the joint branch.</summary>
    internal string JointName { get; init; } = BranchNames.Joint;

    /// <summary>The branches there are: modalities by index, the joint branch as the number of modalities.</summary>
    internal IReadOnlyList<int> Branches =>
        [.. HasHeads ? Enumerable.Range(0, Modalities.Count) : [], .. HasJoint ? new[] { Modalities.Count } : []];

    internal int JointBranch => Modalities.Count;

    /// <summary>Per modality whether the joint branch has a vector that stands for it where a row lacks it.</summary>
    internal IReadOnlyList<bool> HasPlaceholder => [.. Modalities.Select(m => m.HasPlaceholder)];

    /// <summary>The branches as the answer and the history see them.</summary>
    internal IEnumerable<HeadInfo> Heads => Branches.Select(branch => new HeadInfo(NameOf(branch), branch == JointBranch ? null : branch));

    /// <summary>The tensors of the network by the names that <see cref="JointNetwork.Tensors"/> gives them, told without building it.</summary>
    /// <param name="encoders">Of each modality's encoder.</param>
    internal IEnumerable<NamedShape> Describe(IReadOnlyList<EncoderLayout> encoders)
    {
        var parts = encoders.SelectMany((e, i) => e.Tensors.Under($"encoders.{i}"));
        if (HasHeads)
            parts = parts.Concat(encoders.SelectMany((e, i) => LayerShapes.Linear($"heads.{i}", e.FeatureWidth, Outputs)));
        return HasJoint ? parts.Concat(Fusion.Describe(encoders, Outputs, HasPlaceholder).Under("joint")) : parts;
    }

    internal string NameOf(int branch) => branch == JointBranch ? JointName : Modalities[branch].Column;
}
