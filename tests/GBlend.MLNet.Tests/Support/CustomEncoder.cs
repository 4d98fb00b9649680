using System.Text.Json.Nodes;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace GBlend.MLNet.Tests;

/// <summary>An encoder as a user writes one: two linear layers with anything between and around them.</summary>
internal sealed class CustomEncoder(Func<Tensor, bool, Tensor>? between = null, Action<Linear, Linear>? prepare = null) : Encoder
{
    public override string Kind => "custom";

    public override JsonObject ToSettings() => [];

    public override EncoderModule Build(IReadOnlyList<int> inputShape) => new Net(inputShape[0], between ?? ((x, _) => functional.relu(x)), prepare);

    private sealed class Net : EncoderModule
    {
        private readonly Linear first, second;
        private readonly Func<Tensor, bool, Tensor> _between;

        internal Net(int width, Func<Tensor, bool, Tensor> between, Action<Linear, Linear>? prepare) : base("custom", 6, 6)
        {
            (first, second, _between) = (Linear(width, 8), Linear(8, 6), between);
            prepare?.Invoke(first, second);
            RegisterComponents();
        }

        public override (Tensor Middle, Tensor Feature) Encode(Tensor input)
        {
            var feature = second.call(_between(first.call(input), training));
            return (feature, feature);
        }
    }
}
