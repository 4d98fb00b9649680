namespace GBlend.MLNet;

/// <summary>The tensors of torch's layers, by the names that torch gives them.</summary>
internal static class LayerShapes
{
    internal static IEnumerable<NamedShape> Linear(string name, long inputs, long outputs, bool bias = true) => Weight(name, bias, outputs, inputs);

    /// <summary>A convolution of any number of dimensions.</summary>
    internal static IEnumerable<NamedShape> Convolution(string name, long inputsOfGroup, long outputs, ReadOnlySpan<long> kernel, bool bias = false) =>
        Weight(name, bias, [outputs, inputsOfGroup, .. kernel]);

    internal static IEnumerable<NamedShape> LayerNorm(string name, long width) => Weight(name, true, width);

    /// <summary>That of <see cref="GBlend.MLNet.BatchNorm"/>.</summary>
    internal static IEnumerable<NamedShape> BatchNorm(string name, long channels) =>
    [
        .. Weight(name, true, channels), new($"{name}.running_mean", [channels]), new($"{name}.running_var", [channels]),
        new($"{name}.num_batches_tracked", []),
    ];

    /// <summary>The layers that <see cref="Layers.AppendMlp"/> appends.</summary>
    /// <param name="stack">The name of the stack.</param>
    /// <param name="first">How many layers are in the stack before them.</param>
    /// <param name="inputs">The width that comes in.</param>
    /// <param name="widths">The widths of the layers.</param>
    /// <param name="dropout">The share of activations dropped after each.</param>
    internal static IEnumerable<NamedShape> Mlp(string stack, int first, long inputs, IReadOnlyList<int> widths, float dropout)
    {
        foreach (int width in widths)
        {
            foreach (var tensor in Linear($"{stack}.{first}", inputs, width))
                yield return tensor;
            inputs = width;
            first += dropout > 0 ? 3 : 2;
        }
    }

    /// <summary>The same tensors as parts of a larger module.</summary>
    internal static IEnumerable<NamedShape> Under(this IEnumerable<NamedShape> tensors, string name) =>
        tensors.Select(t => t with { Name = $"{name}.{t.Name}" });

    private static NamedShape[] Weight(string name, bool bias, params long[] shape) =>
        bias ? [new($"{name}.weight", shape), new($"{name}.bias", [shape[0]])] : [new($"{name}.weight", shape)];
}
