using GBlend.MLNet.Native;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace GBlend.MLNet;

/// <summary>
/// Non-local block over the modalities as positions (Wang et al., CVPR 2018, embedded Gaussian): every feature is projected to one
/// width, each modality attends to all of them, the answer is added back, then <see cref="ConcatFusion"/>.
/// </summary>
internal sealed class NonLocalFusion : FusionModule
{
    private readonly ModuleList<Linear> embed = new();
    private readonly Linear theta, phi, g, back;
    private readonly ConcatFusion head;
    private readonly Scalar scale;

    internal NonLocalFusion(IReadOnlyList<int> widths, IReadOnlyList<int> hidden, int outputs, float dropout) : base("nl_gate")
    {
        int width = widths.Max(), inner = Math.Max(1, width / 2);
        foreach (int w in widths)
            embed.append(Linear(w, width));
        theta = Linear(width, inner);
        phi = Linear(width, inner);
        g = Linear(width, inner);
        back = Linear(inner, width);
        scale = 1 / Math.Sqrt(inner);
        head = new ConcatFusion([width * widths.Count], hidden, outputs, dropout);
        RegisterComponents();
    }

    internal static IEnumerable<NamedShape> Describe(IReadOnlyList<long> widths, IReadOnlyList<int> hidden, long outputs, float dropout)
    {
        long width = widths.Max(), inner = Math.Max(1, width / 2);
        return
        [
            .. widths.SelectMany((w, i) => LayerShapes.Linear($"embed.{i}", w, width)),
            .. LayerShapes.Linear("theta", width, inner), .. LayerShapes.Linear("phi", width, inner),
            .. LayerShapes.Linear("g", width, inner), .. LayerShapes.Linear("back", inner, width),
            .. ConcatFusion.Describe(width * widths.Count, hidden, outputs, dropout).Under("head"),
        ];
    }

    internal override string Draw(GraphBuilder graph, IReadOnlyList<string> features)
    {
        string x = graph.Concat([.. features.Select((f, i) => graph.Node("Unsqueeze", graph.Draw(embed[i], f), ("axes", new[] { 1L })))], 1);
        string scores = graph.Node("MatMul", [graph.LinearOnLast(theta, x), graph.Transpose(graph.LinearOnLast(phi, x), 0, 2, 1)]);
        string attention = graph.Softmax(graph.Multiply(scores, 1 / Math.Sqrt(theta.weight!.shape[0])), 2);
        string y = graph.Add(x, graph.LinearOnLast(back, graph.Node("MatMul", [attention, graph.LinearOnLast(g, x)])));
        return head.Draw(graph, [graph.Node("Flatten", y, ("axis", 1L))]);
    }

    public override Tensor forward(Tensor[] features)
    {
        var x = stack([.. features.Select((f, i) => embed[i].call(f))], 1);                        // [rows, modalities, width]
        var attention = softmax(matmul(theta.call(x), phi.call(x).transpose(1, 2)) * scale, -1);  // [rows, modalities, modalities]
        var y = x.Plus(back.call(matmul(attention, g.call(x))));
        return head.call([y.flatten(1)]);
    }
}
