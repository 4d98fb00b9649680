using GBlend.MLNet.Native;
using TorchSharp.Modules;
using Xunit.Abstractions;
using static TorchSharp.torch;

namespace GBlend.MLNet.Tests;

/// <summary>Parameters and multiply-adds of the published networks, with their classifier of 400 classes.</summary>
[Collection(SlowEncodersCollection.Name)]
[Trait("Speed", "Slow")]
public sealed class PublishedSizesTests(ITestOutputHelper output)
{
    private readonly ITestOutputHelper _output = output;
    private const int Classes = 400;

    /// <summary>
    /// Parameters in millions and multiply-adds in billions as VMZ's model zoo prints them. Its tables name the training crops, 112 and 224;
    /// the multiply-adds agree, to the last digit printed, with crops of 128 and 256, which its code tests on: (8/7)² as many.
    /// </summary>
    [Theory]
    [InlineData("R(2+1)D-34", 63.6, 49.8, 8, 128)]
    [InlineData("R(2+1)D-152", 118.0, 329.1, 32, 128)]
    [InlineData("ir-CSN-152", 29.6, 96.7, 32, 256)]
    [InlineData("ip-CSN-152", 32.8, 108.8, 32, 256)]
    public void Parameters_and_multiply_adds_are_the_published_ones(string name, double parameters, double multiplyAdds, int frames, int size)
    {
        var (found, work) = Measure(width => Visual(name, width), [frames, size, size, 3]);
        _output.WriteLine($"{name}: {found / 1e6:0.00} million parameters, {work / 1e9:0.00} billion multiply-adds");
        Assert.InRange(found / 1e6, parameters * 0.99, parameters * 1.01);
        Assert.InRange(work / 1e9, multiplyAdds * 0.97, multiplyAdds * 1.03);
    }

    /// <summary>torchvision's counts, less its classifier of 1,000 classes.</summary>
    [Theory]
    [InlineData(18, 11_689_512, 512)]
    [InlineData(34, 21_797_672, 512)]
    [InlineData(50, 25_557_032, 2048)]
    public void Image_parameters_are_torchvisions(int depth, long parameters, int features)
    {
        using var random = new TorchRandomScope(1);
        using var module = Encoders.ImageResNet(depth).Build([224, 224, 3]);
        Assert.Equal(features, module.FeatureWidth);
        Assert.Equal(parameters - 1000 * (features + 1), module.parameters().Sum(p => p.numel()));
        string[] names = [.. module.named_parameters().Select(p => p.name)];
        Assert.Equal(["conv1.weight", "bn1.weight", "bn1.bias", "layer1.0.conv1.weight", "layer1.0.bn1.weight", "layer1.0.bn1.bias", "layer1.0.conv2.weight"],
            names.Take(7));
        Assert.Contains("layer2.0.downsample.1.bias", names);
        Assert.Equal(["bn1.running_mean", "bn1.running_var", "bn1.num_batches_tracked"], module.named_buffers().Select(b => b.name).Take(3));
    }

    /// <summary>ip-CSN-152 and the audio ResNet-152 with the official code's fusion head of two hidden layers.</summary>
    [Fact]
    public void Audio_visual_multiply_adds_are_the_published_ones()
    {
        var (_, visual) = Measure(width => Visual("ip-CSN-152", width), [32, 256, 256, 3]);
        var (_, audio) = Measure(width => Encoders.AudioResNet(152, width), [100, 40]);
        const double Feature = 2048, Fusion = 2 * Feature * Feature + Feature * Feature + Feature * Classes;
        _output.WriteLine($"visual {visual / 1e9:0.00}, audio {audio / 1e9:0.00}, fusion {Fusion / 1e9:0.00}, all {(visual + audio + Fusion) / 1e9:0.00} "
            + $"billion multiply-adds");
        Assert.InRange((visual + audio + Fusion) / 1e9, 110.1 * 0.97, 110.1 * 1.03);
    }

    /// <summary>What the recipes estimate from: a small row in place of a whole one.</summary>
    [Theory]
    [InlineData("R(2+1)D-34", 63.6, 49.8, 8, 128)]
    [InlineData("ip-CSN-152", 32.8, 108.8, 32, 256)]
    public void Cost_from_a_small_row_is_that_of_a_whole_one(string name, double parameters, double multiplyAdds, int frames, int size)
    {
        var encoder = Visual(name, 1);
        var cost = Recipes.NetworkCost.Of(encoder, [frames, size, size, 3]);
        double head = ((name[0] == 'R' ? 512 : 2048) + 1) * Classes;
        Assert.InRange((cost.Parameters + head) / 1e6, parameters * 0.99, parameters * 1.01);
        Assert.Equal(multiplyAdds, (cost.MultiplyAdds + head) / 1e9, 0.1);
        var (_, exact) = Measure(width => Visual(name, width), [frames, size, size, 3]);
        Assert.Equal(exact, cost.MultiplyAdds + head, exact * 1e-3);
    }

    /// <summary>R3D-18: each convolution's output and its normalization's, of the stem, four convolutions a stage and, from the second on, a
    /// shortcut.</summary>
    [Fact]
    public void Cost_counts_what_convolutions_and_normalizations_make()
    {
        double stem = 64 * 8 * 56 * 56, second = 128 * 4 * 28 * 28, third = 256 * 2 * 14 * 14, fourth = 512 * 7 * 7;
        var cost = Recipes.NetworkCost.Of(Encoders.R3D(18), [8, 112, 112, 3]);
        Assert.Equal(2 * (5 * stem + 5 * (second + third + fourth)), cost.Activations);
    }

    private static ResNetEncoder Visual(string name, double width) => name switch
    {
        "R(2+1)D-34" => Encoders.R2Plus1D(34, width),
        "R(2+1)D-152" => Encoders.R2Plus1D(152, width),
        "ir-CSN-152" => Encoders.IrCsn(152, width),
        _ => Encoders.IpCsn(152, width),
    };

    /// <summary>
    /// A convolution multiplies each of its weights once per output position. The positions are those of a network of the least width,
    /// which runs; the weights are those of the full one, which does not need to.
    /// </summary>
    private static (double Parameters, double MultiplyAdds) Measure(Func<double, Encoder> encoder, int[] shape)
    {
        TorchNativeLoader.EnsureLoaded();
        using var random = new TorchRandomScope(1);
        using var scope = NewDisposeScope();
        using var grad = no_grad();
        using EncoderModule full = encoder(1).Build(shape), narrow = encoder(1.0 / 64).Build(shape);
        narrow.eval();
        var positions = new Dictionary<string, long>();
        foreach (var (name, module) in narrow.named_modules())
        {
            if (module is Convolution convolution)
                convolution.register_forward_hook((_, _, output) => { positions.Add($"{name}.weight", output.numel() / output.shape[1]); return output; });
        }
        narrow.call(zeros([1, .. shape.Select(s => (long)s)]));
        double head = (full.FeatureWidth + 1.0) * Classes;
        var weights = full.named_parameters().ToDictionary(p => p.name, p => p.parameter.numel());
        Assert.Equal(weights.Keys.Count(k => k.EndsWith("weight") && full.named_parameters().First(p => p.name == k).parameter.dim() > 1), positions.Count);
        double work = positions.Sum(p => (double)p.Value * weights[p.Key]);
        Assert.InRange(full.MultiplyAdds, work * 0.8, work * 1.2);
        return (weights.Values.Sum() + head, work + head);
    }
}
