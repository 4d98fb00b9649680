using static TorchSharp.torch;

namespace GBlend.MLNet.Tests;

/// <summary>The written-down gradients of the heads against those that autograd records.</summary>
public sealed class BlendedBackwardTests
{
    private const int Rows = 6, Outputs = 3;

    public static IEnumerable<object[]> Cases() =>
        from task in Enum.GetNames<LearningTask>()
        from widths in new[] { "4 4 4", "4 4 7", "4 7 4" }
        from joint in new[] { true, false }
        from cutsHeads in new[] { true, false }
        from share in new[] { 1, 0.25 }
        select new object[] { task, widths, joint, cutsHeads, share };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Gradients_are_those_of_the_weighted_losses(string taskName, string widths, bool joint, bool cutsHeads, double share)
    {
        var task = Enum.Parse<LearningTask>(taskName);
        ModalitySpec[] specs = [.. widths.Split(' ').Select((w, i) => new ModalitySpec("m" + i, [5 + i], Encoders.Mlp(6, int.Parse(w)), null))];
        using var network = new JointNetwork(new NetworkShape(specs, Fusion.Concat(5), Outputs, true, true), 1, ScalarType.Float64, CPU);
        using var scope = NewDisposeScope();
        using var random = new TorchRandomScope(1);
        var loss = new Loss(task);
        Tensor[] inputs = [.. specs.Select(s => rand(Rows, s.Shape[0], ScalarType.Float64))];
        var targets = task switch
        {
            LearningTask.Multiclass => tensor(new long[] { 0, 1, 2, 0, 1, 2 }),
            LearningTask.MultiLabel => rand(Rows, Outputs, ScalarType.Float64).round(),
            _ => rand(Rows, Outputs, ScalarType.Float64),
        };
        var batch = new Batch(inputs, targets) { Share = share };
        var cuts = new GradientCuts([false, true, false], false, cutsHeads);
        // Without the first head, so that groups don't begin at the first one.
        int[] branches = joint ? [1, 2, 3] : [0, 1, 2];
        double[] weights = [0.3, 0.5, 1.7];

        var pass = network.Pass(inputs, branches, cuts);
        autograd.backward([.. pass.Predictions.Select(p => loss.Mean(p, targets))], [.. weights.Select(w => tensor(w * share, ScalarType.Float64))]);
        double[] expected = network.Parameters.Gradient.ToDoubles();
        Assert.Contains(expected, g => Math.Abs(g) > 1e-3);
        network.Parameters.Gradient.zero_();
        using var blended = new BlendedBackward(network, loss, ScalarType.Float64);
        blended.SetWeights(branches, weights);
        var predictions = blended.Run(network.Pass(inputs, branches, cuts, withHeads: false), cuts, batch);

        Assert.All(network.Parameters.Gradient.ToDoubles().Zip(expected), g => Assert.Equal(g.Second, g.First, 1e-12));
        Assert.All(
            predictions.Zip(pass.Predictions), p => Assert.All(p.First.ToDoubles().Zip(p.Second.ToDoubles()), v => Assert.Equal(v.Second, v.First, 1e-12)));
    }
}
