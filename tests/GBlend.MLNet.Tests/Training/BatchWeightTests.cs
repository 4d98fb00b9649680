using TorchSharp;
using static TorchSharp.torch;

namespace GBlend.MLNet.Tests;

/// <summary>What the weights of rows and the presence of modalities do to a step.</summary>
public sealed class BatchWeightTests
{
    private const int Outputs = 3;

    private static readonly ModalitySpec[] s_specs = [
        new("A", [5], Encoders.Mlp(6, 4), null), new("B", [6], Encoders.Mlp(6, 4), null), new("C", [7], Encoders.Mlp(6, 7), null)];

    public static TheoryData<LearningTask, double[], int[]> Cases()
    {
        var cases = new TheoryData<LearningTask, double[], int[]>();
        foreach (var task in Enum.GetValues<LearningTask>())
        {
            cases.Add(task, [2, 1, 1, 1], [0, 0, 1, 2, 3]);
            cases.Add(task, [1, 0, 1, 3], [0, 2, 3, 3, 3]);
            cases.Add(task, [0, 0, 0, 1], [3]);
        }
        return cases;
    }

    /// <summary>A row of weight 2 is the row twice, and one of weight 0 is none.</summary>
    [Theory]
    [MemberData(nameof(Cases))]
    public void Gradients_are_those_of_rows_that_come_as_often_as_their_weights_say(LearningTask task, double[] weights, int[] copies)
    {
        using var step = new Step(task, weights.Length);
        double mean = weights.Average();
        var weighed = step.Gradient(step.Batch with { Weights = tensor([.. weights.Select(w => w / mean)], ScalarType.Float64) }, out var losses);
        var repeated = step.Gradient(step.Rows(copies), out var expected);
        Assert.Contains(repeated, g => Math.Abs(g) > 1e-3);
        AssertClose(repeated, weighed);
        AssertClose(expected, losses);
    }

    [Theory]
    [InlineData(LearningTask.Multiclass)]
    [InlineData(LearningTask.MultiLabel)]
    [InlineData(LearningTask.Regression)]
    public void Heads_learn_nothing_from_rows_that_lack_their_modality(LearningTask task)
    {
        using var step = new Step(task, 4);
        Tensor present = tensor([1.0, 0, 1, 0], ScalarType.Float64), weights = tensor([0.5, 1, 1.5, 1], ScalarType.Float64);
        var batch = step.Batch with { Weights = weights, Presence = [null, present, null] };
        var pass = step.Network.Pass(batch.Inputs, [0, 1, 2, 3], default);
        double[] expected = step.GradientOf(autograd.grad(
            [step.Loss.Mean(pass.Predictions[0], batch.Targets, weights), step.Loss.Mean(pass.Predictions[1], batch.Targets, weights.mul(present)),
             step.Loss.Mean(pass.Predictions[2], batch.Targets, weights), step.Loss.Mean(pass.Predictions[3], batch.Targets, weights)], step.Parameters));
        AssertClose(expected, step.Gradient(batch, out _));
        var withoutWeights = step.Batch with { Presence = [null, present, null] };
        AssertClose(step.Gradient(withoutWeights with { Weights = ones(4, ScalarType.Float64) }, out _), step.Gradient(withoutWeights, out _));
    }

    [Fact]
    public void Store_gives_batches_the_weights_and_the_presence_of_their_rows()
    {
        var plain = ToyRows.Multiclass(50);
        double[] weights = [.. Enumerable.Range(0, 50).Select(i => i / 10.0)];
        bool[] present = [.. Enumerable.Range(0, 50).Select(i => i % 3 > 0)];
        using var rows = new TrainingRows(plain.Modalities, plain.Targets with { Weights = weights }, plain.HeldOut) { Presence = [null, present] };
        using var targets = new Loss(LearningTask.Multiclass).Prepare(plain.Targets, ScalarType.Float32);
        using RowStore store = new(rows, ToyRows.Settings().Modalities, targets, ScalarType.Float32, CPU),
            without = new(plain, ToyRows.Settings().Modalities, targets, ScalarType.Float32, CPU);
        int[] order = [.. Enumerable.Range(0, 50).Reverse()];
        var (foundWeights, foundPresence) = (new List<double>(), new List<double>());
        foreach (var batch in store.Batches(order, 16, microBatchSize: 7))
        {
            Assert.Null(batch.Presence![0]);
            foundWeights.AddRange(batch.Weights!.ToDoubles());
            foundPresence.AddRange(batch.Presence[1]!.ToDoubles());
        }
        AssertClose([.. order.Select(i => weights[i])], [.. foundWeights]);
        Assert.Equal(order.Select(i => present[i] ? 1.0 : 0), foundPresence);
        Assert.All(without.Batches(order, 16), batch => Assert.True(batch is { Weights: null, Presence: null }));
        Assert.Equal([present], rows.Only([1]).Presence!);
    }

