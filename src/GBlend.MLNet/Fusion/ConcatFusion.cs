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

    public override Tensor forward(Tensor[] features) => layers.call(features.Length == 1 ? features[0] : cat(features, 1));
}
