using GBlend.MLNet.Native;
using static TorchSharp.torch;

namespace GBlend.MLNet.Tests;

/// <summary>What encoders and fusions say of themselves is what they build.</summary>
public sealed class DescriptionTests
{
    private const double Narrow = 1.0 / 64;

    public static TheoryData<string> Families => new(All().Keys);

    [Theory]
    [MemberData(nameof(Families))]
    public void Describe_tells_what_Build_makes(string name)
    {
        var (encoder, shape) = All()[name];
        var told = encoder.Describe(shape)!;
        var built = EncoderLayout.OfBuilt(encoder, shape);
        Assert.Equal((built.FeatureWidth, built.MiddleWidth), (told.FeatureWidth, told.MiddleWidth));
        Assert.Equal(Lines(built.Tensors), Lines(told.Tensors));
    }

    [Theory]
    [InlineData("Concat")]
    [InlineData("MidConcat")]
    [InlineData("SqueezeExcitationGate")]
    [InlineData("NonLocalGate")]
    public void Describe_of_a_network_tells_what_it_has(string fusion)
    {
        TorchNativeLoader.EnsureLoaded();
        ModalitySpec[] modalities = [new("A", [5], Encoders.Mlp(7, 4), null), new("B", [3], Encoders.Mlp(6), null)];
        foreach (var fuse in new[] { TrainingRunTests.Fuse(fusion), TrainingRunTests.Fuse(fusion).WithDropout(0.5f) })
        {
            foreach (var (heads, joint) in new[] { (true, true), (true, false), (false, true) })
            {
                var shape = new NetworkShape(modalities, fuse, 3, heads, joint);
                using var network = new JointNetwork(shape, 0, ScalarType.Float32, CPU, learns: false);
                var told = shape.Describe([.. modalities.Select(m => m.Encoder.Describe(m.Shape)!)]);
                Assert.Equal(Lines(network.Tensors.Select(t => new NamedShape(t.Name, t.Value.shape))), Lines(told));
            }
        }
    }

    [Fact]
    public void Describe_costs_nothing_however_large_the_sizes()
    {
        Assert.Equal([2_000_000_000, 50_000], Encoders.TextPooling(2_000_000_000, 50_000).Describe([10])!.Tensors.First().Shape);
        Assert.Equal(100, Encoders.TextTransformer(10, 4, layers: 1_000_000_000, heads: 1).Describe([10])!.Tensors.Take(100).Count());
        Assert.Equal([1_000_000_000, 2_000_000_000], Encoders.Mlp(2_000_000_000, 1_000_000_000).Describe([4])!.Tensors.ElementAt(2).Shape);
    }

    private static Dictionary<string, (Encoder Encoder, int[] Shape)> All()
    {
        int[] clip = [2, 8, 8, 3];
        var all = new Dictionary<string, (Encoder, int[])>
        {
            ["mlp"] = (Encoders.Mlp(6, 5, 4), [3, 2]),
            ["mlp with dropout"] = (Encoders.Mlp(6, 5).WithDropout(0.1f), [3]),
            ["text pooling"] = (Encoders.TextPooling(9, 4), [5]),
            ["text cnn"] = (Encoders.TextCnn(9, 4).WithDropout(0.1f), [5]),
            ["text transformer"] = (Encoders.TextTransformer(9, 4, 3, 2).WithDropout(0.1f), [5]),
            ["mc3 18"] = (Encoders.MC3(18, Narrow), clip),
        };
        foreach (int depth in new[] { 18, 34, 50, 101, 152 })
        {
            all.Add($"image {depth}", (Encoders.ImageResNet(depth, Narrow), [8, 8, 3]));
            all.Add($"audio {depth}", (Encoders.AudioResNet(depth, Narrow), [8, 8]));
            all.Add($"r3d {depth}", (Encoders.R3D(depth, Narrow), clip));
            all.Add($"r2plus1d {depth}", (Encoders.R2Plus1D(depth, Narrow, stemPooling: true), clip));
            if (depth >= 50)
            {
                all.Add($"ir-csn {depth}", (Encoders.IrCsn(depth, Narrow), clip));
                all.Add($"ip-csn {depth}", (Encoders.IpCsn(depth, Narrow), clip));
            }
        }
        foreach (var (name, encoder, shape) in new (string, Encoder, int[])[]
        {
            ("image wide", Encoders.ImageResNet(18, 0.1), [9, 9, 1]),
            ("audio wide", Encoders.AudioResNet(50, 0.3), [9, 9]),
            ("r2plus1d wide", Encoders.R2Plus1D(34, 0.1), [2, 8, 8, 2]),
        })
        {
            all.Add(name, (encoder, shape));
        }
        return all;
    }

    private static string[] Lines(IEnumerable<NamedShape> tensors) => [.. tensors.Select(t => t.ToString()).Order(StringComparer.Ordinal)];
}
