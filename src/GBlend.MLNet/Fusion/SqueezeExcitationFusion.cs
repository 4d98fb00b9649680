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

    public override Tensor forward(Tensor[] features)
    {
        var joined = features.Length == 1 ? features[0] : cat(features, 1);
        var gate = functional.relu(squeeze.call(joined));
        return head.call([joined * sigmoid(excite.call(gate))]);
    }
}
