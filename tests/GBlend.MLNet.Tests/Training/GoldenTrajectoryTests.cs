using System.Text.Json;
using static TorchSharp.torch;

namespace GBlend.MLNet.Tests;

/// <summary>Whole tiny trainings against a PyTorch reference, through the code that trains.</summary>
[Trait("Category", "Shared")]
public sealed class GoldenTrajectoryTests
{
    private const double Tolerance = 1e-5;
    private const int TrainRows = 48, HeldOutRows = 24;

    [SharedTheory]
    [InlineData("sgd")]
    [InlineData("momentum")]
    [InlineData("adam")]
    public void Run_fixed_weights_follows_the_reference(string name)
    {
        var golden = Load(name);
        (string Case, float[] Weights)[] cases = [("uni0", [1, 0, 0]), ("uni1", [0, 1, 0]), ("naive", [0, 0, 1]), ("equal", [1, 1, 1])];
        foreach (var (key, weights) in cases)
        {
            using var model = Train(name, Blending.Fixed(weights), golden);
            AssertEpochs(golden.GetProperty(key), model.History);
        }
    }

    [SharedTheory]
    [InlineData("sgd")]
    [InlineData("momentum")]
    [InlineData("adam")]
    public void Run_offline_follows_the_reference(string name)
    {
        var golden = Load(name);
        var expected = golden.GetProperty("offline");
        using var model = Train(name, Blending.Offline(BlendingGuards.Published), golden);
        var estimate = Assert.Single(model.History.Estimates);
        for (int branch = 0; branch < 3; branch++)
        {
            var trace = expected.GetProperty("estimate_traces")[branch];
            var found = estimate.Branches[branch];
            Assert.Equal(trace[0][0].GetDouble(), found.TrainLossBefore, Tolerance);
            Assert.Equal(trace[0][1].GetDouble(), found.HeldOutLossBefore, Tolerance);
            Assert.Equal(trace[6][0].GetDouble(), found.TrainLossAfter, Tolerance);
            Assert.Equal(trace[6][1].GetDouble(), found.HeldOutLossAfter, Tolerance);
            Assert.Equal(expected.GetProperty("weights")[branch].GetDouble(), found.Weight, Tolerance);
        }
        AssertEpochs(expected.GetProperty("fit"), model.History);
    }

    [SharedTheory]
    [InlineData("sgd")]
    [InlineData("momentum")]
    [InlineData("adam")]
    public void Run_online_follows_the_reference(string name)
    {
        var golden = Load(name);
        var expected = golden.GetProperty("online");
        using var model = Train(name, Blending.Online(2, guards: BlendingGuards.Published), golden);
        Assert.Equal(3, model.History.Estimates.Count);
        AssertEpochs(expected.GetProperty("fit"), model.History);
        var parameters = expected.GetProperty("final_params").EnumerateObject().Select(p => p.Value).ToArray();
        var found = model.Network.Tensors.ToArray();
        Assert.Equal(parameters.Length, found.Length);
        for (int t = 0; t < parameters.Length; t++)
        {
            double[] values = [.. parameters[t].EnumerateArray().Select(v => v.GetDouble())];
            Assert.All(values.Zip(found[t].Value.ToDoubles()), pair => Assert.Equal(pair.First, pair.Second, Tolerance));
        }
    }

    private static TrainedModel Train(string name, Blending blending, JsonElement golden)
    {
        ModalitySpec a = new("A", [5], Encoders.Mlp(8, 6), null), b = new("B", [7], Encoders.Mlp(8, 6), null);
        var settings = PlainSettings.Of(blending with { Guards = BlendingGuards.Published }, a, b) with
        {
            NumberOfEpochs = 6,
            BatchSize = 16,
            LearningRate = name == "adam" ? 0.005 : 0.05,
            Optimizer = name switch { "sgd" => Optimizer.Sgd(0), "momentum" => Optimizer.Sgd(0.9f), _ => Optimizer.Adam() },
            Shuffle = false,
            Precision = ScalarType.Float64,
        };
        using var run = new TrainingRun(Rows(), settings, new QuietHost());
        SetParameters(run.Network, golden.GetProperty("param_order"));
        return run.Run();
    }

    private static void AssertEpochs(JsonElement expected, TrainingHistory history)
    {
        Assert.Equal(expected.GetArrayLength(), history.Epochs.Count);
        for (int epoch = 0; epoch < history.Epochs.Count; epoch++)
        {
            for (int branch = 0; branch < 3; branch++)
            {
                Assert.Equal(expected[epoch].GetProperty("train")[branch].GetDouble(), history.Epochs[epoch].TrainLoss[branch], Tolerance);
                Assert.Equal(expected[epoch].GetProperty("valid")[branch].GetDouble(), history.Epochs[epoch].HeldOutLoss[branch], Tolerance);
            }
        }
    }

    private static JsonElement Load(string name) => JsonDocument.Parse(File.ReadAllText(SharedFolder.PathTo("golden", $"trajectory_{name}.json"))).RootElement;

    private static TrainingRows Rows()
    {
        float[] Modality(int m, int width)
        {
            double strength = m == 0 ? 1.0 : 0.4;
            IEnumerable<float> Part(int rows, int number) =>
                from i in Enumerable.Range(0, rows)
                from j in Enumerable.Range(0, width)
                select (float)(Hash.U(i * width + j, number + m) + (j == i % 3 ? strength : 0));
            return [.. Part(TrainRows, 3000), .. Part(HeldOutRows, 3100)];
        }
        long[] classes = [.. Enumerable.Range(0, TrainRows).Concat(Enumerable.Range(0, HeldOutRows)).Select(i => (long)(i % 3))];
        bool[] heldOut = [.. Enumerable.Range(0, TrainRows + HeldOutRows).Select(i => i >= TrainRows)];
        return new TrainingRows([Modality(0, 5), Modality(1, 7)], new TrainingTargets(LearningTask.Multiclass, 3, classes, null), heldOut);
    }

    private static void SetParameters(JointNetwork network, JsonElement order)
    {
        using var grad = no_grad();
        var tensors = network.Tensors.ToArray();
        Assert.Equal(order.GetArrayLength(), tensors.Length);
        for (int t = 0; t < tensors.Length; t++)
        {
            var value = tensors[t].Value;
            long[] shape = [.. order[t][1].EnumerateArray().Select(s => s.GetInt64())];
            Assert.Equal(shape, value.shape);
            double scale = shape.Length == 2 ? Math.Sqrt(6.0 / shape[1]) : 0.1;
            double[] numbers = [.. Enumerable.Range(0, (int)value.numel()).Select(i => Hash.U(i, t) * scale)];
            using var given = tensor(numbers, shape);
            value.copy_(given);
        }
    }
}

/// <summary>The number formula of the reference vectors.</summary>
internal static class Hash
{
    internal static double U(int i, int t)
    {
        unchecked
        {
            uint h = (uint)i * 2654435761u + (uint)t * 40503u + 12345u;
            h ^= h >> 16;
            h *= 0x45D9F3B;
            h ^= h >> 16;
            h *= 0x45D9F3B;
            h ^= h >> 16;
            return h / 2147483648.0 - 1.0;
        }
    }
}
