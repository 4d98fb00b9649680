using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace GBlend.MLNet;

/// <summary>Concatenation, hidden layers, prediction.</summary>
internal sealed class ConcatFusion : FusionModule
{
    private readonly Sequential layers;

    internal ConcatFusion(IReadOnlyList<int> widths, IReadOnlyList<int> hidden, int outputs, float dropout) : base("concat")
    {
        layers = Sequential();
        if (dropout > 0)
            layers.append(new SeededDropout(dropout));
        layers.AppendMlp(widths.Sum(), hidden, 0).append(Linear(hidden.Count > 0 ? hidden[^1] : widths.Sum(), outputs));
        RegisterComponents();
    }

    internal static IEnumerable<NamedShape> Describe(long width, IReadOnlyList<int> hidden, long outputs, float dropout)
    {
        int first = dropout > 0 ? 1 : 0;
        var last = LayerShapes.Linear($"layers.{first + 2 * hidden.Count}", hidden.Count > 0 ? hidden[^1] : width, outputs);
        return LayerShapes.Mlp("layers", first, width, hidden, 0).Concat(last);
    }

    internal override string Draw(GraphBuilder graph, IReadOnlyList<string> features) => graph.Draw(layers, graph.Concat(features, 1));

    public override Tensor forward(Tensor[] features) => layers.call(features.Length == 1 ? features[0] : cat(features, 1));
}
