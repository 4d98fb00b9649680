using TorchSharp;
using static TorchSharp.torch;

namespace GBlend.MLNet.Tests;

/// <summary>The numbers that the methods' formulas give for small cases, computed by hand.</summary>
public sealed class HandComputedTests
{
    private const double Tolerance = 1e-5;

    [Theory]
    [InlineData(0.1, .807284, 1)]
    [InlineData(0.8, .084376, 1)]
    public void Ogm_coefficients_of_scores(double alpha, double audio, double visual) =>
        AssertClose([audio, visual], OgmGeStrategy.Coefficients(TrueScores(), alpha));

    [Fact]
    public void Ogm_coefficient_jumps_at_a_ratio_of_one() =>
        AssertClose([.335963, 1], OgmGeStrategy.Coefficients([1.0000001, 1], 0.8));

    [Fact]
    public void Mlb_coefficients_of_scores() => AssertClose([.628576, 1.641816], MlbStrategy.Coefficients(TrueScores(), 0.8, areErrors: false));

    [Fact]
    public void Mlb_coefficients_of_three_modalities() =>
        AssertClose([.572247, 1.099668, 1.885352], MlbStrategy.Coefficients([.7, .4, .2], 0.8, areErrors: false));

    [Fact]
    public void Mlb_of_errors_boosts_the_larger_one()
    {
        var found = MlbStrategy.Coefficients([.2, .4], 0.8, areErrors: true);
        Assert.True(found[0] < 1 && found[1] > 1);
    }

    [Theory]
    [InlineData(new[] { 1f, 0f }, new[] { -.5f, 2f }, 2.473863, 1.855398)]
    [InlineData(new[] { 1f, .2f }, new[] { .5f, 1f }, 2.25, 1.8)]
    [InlineData(new[] { .1f, 0f }, new[] { -3f, .3f }, .421246, 4.352879)]
    public void MmPareto_combines_two_gradients(float[] joint, float[] own, double first, double second)
    {
        using var scope = NewDisposeScope();
        Tensor j = tensor(joint), o = tensor(own), result = j.add(o, 1);
        new MmParetoStrategy(1.5).Combine(new EncoderGradients(0, j, o, result, [(0, 2)]));
        AssertClose([first, second], result.ToDoubles());
    }

    [Fact]
    public void MmPareto_opposed_gradients_stay_finite()
    {
        using var scope = NewDisposeScope();
        Tensor j = tensor(new[] { 1f, 0f }), o = tensor(new[] { -1f, 0f }), result = zeros(2);
        new MmParetoStrategy(1.5).Combine(new EncoderGradients(0, j, o, result, [(0, 2)]));
        Assert.All(result.ToDoubles(), value => Assert.InRange(Math.Abs(value), 0, 1e-6));
    }

    [Fact]
    public void Umt_distance_is_the_mean_over_rows_and_features()
    {
        using var scope = NewDisposeScope();
        var found = UmtStrategy.Distance(tensor(new[,] { { .5f, 2.5f }, { 0, 1 } }), tensor(new[,] { { 1f, 2f }, { 0, -1 } }));
        Assert.Equal(1.125, found.ToDouble(), Tolerance);
    }

    [Fact]
    public void Ensemble_of_logits_and_of_probabilities_are_two_things()
    {
        double[][] predictions = [[2, .5, -1], [.3, .1, .2]];
        double[] answer = new double[3], scratch = new double[3];
        new AnswerRule(true, [.5, .5]).Combine(LearningTask.Multiclass, predictions, 0, answer, scratch);
        AssertClose([.609881, .260672, .129446], answer);
        new AnswerRule(false, [.5, .5]).Combine(LearningTask.Multiclass, predictions, 0, answer, scratch);
        AssertClose([.576381, .237950, .185669], answer);
    }

    [Fact]
    public void Midas_share_and_loss()
    {
        using var scope = NewDisposeScope();
        var share = MidasStrategy.Share(tensor(new[] { .9 }), tensor(new[] { .3 }));
        Assert.Equal(.75, share.ToDouble(), Tolerance);
        var logits = tensor(new[,] { { Math.Log(.6), Math.Log(.3), Math.Log(.1) } });
        Assert.Equal(.684112, MidasStrategy.SharedLabelLoss(logits, tensor(new[] { 0L }), tensor(new[] { 1L }), share).mean().ToDouble(), Tolerance);
    }

