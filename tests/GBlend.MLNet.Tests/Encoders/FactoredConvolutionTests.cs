using GBlend.MLNet.Native;
using static TorchSharp.torch;

namespace GBlend.MLNet.Tests;

public sealed class FactoredConvolutionTests
{
    static FactoredConvolutionTests() => TorchNativeLoader.EnsureLoaded();

    /// <summary>Kernels and strides of all networks that have such convolutions, and channels that processors like and don't like.</summary>
    public static TheoryData<int, int, int, int, int, int> Convolutions()
    {
        var all = new TheoryData<int, int, int, int, int, int>();
        (int, int, int, int)[] kernels = [(1, 7, 1, 2), (1, 3, 1, 1), (1, 3, 1, 2), (3, 1, 1, 1), (3, 1, 2, 1), (1, 1, 1, 1), (1, 1, 2, 2)];
        foreach (var (kernelInTime, kernel, strideInTime, stride) in kernels)
        {
            foreach (var (inputs, outputs) in new[] { (1, 1), (1, 2), (3, 5), (8, 18), (18, 8), (2, 16) })
                all.Add(kernelInTime, kernel, strideInTime, stride, inputs, outputs);
        }
        return all;
    }

    [Theory]
    [MemberData(nameof(Convolutions))]
    public void Is_the_convolution_over_three_axes(int kernelInTime, int kernel, int strideInTime, int stride, int inputs, int outputs)
    {
        using var scope = NewDisposeScope();
        using var random = new TorchRandomScope(1);
        foreach (var (frames, height, width) in new[] { (8, 10, 10), (5, 9, 7), (1, 2, 1) })
        {
            // As rows come: the channels of a place lie together.
            var input = randn([3, frames, height, width, inputs]).permute(0, 4, 1, 2, 3).detach().requires_grad_(true);
            var convolution = GBlend.MLNet.Convolutions.Factor(inputs, outputs, (kernelInTime, kernel), (strideInTime, stride));
            var weight = convolution.parameters().Single();
            var found = convolution.call(input);
            // Nothing is copied from one layout to another.
            Assert.True(found.permute(0, 2, 3, 4, 1).is_contiguous());
            found.square().sum().backward();
            var (inputGradient, weightGradient) = (input.grad!.clone(), weight.grad!.clone());
            input.grad.zero_();
            weight.grad.zero_();
            var expected = nn.functional.conv3d(input, weight, strides: [strideInTime, stride, stride], padding: [kernelInTime / 2, kernel / 2, kernel / 2]);
            expected.square().sum().backward();
            Assert.Equal(expected.shape, found.shape);
            AssertClose(expected, found);
            AssertClose(input.grad, inputGradient);
            AssertClose(weight.grad, weightGradient);
            // Channels that lie apart are read as well.
            AssertClose(expected, convolution.call(input.contiguous()));
        }
    }

    private static void AssertClose(Tensor expected, Tensor found) =>
        Assert.InRange((expected - found).abs().max().item<float>(), 0, 1e-4f * (1 + expected.abs().max().item<float>()));
}