    /// <summary>Strategies' own losses take rows as they count: linear in the weights, and as without them when all are 1.</summary>
    [Theory]
    [InlineData("mcr game")]
    [InlineData("mcr contrast")]
    [InlineData("midas")]
    [InlineData("umt")]
    [InlineData("loss")]
    public void Extra_losses_weigh_rows(string name)
    {
        using var step = new Step(LearningTask.Multiclass, 6);
        using var teacher = new JointNetwork(new NetworkShape(s_specs, Fusion.Concat(5), Outputs, true, false), 2, ScalarType.Float64, CPU);
        BalanceStrategy strategy = name switch
        {
            "mcr game" => new McrStrategy(1, 0),
            "mcr contrast" => new McrStrategy(0, 1),
            "midas" => new MidasStrategy(1, 0),
            "umt" => new UmtStrategy(1),
            _ => new JointLoss(),
        };
        double[] first = [0.5, 2, 0, 1, 1, 0.25], second = [1, 1, 3, 0, 0.5, 1];
        double[] Gradient(double[]? weights)
        {
            var batch = step.Batch with { Weights = weights is null ? null : tensor(weights, ScalarType.Float64) };
            var pass = step.Network.Pass(batch.Inputs, [0, 1, 2, 3], default);
            var view = new BatchView(0, 10, step.Network, pass, batch, step.Loss, new UniModalNetworks(teacher, []), new Random(5));
            step.Network.Parameters.Gradient.zero_();
            strategy.ExtraLoss(view)!.backward();
            return step.Network.Parameters.Gradient.ToDoubles();
        }
        var ofFirst = Gradient(first);
        Assert.Contains(ofFirst, g => Math.Abs(g) > 1e-5);
        AssertClose([.. ofFirst.Zip(Gradient(second), (a, b) => a + b)], Gradient([.. first.Zip(second, (a, b) => a + b)]));
        AssertClose(Gradient(null), Gradient([1, 1, 1, 1, 1, 1]));
    }

    private static void AssertClose(double[] expected, double[] found) =>
        Assert.All(expected.Zip(found), v => Assert.Equal(v.First, v.Second, 1e-6 * Math.Max(1e-3, Math.Abs(v.First))));

    private sealed class JointLoss : BalanceStrategy
    {
        public override EpochPlan OnEpoch(EpochView epoch) => new(1, 1, 1, 1);

        public override Tensor? ExtraLoss(BatchView batch) => batch.Loss(batch.Prediction(3));
    }

    /// <summary>A network of three modalities, two of whose heads are of one width, and a batch for it.</summary>
    private sealed class Step : IDisposable
    {
        private readonly DisposeScope _scope = NewDisposeScope();
        private readonly BlendedBackward _blended;

        internal Step(LearningTask task, int rows)
        {
            Loss = new Loss(task);
            Network = new JointNetwork(new NetworkShape(s_specs, Fusion.Concat(5), Outputs, true, true), 1, ScalarType.Float64, CPU);
            using var random = new TorchRandomScope(1);
            Batch = new([.. s_specs.Select(s => rand(rows, s.Shape[0], ScalarType.Float64))], task switch
            {
                LearningTask.Multiclass => tensor([.. Enumerable.Range(0, rows).Select(i => i / 2 % 3L)]),
                LearningTask.MultiLabel => rand(rows, Outputs, ScalarType.Float64).round(),
                _ => rand(rows, Outputs, ScalarType.Float64),
            });
            _blended = new BlendedBackward(Network, Loss, ScalarType.Float64);
            _blended.SetWeights([0, 1, 2, 3], [1, 1, 1, 1]);
        }

        internal Loss Loss { get; }

        internal JointNetwork Network { get; }

        internal Batch Batch { get; }

        internal Tensor[] Parameters => [.. Network.Parts.SelectMany(p => p.Segment.Module.parameters())];

        internal Batch Rows(int[] rows)
        {
            var index = tensor([.. rows.Select(r => (long)r)]);
            return Batch.Select(t => t.index_select(0, index));
        }

        /// <summary>The gradient that a step leaves, and the branches' losses.</summary>
        internal double[] Gradient(Batch batch, out double[] losses)
        {
            Network.Parameters.Gradient.zero_();
            var predictions = _blended.Run(Network.Pass(batch.Inputs, [0, 1, 2, 3], default, withHeads: false), default, batch);
            losses = [.. predictions.Select((p, branch) => Loss.Mean(p, batch.Targets, batch.WeightsOf(branch)).ToDouble())];
            return Network.Parameters.Gradient.ToDoubles();
        }

        /// <summary>Gradients of all parameters in a row.</summary>
        internal double[] GradientOf(IEnumerable<Tensor> gradients) => [.. gradients.SelectMany(g => g.ToDoubles())];

        public void Dispose()
        {
            _blended.Dispose();
            Network.Dispose();
            _scope.Dispose();
        }
    }
}
