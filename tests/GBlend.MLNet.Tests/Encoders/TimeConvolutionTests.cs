using GBlend.MLNet.Native;
using static TorchSharp.torch;

namespace GBlend.MLNet.Tests;

public sealed class TimeConvolutionTests
{
    static TimeConvolutionTests() => TorchNativeLoader.EnsureLoaded();

    /// <summary>Strides of all networks that have such convolutions, and channels that processors like and don't like.</summary>
    public static TheoryData<int, int, int> Convolutions()
    {
        var all = new TheoryData<int, int, int>();
        foreach (int stride in new[] { 1, 2 })
        {
            foreach (var (inputs, outputs) in new[] { (1, 1), (1, 2), (5, 3), (6, 8), (18, 8), (36, 16), (45, 64) })
                all.Add(stride, inputs, outputs);
        }
        return all;
    }

    [Theory]
    [MemberData(nameof(Convolutions))]
    public void Is_the_convolution_over_three_axes(int stride, int inputs, int outputs)
    {
        using var scope = NewDisposeScope();
        using var random = new TorchRandomScope(1);
        foreach (var (frames, height, width) in new[] { (8, 10, 10), (5, 9, 7), (1, 2, 1) })
        {
            var input = randn([3, inputs, frames, height, width]).requires_grad_(true);
            using var convolution = GBlend.MLNet.Convolutions.Time(inputs, outputs, stride);
            var weight = convolution.parameters().Single();
            var found = convolution.call(input);
            found.square().sum().backward();
            var (inputGradient, weightGradient) = (input.grad!.clone(), weight.grad!.clone());
            input.grad.zero_();
            weight.grad.zero_();
            var expected = nn.functional.conv3d(input, weight, strides: [stride, 1, 1], padding: [1, 0, 0]);
            expected.square().sum().backward();
            Assert.Equal(expected.shape, found.shape);
            AssertClose(expected, found);
            AssertClose(input.grad, inputGradient);
            AssertClose(weight.grad, weightGradient);
            // Channels that lie together are read as well.
            AssertClose(expected, convolution.call(input.permute(0, 2, 3, 4, 1).contiguous().permute(0, 4, 1, 2, 3)));
        }
    }

    private static void AssertClose(Tensor expected, Tensor found) =>
        Assert.InRange((expected - found).abs().max().item<float>(), 0, 1e-4f * (1 + expected.abs().max().item<float>()));
}
