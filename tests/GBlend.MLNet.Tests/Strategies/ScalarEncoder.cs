using System.Text.Json.Nodes;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace GBlend.MLNet.Tests;

/// <summary>One number in, that number times one weight out: for gradients that can be computed by hand.</summary>
internal sealed class ScalarEncoder : Encoder
{
    public override string Kind => "scalar";

    public override JsonObject ToSettings() => [];

    public override EncoderModule Build(IReadOnlyList<int> inputShape) => new Net();

    private sealed class Net : EncoderModule
    {
        private readonly Linear layer = Linear(1, 1, hasBias: false);

        internal Net() : base("scalar", 1, 1) => RegisterComponents();

        public override (Tensor Middle, Tensor Feature) Encode(Tensor input)
        {
            var feature = layer.call(input);
            return (feature, feature);
        }
    }
}
