using GBlend.MLNet.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace GBlend.MLNet.Tests;

/// <summary>The checks that every encoder must pass.</summary>
public sealed class EncoderTests
{
    public static TheoryData<string> Names => EncoderSamples.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public void Encode_gives_features_of_the_promised_widths(string name)
    {
        var (encoder, shape) = EncoderSamples.All[name];
        using var module = Build(encoder, shape, 1);
        using var scope = NewDisposeScope();
        using var grad = no_grad();
        var (middle, feature) = module.Encode(Batch(shape, 2));
        Assert.Equal([2, module.MiddleWidth], middle.shape);
        Assert.Equal([2, module.FeatureWidth], feature.shape);
        Assert.All(middle.ToFloats().Concat(feature.ToFloats()), v => Assert.True(float.IsFinite(v)));
        Assert.NotEqual(feature[0].ToFloats(), feature[1].ToFloats());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void FromSettings_gives_an_equal_encoder(string name)
    {
        var (encoder, shape) = EncoderSamples.All[name];
        var again = EncoderSamples.Again(encoder);
        Assert.Equal(encoder.GetType(), again.GetType());
        Assert.Equal(encoder.Kind, again.Kind);
        Assert.Equal(encoder.ToString(), again.ToString());
        Assert.Equal(encoder.ToSettings().ToJsonString(), again.ToSettings().ToJsonString());
        Assert.Equal(Features(encoder, shape, 1), Features(again, shape, 1));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Build_draws_from_the_seed(string name)
    {
        var (encoder, shape) = EncoderSamples.All[name];
        Assert.Equal(Features(encoder, shape, 1), Features(encoder, shape, 1));
        Assert.NotEqual(Features(encoder, shape, 1), Features(encoder, shape, 2));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Build_wrong_shape_says_both_shapes(string name)
    {
        var (encoder, shape) = EncoderSamples.All[name];
        if (encoder is MlpEncoder)
            return;
        int[] wrong = [.. shape, 5, 7];
        using var random = new TorchRandomScope(1);
        var error = Assert.Throws<ArgumentException>(() => encoder.Build(wrong));
        Assert.Contains(string.Join(" x ", wrong), error.Message);
        Assert.Contains(shape.Length switch
        {
            4 => "frames x height x width x channels",
            3 => "height x width x channels",
            2 => "frames x bands",
            _ => "[tokens]"
        }, error.Message);
        Assert.Throws<ArgumentException>(() => encoder.Build([.. shape.Select((s, i) => i == 0 ? 0 : s)]));
    }

    [Trait("Speed", "Slow")]
    [Theory]
    [MemberData(nameof(Names))]
    public void Network_learns_and_a_copy_in_double_gives_the_same(string name)
    {
        var (encoder, shape) = EncoderSamples.All[name];
        TorchNativeLoader.EnsureLoaded();
        using var scope = NewDisposeScope();
        var spec = new ModalitySpec("X", shape, encoder, null);
        var plan = new NetworkShape([spec], Fusion.Concat(), 3, true, false);
        using JointNetwork network = new(plan, 1, ScalarType.Float32, CPU), copy = new(plan, 2, ScalarType.Float64, CPU);
        network.Train(true);
        var loss = network.Forward([Batch(shape, 3)], [0])[0].square().sum();
        loss.backward();
        network.Train(false);
        var gradient = network.Parts.First().Segment.Gradient;
        Assert.True(gradient.isfinite().all().ToBoolean());
        Assert.True(gradient.abs().sum().ToSingle() > 0);
        copy.CopyFrom(network);
        Assert.All(network.Tensors.Zip(copy.Tensors), pair => Assert.Equal(pair.First.Value.ToFloats(), pair.Second.Value.ToFloats()));
        using var grad = no_grad();
        var mine = network.Forward([Batch(shape, 3)], [0])[0].ToDoubles();
        var theirs = copy.Forward([Batch(shape, 3).to(ScalarType.Float64)], [0])[0].ToDoubles();
        Assert.All(mine.Zip(theirs), pair => Assert.Equal(pair.Second, pair.First, 1e-3 * (1 + Math.Abs(pair.Second))));
    }

    [Fact]
    public void Build_smallest_width_and_inputs_work()
    {
        foreach (var (encoder, shape) in new (Encoder, int[])[]
        {
            (Encoders.ImageResNet(18, 0.001), [1, 1, 1]), (Encoders.AudioResNet(50, 0.001), [1, 1]), (Encoders.R3D(18, 0.001), [1, 1, 1, 1]),
                (Encoders.MC3(18, 0.001), [1, 2, 2, 2]),
            (Encoders.R2Plus1D(18, 0.001), [1, 1, 1, 3]), (Encoders.IrCsn(50, 0.001), [2, 3, 3, 3]), (Encoders.IpCsn(50, 0.001), [1, 1, 1, 4]),
                (Encoders.TextCnn(9, 1), [1]), (Encoders.TextTransformer(9, 1, 1, 1), [1]),
        })
        {
            using var module = Build(encoder, shape, 1);
            using var scope = NewDisposeScope();
            using var input = ones([2, .. shape.Select(s => (long)s)]);
            Assert.Equal([2, module.FeatureWidth], module.forward(input).shape);
        }
    }

    [Fact]
    public void BatchNorm_single_value_per_channel_keeps_the_statistics()
    {
        using var scope = NewDisposeScope();
        using var norm = new BatchNorm(3, 1e-5);
        norm.train();
        var mean = norm.named_buffers().First(b => b.name == "running_mean").buffer;
        norm.call(tensor(new float[] { 5, 6, 7 }, [1, 3, 1, 1]));
        Assert.Equal([0f, 0, 0], mean.ToFloats());
        norm.call(tensor(new float[] { 5, 6, 7, 5, 6, 9 }, [2, 3, 1, 1]));
        Assert.Equal([0.5f, 0.6f, 0.8f], mean.ToFloats());
        Assert.Equal([1f], norm.named_buffers().First(b => b.name == "num_batches_tracked").buffer.ToFloats());
    }

    [Fact]
    public void WithNormalization_is_the_input_scaled()
    {
        float[] rows = EncoderSamples.Rows(EncoderSamples.ImageShape, 2), mean = [10, 20, 30], deviation = [2, 4, 8];
        float[] scaled = [.. rows.Select((v, i) => (v - mean[i % 3]) / deviation[i % 3])];
        var encoder = Encoders.ImageResNet(18, 0.1);
        float[] expected = Features(encoder, EncoderSamples.ImageShape, 1, scaled),
            found = Features(encoder.WithNormalization(mean, deviation), EncoderSamples.ImageShape, 1, rows);
        Assert.All(expected.Zip(found), pair => Assert.Equal(pair.First, pair.Second, 1e-5));
    }

    [Fact]
    public void WithNormalization_wrong_values_are_refused()
    {
        var encoder = Encoders.ImageResNet(18);
        Assert.Throws<ArgumentException>(() => encoder.WithNormalization([], []));
        Assert.Throws<ArgumentException>(() => encoder.WithNormalization([1, 2, 3], [1]));
        Assert.Throws<ArgumentException>(() => encoder.WithNormalization([float.NaN], [1]));
        Assert.Throws<ArgumentException>(() => encoder.WithNormalization([0], [0]));
        Assert.Contains("1 channels", Assert.Throws<ArgumentException>(() => encoder.WithNormalization([1, 2, 3], [1, 1, 1]).Build([8, 8, 1])).Message);
    }

    [Fact]
    public void Create_wrong_options_are_refused()
    {
        Assert.Contains("18, 34, 50", Assert.Throws<ArgumentOutOfRangeException>(() => Encoders.ImageResNet(20)).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => Encoders.MC3(34));
        Assert.Throws<ArgumentOutOfRangeException>(() => Encoders.IrCsn(18));
        foreach (double width in new[] { 0, -1, 17, double.NaN })
            Assert.Throws<ArgumentOutOfRangeException>(() => Encoders.R3D(18, width));
        Assert.Throws<ArgumentOutOfRangeException>(() => Encoders.TextPooling(1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Encoders.TextCnn(10, 0));
        Assert.Throws<ArgumentException>(() => Encoders.TextTransformer(10, 6, 1, 4));
        Assert.Throws<ArgumentOutOfRangeException>(() => Encoders.TextPooling(10).WithDropout(1));
    }

    [Fact]
    public void Text_padding_does_not_reach_the_features()
    {
        foreach (var encoder in new Encoder[] { Encoders.TextPooling(50, 8), Encoders.TextCnn(50, 8) })
        {
            var few = Features(encoder, [4], 1, [3, 7, 9, 0]);
            var many = Features(encoder, [7], 1, [3, 7, 9, 0, 0, 0, 0]);
            Assert.All(few.Zip(many), pair => Assert.Equal(pair.First, pair.Second, 1e-6));
        }
        foreach (var encoder in new Encoder[] { Encoders.TextPooling(50, 8), Encoders.TextCnn(50, 8), Encoders.TextTransformer(50, 8, 2, 2) })
        {
            var empty = Features(encoder, [4], 1, [0, 0, 0, 0]);
            Assert.All(empty, v => Assert.True(float.IsFinite(v)));
            Assert.NotEqual(Features(encoder, [4], 1, [3, 7, 9, 0]), Features(encoder, [4], 1, [3, 7, 9, 1]));
        }
    }

    /// <summary>Positions that are padding have keys and values of their own; changing the learned positions there must change nothing.</summary>
    [Fact]
    public void TextTransformer_attends_to_no_padding()
    {
        using var module = Build(Encoders.TextTransformer(50, 8, 2, 2), [4], 1);
        using var scope = NewDisposeScope();
        using var grad = no_grad();
        var input = tensor(new float[] { 3, 7, 0, 0 }, [1, 4]);
        var before = module.forward(input).ToFloats();
        module.named_parameters().First(p => p.name == "positions").parameter.narrow(0, 2, 2).fill_(5f);
        Assert.Equal(before, module.forward(input).ToFloats());
    }

    [Fact]
    public void Text_wrong_token_ids_are_refused()
    {
        foreach (var encoder in new Encoder[] { Encoders.TextPooling(50, 8), Encoders.TextCnn(50, 8), Encoders.TextTransformer(50, 8, 1, 2) })
        {
            foreach (float id in new[] { 50, -1, 1.5f, float.NaN })
                Assert.Contains("0 (padding) to 49", Assert.Throws<ArgumentException>(() => Features(encoder, [2], 1, [1, id])).Message);
        }
    }

    private static EncoderModule Build(Encoder encoder, int[] shape, int seed)
    {
        TorchNativeLoader.EnsureLoaded();
        using var random = new TorchRandomScope(seed);
        var module = encoder.Build(shape);
        module.eval();
        return module;
    }

    /// <summary>Computed in double and rounded: a matrix product's last float bits hang on where its operands lie in memory.</summary>
    private static float[] Features(Encoder encoder, int[] shape, int seed, float[]? rows = null)
    {
        using var module = Build(encoder, shape, seed);
        using var scope = NewDisposeScope();
        using var grad = no_grad();
        using var threads = new TorchThreadScope(1);
        module.to(ScalarType.Float64);
        rows ??= EncoderSamples.Rows(shape, 2);
        return module.forward(tensor(rows, [rows.Length / shape.Aggregate(1, (product, size) => product * size), .. shape.Select(s => (long)s)]).to(
            ScalarType.Float64)).ToFloats();
    }

    private static Tensor Batch(int[] shape, int rows) => tensor(EncoderSamples.Rows(shape, rows), [rows, .. shape.Select(s => (long)s)]);
}