    [Fact]
    public void Mcr_divergence_is_in_nats()
    {
        using var scope = NewDisposeScope();
        var found = McrStrategy.JensenShannon(tensor(new[,] { { .7, .2, .1 } }), tensor(new[,] { { .4, .4, .2 } }));
        Assert.Equal(.046201, found.ToDouble(), Tolerance);
    }

    [Fact]
    public void G2d_ranks_by_the_teachers_mean_score()
    {
        var scores = TrueScores();
        AssertClose([.710516, .364074], [scores[0] / 2, scores[1] / 2]);
    }

    [Theory]
    [InlineData(0, 2, 0)]
    [InlineData(4, 2, 0)]
    [InlineData(5, 2, 1)]
    [InlineData(2, 3, 0)]
    [InlineData(3, 3, 1)]
    [InlineData(5, 3, 2)]
    public void Sequential_stage_of_an_epoch_of_ten(int epoch, int modalities, int stage) =>
        Assert.Equal(stage, SequentialStrategy.Stage(epoch, 10, modalities, 0.5));

    /// <summary>x = (1, 2), one weight an encoder, binary cross-entropy with y = 1: one step of plain SGD moves the weights by the gradient.</summary>
    [Theory]
    [InlineData(true, -.755081, -1.378662)]
    [InlineData(false, -1.115214, -1.738795)]
    public void Dgl_gradients_of_two_scalar_encoders(bool detaches, double first, double second)
    {
        double[] before = [.5, -.25];
        var plan = new EpochPlan(2, 2, 1) { DetachJoint = detaches };
        var settings = ToyRows.Settings(GBlend.MLNet.Blending.By(() => new ConstantWeights(StrategyNeeds.Heads, plan))) with
        {
            Modalities = [new("A", [1], new ScalarEncoder(), null), new("B", [1], new ScalarEncoder(), null)],
            Fusion = Fusion.Concat(),
            NumberOfEpochs = 1,
            LearningRate = 1,
            Optimizer = Optimizer.Sgd(0),
            Precision = ScalarType.Float64,
        };
        var rows = new TrainingRows([[1], [2]], new TrainingTargets(LearningTask.MultiLabel, 1, null, [1]), [false]);
        using var run = new TrainingRun(rows, settings, new QuietHost());
        Set(run, "encoders.0.", [before[0]]);
        Set(run, "encoders.1.", [before[1]]);
        Set(run, "heads.0.", [1, 0]);
        Set(run, "heads.1.", [.6, 0]);
        Set(run, "joint.", [.8, .4, 0]);
        run.Advance(1);
        AssertClose([first, second], [before[0] - Get(run, "encoders.0.")[0], before[1] - Get(run, "encoders.1.")[0]]);
        if (detaches)
            AssertClose([-.225083, .225083], [.8 - Get(run, "joint.")[0], .4 - Get(run, "joint.")[1]]);
    }

    private static double[] TrueScores()
    {
        using var scope = NewDisposeScope();
        var classes = tensor(new long[] { 0, 1 });
        var loss = new Loss(LearningTask.Multiclass);
        return
        [
            loss.TrueScore(tensor(new[,] { { 2, .5, -1 }, { .2, 1.5, .3 } }), classes).sum().ToDouble(),
            loss.TrueScore(tensor(new[,] { { .3, .1, .2 }, { -.2, .4, .6 } }), classes).sum().ToDouble(),
        ];
    }

    private static void Set(TrainingRun run, string part, double[] values)
    {
        using var grad = no_grad();
        int used = 0;
        foreach (var (_, tensor) in run.Network.Tensors.Where(t => t.Name.StartsWith(part)))
        {
            using var source = torch.tensor(values[used..(used += (int)tensor.numel())], tensor.shape);
            tensor.copy_(source);
        }
        Assert.Equal(values.Length, used);
    }

    private static double[] Get(TrainingRun run, string part) =>
        [.. run.Network.Tensors.Where(t => t.Name.StartsWith(part)).SelectMany(t => t.Value.ToDoubles())];

    private static void AssertClose(double[] expected, double[] found)
    {
        Assert.Equal(expected.Length, found.Length);
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], found[i], Tolerance);
    }
}
