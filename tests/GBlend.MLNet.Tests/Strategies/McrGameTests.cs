using TorchSharp;
using static TorchSharp.torch;

namespace GBlend.MLNet.Tests;

public sealed class McrGameTests
{
    /// <summary>On each feature: against the divergence of its own shuffling, with those of the others, and nothing on the joint head.</summary>
    [Fact]
    public void Game_gradient_on_features_is_that_of_the_definition()
    {
        var specs = ToyRows.Settings().Modalities;
        using var network = new JointNetwork(new NetworkShape(specs, Fusion.Concat(5), 3, true, true), 1, ScalarType.Float64, CPU);
        using var scope = NewDisposeScope();
        using var random = new TorchRandomScope(1);
        Tensor[] inputs = [rand(6, ToyRows.ClearWidth, ScalarType.Float64), rand(6, ToyRows.FaintWidth, ScalarType.Float64)];
        var pass = network.Pass(inputs, network.Shape.Branches, default);
        var batch = new Batch(inputs, tensor(new long[] { 0, 1, 2, 0, 1, 2 }));
        var view = new BatchView(0, 10, network, pass, batch, new Loss(LearningTask.Multiclass), null, new Random(5));
        var loss = new McrStrategy(game: 1, contrast: 0).ExtraLoss(view)!;
        Tensor[] features = [pass.Encoded[0].Feature, pass.Encoded[1].Feature];
        var found = autograd.grad([loss], features, retain_graph: true);

        long[] order = [.. Enumerable.Range(0, 6)];
        new Random(5).Shuffle(order);
        var index = tensor(order);
        Tensor Divergence(int shuffled) => McrStrategy.JensenShannon(
            nn.functional.softmax(network.Joint(features), 1),
            nn.functional.softmax(network.Joint([.. features.Select((f, i) => i == shuffled ? f.index_select(0, index) : f)]), 1)).mean();
        Tensor[] first = [.. autograd.grad([Divergence(0)], features, retain_graph: true)],
            second = [.. autograd.grad([Divergence(1)], features, retain_graph: true)];
        AssertClose(second[0].sub(first[0]), found[0]);
        AssertClose(first[1].sub(second[1]), found[1]);

        network.Parts.Joint.Gradient.zero_();
        loss.backward();
        Assert.All(network.Parts.Joint.Gradient.ToDoubles(), g => Assert.Equal(0, g));
    }

    private static void AssertClose(Tensor expected, Tensor found)
    {
        Assert.True(expected.abs().max().ToDouble() > 1e-6);
        foreach (var (e, f) in expected.ToDoubles().Zip(found.ToDoubles()))
            Assert.Equal(e, f, 1e-9);
    }
}
