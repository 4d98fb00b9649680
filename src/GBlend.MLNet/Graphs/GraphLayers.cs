using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace GBlend.MLNet;

/// <summary>Draws the layers of torch that this library uses.</summary>
internal static class GraphLayers
{
    private const double LayerNormEpsilon = 1e-5;

    /// <summary>Draws a module that draws itself, or one of torch's.</summary>
    /// <exception cref="NotSupportedException">The module is another one; the message names it.</exception>
    internal static string Draw(this GraphBuilder graph, Module module, string input) => module switch
    {
        IGraphModule own => own.Draw(graph, input),
        Sequential layers => layers.children().Aggregate(input, (x, layer) => graph.Draw(layer, x)),
        Linear linear => graph.Linear(linear, input),
        Convolution convolution => graph.Convolution(convolution, input),
        TorchSharp.Modules.ReLU => graph.Relu(input),
        MaxPool3d pool => graph.Node("MaxPool", input, ("kernel_shape", pool.kernel_size!), ("strides", pool.stride!), ("pads", Twice(pool.padding!))),
        _ => throw new NotSupportedException($"The layer {module.GetName()} has no ONNX form in this library."),
    };

    /// <summary>Draws a linear layer above rows of features.</summary>
    internal static string Linear(this GraphBuilder graph, Linear linear, string rows) => graph.Node("Gemm",
        [rows, graph.Weight(linear, "weight", () => linear.weight!), graph.Weight(linear, "bias", () => linear.bias!)], ("transB", 1L));

    /// <summary>Draws a linear layer above the last axis of values of three or more.</summary>
    internal static string LinearOnLast(this GraphBuilder graph, Linear linear, string x) => graph.Add(
        graph.Node("MatMul", [x, graph.Weight(linear, "transposed", () => linear.weight!.t().contiguous())]), graph.Weight(linear, "bias", () => linear.bias!));

    /// <summary>Draws a normalization over the last axis of [rows, positions, width].</summary>
    internal static string Normalize(this GraphBuilder graph, LayerNorm norm, string x)
    {
        string centered = graph.Node("Sub", [x, graph.Node("ReduceMean", x, ("axes", new[] { 2L }), ("keepdims", 1L))]);
        string variance = graph.Node("ReduceMean", graph.Multiply(centered, centered), ("axes", new[] { 2L }), ("keepdims", 1L));
        string deviation = graph.Node("Sqrt", graph.Add(variance, graph.Number(LayerNormEpsilon)));
        string scaled = graph.Multiply(graph.Node("Div", [centered, deviation]), graph.Weight(norm, "weight", () => norm.weight!));
        return graph.Add(scaled, graph.Weight(norm, "bias", () => norm.bias!));
    }

    private static string Convolution(this GraphBuilder graph, Convolution convolution, string x)
    {
        var weight = convolution.weight!;
        string[] inputs = [x, graph.Weight(convolution, "weight", () => weight), .. convolution.bias is { } bias
            ? [graph.Weight(convolution, "bias", () => bias)] : Array.Empty<string>()];
        return graph.Node("Conv", inputs, ("kernel_shape", weight.shape[2..]), ("strides", convolution.stride!), ("pads", Twice(convolution.padding!)),
            ("dilations", convolution.dilation!), ("group", convolution.groups));
    }

    /// <summary>ONNX pads the beginnings of all axes, then their ends.</summary>
    private static long[] Twice(long[] padding) => [.. padding, .. padding];
}
