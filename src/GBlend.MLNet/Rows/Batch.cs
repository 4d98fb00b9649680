using static TorchSharp.torch;

namespace GBlend.MLNet;

/// <summary>Rows as tensors on the device: per modality [rows, shape...], and the targets.</summary>
internal sealed record Batch(IReadOnlyList<Tensor> Inputs, Tensor Targets)
{
    /// <summary>The share of the rows of a step; below 1 when a step takes several micro-batches.</summary>
    internal double Share { get; init; } = 1;

    /// <summary>Whether the step has no more rows.</summary>
    internal bool EndsStep { get; init; } = true;

    internal long Rows => Targets.shape[0];
}
