using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace GBlend.MLNet;

/// <summary>
/// A convolution of 3 x 1 x 1, done over two axes: time, and the places of the plane as one. Nothing is copied for that, and libtorch does it in less time
/// on processors, the more the wider it is. To all else it is that convolution over three axes, by its weight and its numbers.
/// </summary>
/// <param name="inputs">The channels that it reads.</param>
/// <param name="outputs">The channels that it makes.</param>
/// <param name="stride">In time.</param>
internal sealed class TimeConvolution(int inputs, int outputs, int stride)
    : Convolution(nameof(TimeConvolution), inputs, outputs, [Reach, 1, 1], [stride, 1, 1], [Reach / 2, 0, 0], padding_type: null, dilation: [1, 1, 1],
        transposed: false, output_padding: [0, 0, 0], groups: 1, bias: false, PaddingModes.Zeros)
{
    private const int Reach = 3;

    private readonly int step = stride;

    /// <summary>Clips [rows, channels, frames, height, width].</summary>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var y = functional.conv2d(input.flatten(3), weight.flatten(3), strides: [step, 1], padding: [Reach / 2, 0]);
        return y.unflatten(3, [input.shape[3], input.shape[4]]).MoveToOuterDisposeScope();
    }
}
