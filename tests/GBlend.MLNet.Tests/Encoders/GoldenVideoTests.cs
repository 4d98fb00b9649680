using System.Text.Json;
using GBlend.MLNet.Native;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace GBlend.MLNet.Tests;

/// <summary>The three torchvision video networks against torchvision itself: names, shapes, and numbers in both directions.</summary>
[Trait("Category", "Shared")]
[Collection(SlowEncodersCollection.Name)]
public sealed class GoldenVideoTests
{
    /// <summary>
    /// What float32 is good for through so many layers, as a share of the largest number: the sums of convolutions are taken in another order
    /// on another processor or with another number of threads. Statistics of a batch of a few clips divide by deviations that are small, and so
    /// magnify that.
    /// </summary>
    private const double Rounding = 1e-4, RoundingOverBatches = 5e-4;

    [SharedTheory]
    [InlineData("r3d_18")]
    [InlineData("mc3_18")]
    [InlineData("r2plus1d_18")]
    public void Parameters_and_buffers_are_torchvisions(string name)
    {
        var golden = Golden($"params_{name}.json");
        using var net = new Classifier(Encoder(name), golden.GetProperty("classes").GetInt32());
        Assert.Equal(Listed(golden.GetProperty("parameters")), net.Parameters.Select(p => (p.Name, string.Join(",", p.Value.shape))));
        Assert.Equal(Listed(golden.GetProperty("buffers")), net.Trunk.named_buffers().Select(b => (b.name, string.Join(",", b.buffer.shape))));
        Assert.Equal(golden.GetProperty("total").GetInt64(), net.Parameters.Sum(p => p.Value.numel()));
    }

    [Trait("Speed", "Slow")]
    [SharedTheory]
    [InlineData("r3d_18")]
    [InlineData("mc3_18")]
    [InlineData("r2plus1d_18")]
    public void Forward_and_backward_are_torchvisions(string name)
    {
        var golden = Golden("video.json");
        var expected = golden.GetProperty("models").GetProperty(name).GetProperty("f32");
        using var net = new Classifier(Encoder(name), golden.GetProperty("classes").GetInt32());
        using var scope = NewDisposeScope();
        net.SetGoldenWeights();
        long[] shape = [.. golden.GetProperty("input_shape").EnumerateArray().Select(s => s.GetInt64())];
        using var clips = Numbers(shape, golden.GetProperty("input_t").GetInt32(), u => u).permute(0, 2, 3, 4, 1).contiguous();
        using var labels = tensor(golden.GetProperty("labels").EnumerateArray().Select(l => l.GetInt64()).ToArray());

        using (no_grad())
            AssertClose(expected.GetProperty("eval_logits"), net.Logits(clips), Rounding);
        net.Trunk.train();
        var logits = net.Logits(clips);
        AssertClose(expected.GetProperty("train_logits"), logits, RoundingOverBatches);
        var loss = functional.cross_entropy(logits, labels);
        double trainLoss = expected.GetProperty("train_loss").GetDouble();
        Assert.Equal(trainLoss, loss.ToDouble(), trainLoss * Rounding);
        loss.backward();
        var norms = expected.GetProperty("grad_l2").EnumerateObject().ToArray();
        Assert.Equal(norms.Select(n => n.Name), net.Parameters.Select(p => p.Name));
        Assert.All(net.Parameters.Zip(norms), pair =>
        {
            double norm = pair.First.Value.grad!.norm().ToDouble(), golden = pair.Second.Value.GetDouble();
            Assert.InRange(norm, golden * 0.99, golden * 1.01);
        });
        string prefix = "stem.1.";
        var buffers = net.Trunk.named_buffers().ToDictionary(b => b.name, b => b.buffer);
        AssertClose(expected.GetProperty("first_bn_running_mean"), buffers[prefix + "running_mean"].narrow(0, 0, 8), 1e-5);
        AssertClose(expected.GetProperty("first_bn_running_var"), buffers[prefix + "running_var"].narrow(0, 0, 8), 1e-5);
        net.Trunk.eval();
        using (no_grad())
            AssertClose(expected.GetProperty("eval_logits_after_one_train_forward"), net.Logits(clips), Rounding);
    }

    private static ResNetEncoder Encoder(string name) => name switch { "r3d_18" => Encoders.R3D(18), "mc3_18" => Encoders.MC3(18), _ => Encoders.R2Plus1D(18) };

    private static JsonElement Golden(string file) => JsonDocument.Parse(File.ReadAllText(SharedFolder.PathTo("golden", file))).RootElement;

    private static (string Name, string Shape)[] Listed(JsonElement tensors) =>
        [.. tensors.EnumerateArray().Select(
            t => (t.GetProperty("name").GetString()!, string.Join(",", t.GetProperty("shape").EnumerateArray().Select(s => s.GetInt64()))))];

    /// <param name="expected">The numbers.</param>
    /// <param name="found">As many.</param>
    /// <param name="tolerance">The largest difference, in units of the largest number, or of 1 where that is less.</param>
    private static void AssertClose(JsonElement expected, Tensor found, double tolerance)
    {
        double[] numbers = [
            .. expected.EnumerateArray().SelectMany(e => e.ValueKind == JsonValueKind.Array ? e.EnumerateArray().ToArray() : [e]).Select(e => e.GetDouble())];
        var values = found.ToDoubles();
        Assert.Equal(numbers.Length, values.Length);
        double unit = Math.Max(1, numbers.Max(Math.Abs));
        Assert.All(numbers.Zip(values), pair => Assert.Equal(pair.First, pair.Second, tolerance * unit));
    }

    private static Tensor Numbers(long[] shape, int t, Func<double, double> of)
    {
        var values = new float[shape.Aggregate(1L, (product, size) => product * size)];
        Parallel.For(0, values.Length, i => values[i] = (float)of(Hash.U(i, t)));
        return tensor(values, shape);
    }

    /// <summary>The encoder and torchvision's <c>fc</c>.</summary>
    private sealed class Classifier : IDisposable
    {
        private readonly Linear _fc;

        internal Classifier(Encoder encoder, int classes)
        {
            TorchNativeLoader.EnsureLoaded();
            using var random = new TorchRandomScope(1);
            Trunk = encoder.Build([8, 64, 64, 3]);
            Trunk.eval();
            _fc = Linear(Trunk.FeatureWidth, classes);
        }

        internal EncoderModule Trunk { get; }

        internal IReadOnlyList<(string Name, Tensor Value)> Parameters =>
            [.. Trunk.named_parameters().Select(p => (p.name, (Tensor)p.parameter)),
                .. _fc.named_parameters().Select(p => ($"fc.{p.name}", (Tensor)p.parameter))];

        internal Tensor Logits(Tensor clips) => _fc.call(Trunk.call(clips));

        internal void SetGoldenWeights()
        {
            using var grad = no_grad();
            for (int t = 0; t < Parameters.Count; t++)
            {
                var (name, value) = Parameters[t];
                double fanIn = value.numel() / (double)value.shape[0];
                using var given = Numbers(value.shape, t, u => value.dim() > 1 ? u * Math.Sqrt(6 / fanIn) : name.EndsWith("weight") ? 1 + 0.1 * u : 0.1 * u);
                value.copy_(given);
            }
        }

        public void Dispose()
        {
            Trunk.Dispose();
            _fc.Dispose();
        }
    }
}
