using static TorchSharp.torch;

namespace GBlend.MLNet;

/// <summary>Rows as tensors on the device: per modality [rows, shape...], and the targets.</summary>
internal sealed record Batch(IReadOnlyList<Tensor> Inputs, Tensor Targets)
{
    /// <summary>How much each row counts, [rows], with a mean of 1 over all rows to train on; <see langword="null"/> when all count alike.</summary>
    internal Tensor? Weights { get; init; }

    /// <summary>
    /// Per modality 1 for each row that has it and 0 for the others, [rows], or <see langword="null"/> when all have it; <see langword="null"/> when
    /// all rows have all.
    /// </summary>
    internal IReadOnlyList<Tensor?>? Presence { get; init; }

    /// <summary>
    /// As <see cref="Presence"/>, what joint branches hear of the rows: nothing of a modality that dropout hides. <see langword="null"/> when they hear
    /// all that is there.
    /// </summary>
    internal IReadOnlyList<Tensor?>? Heard { get; init; }

    /// <summary>The share of the rows of a step; below 1 when a step takes several micro-batches.</summary>
    internal double Share { get; init; } = 1;

    /// <summary>Whether the step has no more rows.</summary>
    internal bool EndsStep { get; init; } = true;

    internal long Rows => Targets.shape[0];

    /// <summary>All that is in it.</summary>
    internal IEnumerable<Tensor> Tensors => Inputs.Append(Targets).Append(Weights).Concat(Presence ?? []).Concat(Heard ?? []).OfType<Tensor>();

    /// <summary>
    /// How much each row counts in the loss of a branch, [rows]: its weight, and nothing in the head of a modality that it lacks;
    /// <see langword="null"/> when all count alike.
    /// </summary>
    /// <param name="branch">The modality's index; the number of modalities for the joint branch.</param>
    /// <remarks>
    /// A row counts as much in a head as it would in a training on the rows that have the modality: what is learned in an epoch is then the same, and steps
    /// of few rows are small.
    /// </remarks>
    internal Tensor? WeightsOf(int branch) => (branch < Presence?.Count ? Presence[branch] : null) is { } isThere ? Weights?.mul(isThere) ?? isThere : Weights;

    /// <summary>The same for several heads at once, [heads or 1, rows, 1].</summary>
    /// <param name="heads">Modalities.</param>
    internal Tensor? WeightsOf(IReadOnlyList<int> heads) => heads.All(h => Presence?[h] is null)
        ? Weights?.view(1, -1, 1)
        : stack([.. heads.Select(h => WeightsOf(h) ?? Presence!.First(p => p is not null)!.new_ones(Rows))]).unsqueeze(2);

    /// <summary>The same rows with every tensor changed alike.</summary>
    internal Batch Select(Func<Tensor, Tensor> change) => this with
    {
        Inputs = [.. Inputs.Select(change)],
        Targets = change(Targets),
        Weights = Weights is null ? null : change(Weights),
        Presence = Changed(Presence, change),
        Heard = Changed(Heard, change),
    };

    private static Tensor?[]? Changed(IReadOnlyList<Tensor?>? tensors, Func<Tensor, Tensor> change) =>
        tensors?.Select(tensor => tensor is null ? null : change(tensor)).ToArray();
}
