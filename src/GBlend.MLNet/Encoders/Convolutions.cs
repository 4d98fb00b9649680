using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace GBlend.MLNet;

/// <summary>
/// The convolutions of residual networks: no bias, "same" padding, weights drawn as He et al. (ICCV 2015) do, by the fan out, which for
/// a grouped convolution is that of a group.
/// </summary>
internal static class Convolutions
{
    /// <summary>Over a plane, with a square kernel.</summary>
    internal static Conv2d Plane(int inputs, int outputs, int kernel, int stride, bool bias = false)
    {
        var convolution = Conv2d(inputs, outputs, kernel_size: kernel, stride: stride, padding: kernel / 2, bias: bias);
        Draw(convolution.weight, 1);
        return convolution;
    }

    /// <summary>Over time and a plane.</summary>
    internal static Conv3d Space(int inputs, int outputs, (int Time, int Plane) kernel, (int Time, int Plane) stride, int groups = 1)
    {
        var convolution = Conv3d(inputs, outputs, kernel_size: (kernel.Time, kernel.Plane, kernel.Plane), stride: (stride.Time, stride.Plane, stride.Plane),
            padding: (kernel.Time / 2, kernel.Plane / 2, kernel.Plane / 2), groups: groups, bias: false);
        Draw(convolution.weight, groups);
        return convolution;
    }

    /// <summary>Over time at every place of the plane.</summary>
    internal static TimeConvolution Time(int inputs, int outputs, int stride)
    {
        var convolution = new TimeConvolution(inputs, outputs, stride);
        Draw(convolution.weight, 1);
        return convolution;
    }

    private static void Draw(Tensor weight, int groups)
    {
        using var grad = no_grad();
        long fanOut = weight.numel() / weight.shape[1] / groups;
        weight.normal_(0, Math.Sqrt(2.0 / fanOut));
    }
}
