using System.Text.Json.Nodes;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace GBlend.MLNet.Tests;

/// <summary>A convolution, batch normalization and a mean, for vectors as one row of pixels per channel; its published names differ from its own.</summary>
internal sealed class TinyConvolutionalEncoder(int channels) : Encoder
{
    internal const int Width = 4;

    public override string Kind => "tiny convolutions";

    public override JsonObject ToSettings() => new() { ["channels"] = channels };

    public override EncoderModule Build(IReadOnlyList<int> inputShape) => new Net(channels, inputShape[0] / channels);

    public override string MapWeightName(string name) => name.Replace("conv1.", "stem.conv.").Replace("bn1.", "stem.norm.");

    private sealed class Net : EncoderModule
    {
        private readonly Sequential stem;
        private readonly int channels, pixels;

        internal Net(int channels, int pixels) : base("tiny", Width, Width)
        {
            (this.channels, this.pixels) = (channels, pixels);
            stem = Sequential(("conv", Conv1d(channels, Width, 1, bias: false)), ("norm", BatchNorm1d(Width)));
            RegisterComponents();
        }

        public override (Tensor Middle, Tensor Feature) Encode(Tensor input)
        {
            var feature = stem.call(input.view(-1, channels, pixels)).mean([2]);
            return (feature, feature);
        }
    }
}
