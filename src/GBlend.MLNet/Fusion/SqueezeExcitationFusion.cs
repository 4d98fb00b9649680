using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace GBlend.MLNet;

/// <summary>Squeeze-and-excitation gate over the concatenated features (Hu et al., CVPR 2018), reduction 8, then <see cref="ConcatFusion"/>.</summary>
internal sealed class SqueezeExcitationFusion : FusionModule
{
    private const int Reduction = 8;
    private readonly Linear squeeze;
    private readonly Linear excite;
    private readonly ConcatFusion head;

    internal SqueezeExcitationFusion(IReadOnlyList<int> widths, IReadOnlyList<int> hidden, int outputs, float dropout) : base("se_gate")
    {
        int width = widths.Sum();
        squeeze = Linear(width, Math.Max(1, width / Reduction));
        excite = Linear(Math.Max(1, width / Reduction), width);
        head = new ConcatFusion([width], hidden, outputs, dropout);
        RegisterComponents();
    }

    internal static IEnumerable<NamedShape> Describe(IReadOnlyList<long> widths, IReadOnlyList<int> hidden, long outputs, float dropout)
    {
        long width = widths.Sum(), inside = Math.Max(1, width / Reduction);
        return
        [
            .. LayerShapes.Linear("squeeze", width, inside), .. LayerShapes.Linear("excite", inside, width),
            .. ConcatFusion.Describe(width, hidden, outputs, dropout).Under("head"),
        ];
    }

    internal override string Draw(GraphBuilder graph, IReadOnlyList<string> features)
    {
        string joined = graph.Concat(features, 1), gate = graph.Relu(graph.Draw(squeeze, joined));
        return head.Draw(graph, [graph.Multiply(joined, graph.Node("Sigmoid", graph.Draw(excite, gate)))]);
    }

    public override Tensor forward(Tensor[] features)
    {
        var joined = features.Length == 1 ? features[0] : cat(features, 1);
        var gate = functional.relu(squeeze.call(joined));
        return head.call([joined * sigmoid(excite.call(gate))]);
    }
}
