using System.Text.Json.Nodes;
using static TorchSharp.torch;

namespace GBlend.MLNet.Onnx.Tests;

/// <summary>An encoder that a user wrote.</summary>
internal sealed class OwnEncoder : Encoder
{
    public override string Kind => "own";

    public override JsonObject ToSettings() => [];

    public override EncoderModule Build(IReadOnlyList<int> inputShape) => new Net(inputShape[0]);

    private sealed class Net : EncoderModule
    {
        private readonly TorchSharp.Modules.Linear layer;

        internal Net(int inputs) : base("own", 4, 4)
        {
            layer = nn.Linear(inputs, 4);
            RegisterComponents();
        }

        public override (Tensor Middle, Tensor Feature) Encode(Tensor input)
        {
            var x = layer.call(input);
            return (x, x.alias());
        }
    }
}
