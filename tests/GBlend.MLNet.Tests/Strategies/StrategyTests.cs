using TorchSharp;
using static TorchSharp.torch;

namespace GBlend.MLNet.Tests;

public sealed class StrategyTests
{
    public static TheoryData<string> Methods { get; } =
        ["auto", "dgl", "frozen start", "fine-tuned start", "umt", "ogm", "mlb", "mmpareto", "sequential", "midas", "mcr", "separate", "offline"];

    [Trait("Speed", "Slow")]
    [Theory]
    [MemberData(nameof(Methods))]
    public void Fit_learns_and_repeats(string method)
    {
        var settings = ToyRows.Settings(TrainingRunTests.Blend(method)) with { NumberOfEpochs = 40 };
        var rows = ToyRows.Multiclass();
        using TrainedModel model = TrainingRun.Fit(rows, settings, new QuietHost()), again = TrainingRun.Fit(rows, settings, new QuietHost());
        Assert.True(ToyRows.Accuracy(model, ToyRows.Multiclass(200, seed: 9)) > 0.7, method);
        Assert.Equal(ToyRows.Score(model, rows), ToyRows.Score(again, rows));
    }

    [Trait("Speed", "Slow")]
    [Theory]
    [InlineData("auto")]
    [InlineData("dgl")]
    [InlineData("umt")]
    [InlineData("mlb")]
    [InlineData("mmpareto")]
    [InlineData("sequential")]
    public void Fit_learns_labels_and_numbers(string method)
    {
        foreach (var rows in new[] { ToyRows.MultiLabel(), ToyRows.Regression() })
        {
            var settings = ToyRows.Settings(TrainingRunTests.Blend(method)) with { NumberOfEpochs = 20 };
            using var model = TrainingRun.Fit(rows, settings, new QuietHost());
            var first = model.History.Epochs[0].HeldOutLoss;
            Assert.True(model.History.HeldOutLoss < first.Min(), $"{method} {model.Task}: {model.History.HeldOutLoss} from {first.Min()}");
        }
    }

    [Trait("Speed", "Slow")]
    [Fact]
    public void Fit_of_three_modalities_runs_every_method()
    {
        var two = ToyRows.Multiclass();
        var rows = new TrainingRows([.. two.Modalities, RowColumn.Of([.. two.Floats(0).AsEnumerable().Reverse()], two.Count)], two.Targets, two.HeldOut);
        foreach (var method in ((IEnumerable<object[]>)Methods).Select(row => (string)row[0]))
        {
            var settings = ToyRows.Settings(TrainingRunTests.Blend(method));
            using var model = TrainingRun.Fit(
                rows, settings with { Modalities = [.. settings.Modalities, new("Noise", [ToyRows.ClearWidth], Encoders.Mlp(4), null)] }, new QuietHost());
            Assert.Equal(settings.NumberOfEpochs, model.History.Epochs.Count);
        }
    }

    [Fact]
    public void Auto_networks_side_by_side_or_not_are_the_same()
    {
        var settings = ToyRows.Settings(GBlend.MLNet.Blending.Auto()) with { NumberOfThreads = 1 };
        var rows = ToyRows.Multiclass();
        using TrainedModel together = TrainingRun.Fit(rows, settings, new QuietHost()),
            apart = TrainingRun.Fit(rows, settings with { TrainsSideBySide = false }, new QuietHost());
        Assert.Equal(ToyRows.Score(together, rows), ToyRows.Score(apart, rows));
        Assert.Equal(["Clear", "Faint", "DetachedJoint", "Joint"], together.History.Branches);
        Assert.StartsWith("pool Clear", together.History.Answer);
    }

    [Fact]
    public void Auto_contains_the_naive_network()
    {
        var rows = ToyRows.Multiclass();
        using TrainedModel auto = TrainingRun.Fit(rows, ToyRows.Settings(GBlend.MLNet.Blending.Auto()), new QuietHost()),
            naive = TrainingRun.Fit(rows, ToyRows.Settings(GBlend.MLNet.Blending.None()), new QuietHost());
        Assert.Equal(naive.History.Epochs.Select(e => e.HeldOutLoss[0]), auto.History.Epochs.Select(e => e.HeldOutLoss[^1]));
    }

    [Fact]
    public void Split_network_trains_each_encoder_as_if_it_were_alone()
    {
        var settings = ToyRows.Settings(GBlend.MLNet.Blending.Dgl()) with { Optimizer = Optimizer.Adam() };
        var rows = ToyRows.Multiclass();
        using TrainedModel split = TrainingRun.Fit(rows, settings, new QuietHost()),
            alone = TrainingRun.Fit(rows, settings with { Blending = GBlend.MLNet.Blending.Separate() }, new QuietHost());
        Assert.Equal(alone.History.Epochs.Select(e => e.HeldOutLoss[0]), split.History.Epochs.Select(e => e.HeldOutLoss[0]));
        Assert.Equal(alone.History.Epochs.Select(e => e.HeldOutLoss[1]), split.History.Epochs.Select(e => e.HeldOutLoss[1]));
    }

    [Fact]
    public void Sequential_freezes_all_encoders_but_the_weakest_at_first()
    {
        using var run = new TrainingRun(ToyRows.Multiclass(), ToyRows.Settings(GBlend.MLNet.Blending.Sequential()) with { WeightDecay = 0.1 }, new QuietHost());
        double[] clear = Part(run, "encoders.0."), faint = Part(run, "encoders.1.");
        run.Advance(3);
        Assert.Equal(clear, Part(run, "encoders.0."));
        Assert.NotEqual(faint, Part(run, "encoders.1."));
        run.Advance(6);
        Assert.NotEqual(clear, Part(run, "encoders.0."));
    }

    [Fact]
    public void Frozen_start_keeps_the_uni_modal_encoders()
    {
        using var run = new TrainingRun(ToyRows.Multiclass(), ToyRows.Settings(GBlend.MLNet.Blending.UniModalStart(freeze: true)), new QuietHost());
        run.Advance(1);
        var after = Part(run, "encoders.");
        run.Advance(6);
        Assert.Equal(after, Part(run, "encoders."));
    }

    [Fact]
    public void Umt_pulls_features_to_the_teachers()
    {
        double Apart(double weight)
        {
            using var run = new TrainingRun(ToyRows.Multiclass(), ToyRows.Settings(GBlend.MLNet.Blending.By(() => new Watcher(weight))), new QuietHost());
            run.Advance(6);
            return Watcher.LastDistance;
        }
        Assert.True(Apart(10) < 0.5 * Apart(1e-6));
    }

    [Fact]
    public void Ogm_noise_differs_by_seed_and_not_by_run()
    {
        var settings = ToyRows.Settings(GBlend.MLNet.Blending.OgmGe());
        double[] Train(TrainingSettings s)
        {
            using var run = new TrainingRun(ToyRows.Multiclass(), s, new QuietHost());
            run.Advance(2);
            return Part(run, "encoders.");
        }
        Assert.Equal(Train(settings), Train(settings));
        Assert.NotEqual(Train(settings), Train(settings with { Blending = GBlend.MLNet.Blending.OgmGe(addNoise: false) }));
    }

    [Fact]
    public void Own_strategy_sees_losses_and_steers()
    {
        var seen = new List<IReadOnlyList<double>>();
        var settings = ToyRows.Settings(GBlend.MLNet.Blending.By(() => new FirstHeadsThenJoint(seen)));
        using var model = TrainingRun.Fit(ToyRows.Multiclass(), settings, new QuietHost());
        Assert.Equal([1, 1, 0], model.History.Epochs[0].Weights);
        Assert.Equal([0, 0, 1], model.History.Epochs[^1].Weights);
        Assert.All(seen, losses => Assert.All(losses, loss => Assert.True(double.IsFinite(loss))));
        Assert.Equal(model.History.Epochs[1].HeldOutLoss, seen[2]);
    }

    [Theory]
    [InlineData(2, "2 weights, but 2 modalities and the joint branch need 3")]
    [InlineData(4, "4 weights")]
    public void Own_strategy_of_wrong_weights_is_refused(int weights, string message)
    {
        var settings = ToyRows.Settings(
            GBlend.MLNet.Blending.By(() => new ConstantWeights(StrategyNeeds.Heads, new EpochPlan([.. Enumerable.Repeat(1.0, weights)]))));
        var e = Assert.Throws<InvalidOperationException>(() => TrainingRun.Fit(ToyRows.Multiclass(), settings, new QuietHost()));
        Assert.Contains(message, e.Message);
    }

    [Fact]
    public void Own_strategy_without_uni_modal_runs_is_told_how_to_get_them()
    {
        var settings = ToyRows.Settings(GBlend.MLNet.Blending.By(() => new Unasked()));
        var e = Assert.Throws<InvalidOperationException>(() => TrainingRun.Fit(ToyRows.Multiclass(), settings, new QuietHost()));
        Assert.Contains("StrategyNeeds.UniModalRuns", e.Message);
    }

    [Fact]
    public void Advance_in_steps_gives_the_same_model_as_one_run()
    {
        var settings = ToyRows.Settings(GBlend.MLNet.Blending.Online(2));
        var rows = ToyRows.Multiclass();
        using var whole = TrainingRun.Fit(rows, settings, new QuietHost());
        using var run = new TrainingRun(rows, settings, new QuietHost());
        run.Advance(2);
        using (var half = run.Finish())
            Assert.Equal(2, half.History.Epochs.Count);
        run.Advance(5);
        run.Advance(6);
        Assert.True(run.IsOver);
        using var stepped = run.Finish();
        Assert.Equal(ToyRows.Score(whole, rows), ToyRows.Score(stepped, rows));
    }

    [Fact]
    public void Plan_of_bad_weights_is_refused()
    {
        Assert.Throws<ArgumentException>(() => new EpochPlan(0, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new EpochPlan(1, 1) { LossScale = double.NaN });
        Assert.Throws<ArgumentNullException>(() => new StepScales(null!));
        Assert.Throws<ArgumentNullException>(() => GBlend.MLNet.Blending.Online() with { Guards = null! });
        Assert.Throws<ArgumentException>(() => GBlend.MLNet.Blending.By(() => null!));
        Assert.Throws<ArgumentOutOfRangeException>(() => GBlend.MLNet.Blending.OgmGe(lastEpoch: -3));
        Assert.Throws<ArgumentException>(() => new EpochPlan(1, double.NaN));
        Assert.Throws<ArgumentException>(() => new EpochPlan(1, -1));
    }

    [Theory]
    [InlineData("loss", StrategyNeeds.Heads, "ExtraLoss")]
    [InlineData("combine", StrategyNeeds.Heads, "BothGradients")]
    [InlineData("loss", StrategyNeeds.Heads | StrategyNeeds.ExtraLoss, "without gradients")]
    [InlineData("held out", StrategyNeeds.Heads, "no rows are held out")]
    public void What_a_strategy_does_wrong_is_said_by_name(string fault, StrategyNeeds needs, string message)
    {
        BalanceStrategy Create() => fault switch
        {
            "loss" => new LossWithoutGradient(needs),
            "combine" => new Combining(needs),
            _ => new HeldOutReader(),
        };
        var rows = ToyRows.Multiclass();
        if (fault == "held out")
            rows = new TrainingRows(rows.Modalities, rows.Targets, new bool[rows.Count]);
        var e = Assert.Throws<InvalidOperationException>(() => TrainingRun.Fit(rows, ToyRows.Settings(GBlend.MLNet.Blending.By(Create)), new QuietHost()));
        Assert.Contains(message, e.Message);
        Assert.Contains(Create().GetType().Name, e.Message);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public void Losses_and_estimates_are_those_of_the_network_as_it_is_now(int epoch)
    {
        var notes = new Started(epoch);
        using var run = new TrainingRun(
            ToyRows.Multiclass(), ToyRows.Settings(GBlend.MLNet.Blending.By(() => notes.IsTaken ? new Started(epoch) : notes)), new QuietHost());
        run.Advance(epoch + 1);
        Assert.NotEqual(notes.Before[0], notes.After[0]);
        Assert.NotEqual(notes.Before[1], notes.After[1]);
        Assert.NotEqual(notes.TrainBefore[0], notes.TrainAfter[0]);
        Assert.Equal(notes.After, notes.Estimate!.Branches.Select(b => b.HeldOutLossBefore));
    }

    /// <summary>A method of the same name is nothing to the training, and the one it looks for is found beside it.</summary>
    [Fact]
    public void Strategies_with_methods_of_the_same_name_are_asked_rightly()
    {
        var strategy = new Overloaded();
        using var run = new TrainingRun(ToyRows.Multiclass(), ToyRows.Settings(GBlend.MLNet.Blending.By(() => strategy)), new QuietHost());
        run.Advance(1);
        Assert.True(strategy.Steps > 0);
        Assert.False(new Hiding().Overrides(nameof(BalanceStrategy.OnStep)));
        using var hiding = new TrainingRun(
            ToyRows.Multiclass(), ToyRows.Settings(GBlend.MLNet.Blending.By(() => new Hiding())) with { MicroBatchSize = 4 }, new QuietHost());
        hiding.Advance(1);
    }

    private sealed class Overloaded : BalanceStrategy
    {
        internal int Steps { get; private set; }

        public override EpochPlan OnEpoch(EpochView epoch) => new(1, 1, 1);

        public override StepScales? OnStep(StepView step)
        {
            Steps++;
            return OnStep(step, 1);
        }

        public StepScales? OnStep(StepView step, double factor) => new([factor, factor + step.Epoch]);

        public static Tensor? ExtraLoss() => null;

        public static void Combine(double a, double b) => _ = a + b;
    }

    private sealed class Hiding : BalanceStrategy
    {
        public override EpochPlan OnEpoch(EpochView epoch) => new(1, 1, 1);

        public new StepScales? OnStep(StepView step) => throw new InvalidOperationException($"Nobody calls this in epoch {step.Epoch}.");
    }

    /// <summary>In one epoch notes the losses, takes the encoders of the single modalities, and notes the losses again.</summary>
    private sealed class Started(int epochOfStart) : BalanceStrategy
    {
        internal bool IsTaken { get; private set; }

        internal IReadOnlyList<double> Before { get; private set; } = [];

        internal IReadOnlyList<double> After { get; private set; } = [];

        internal IReadOnlyList<double> TrainBefore { get; private set; } = [];

        internal IReadOnlyList<double> TrainAfter { get; private set; } = [];

        internal BlendingEstimate? Estimate { get; private set; }

        public override StrategyNeeds Needs => StrategyNeeds.Heads | StrategyNeeds.HeldOutRows | StrategyNeeds.UniModalRuns;

        public override EpochPlan OnEpoch(EpochView epoch)
        {
            IsTaken = true;
            if (epoch.Epoch == epochOfStart)
            {
                (Before, TrainBefore) = (epoch.HeldOutLosses, epoch.TrainLosses);
                epoch.StartFromUniModalEncoders();
                (After, TrainAfter) = (epoch.HeldOutLosses, epoch.TrainLosses);
                Estimate = epoch.Estimate(1);
            }
            return new(1, 1, 1);
        }
    }

    private sealed class LossWithoutGradient(StrategyNeeds needs) : BalanceStrategy
    {
        public override StrategyNeeds Needs => needs;

        public override EpochPlan OnEpoch(EpochView epoch) => new(1, 1, 1);

        public override TorchSharp.torch.Tensor? ExtraLoss(BatchView batch) => TorchSharp.torch.ones(1);
    }

    private sealed class Combining(StrategyNeeds needs) : BalanceStrategy
    {
        public override StrategyNeeds Needs => needs;

        public override EpochPlan OnEpoch(EpochView epoch) => new(1, 1, 1);

        public override void Combine(EncoderGradients gradients)
        {
        }
    }

    private sealed class HeldOutReader : BalanceStrategy
    {
        public override EpochPlan OnEpoch(EpochView epoch) => new(1, 1, epoch.HeldOutLosses[0]);
    }

    private static double[] Part(TrainingRun run, string part) =>
        [.. run.Network.Tensors.Where(t => t.Name.StartsWith(part)).SelectMany(t => t.Value.ToDoubles())];

    private sealed class FirstHeadsThenJoint(List<IReadOnlyList<double>> seen) : BalanceStrategy
    {
        public override EpochPlan OnEpoch(EpochView epoch)
        {
            seen.Add(epoch.HeldOutLosses);
            return epoch.Epoch < epoch.NumberOfEpochs / 2 ? new(1, 1, 0) : new(0, 0, 1);
        }
    }

    private sealed class Unasked : BalanceStrategy
    {
        public override EpochPlan OnEpoch(EpochView epoch)
        {
            epoch.StartFromUniModalEncoders();
            return new(1, 1, 1);
        }
    }

    /// <summary>UMT that notes how far the features of the last batch are from the teachers'.</summary>
    private sealed class Watcher(double weight) : BalanceStrategy
    {
        private readonly UmtStrategy _umt = new(weight);

        internal static double LastDistance { get; private set; }

        public override StrategyNeeds Needs => _umt.Needs;

        public override EpochPlan OnEpoch(EpochView epoch) => _umt.OnEpoch(epoch);

        public override Tensor? ExtraLoss(BatchView batch)
        {
            LastDistance = UmtStrategy.Distance(batch.Feature(0), batch.TeacherFeature(0)).ToDouble();
            return _umt.ExtraLoss(batch);
        }
    }

    [Fact]
    public void Fit_refuses_a_strategy_that_gives_weight_to_heads_that_it_did_not_ask_for()
    {
        var settings = ToyRows.Settings(GBlend.MLNet.Blending.By(() => new WithoutHeads()));
        var e = Assert.Throws<InvalidOperationException>(() => TrainingRun.Fit(ToyRows.Multiclass(), settings, new QuietHost()));
        Assert.Contains("WithoutHeads.OnEpoch gave weight to heads of modalities", e.Message);
        Assert.Contains("Add StrategyNeeds.Heads to its Needs", e.Message);
    }

    private sealed class WithoutHeads : BalanceStrategy
    {
        public override StrategyNeeds Needs => StrategyNeeds.None;

        public override EpochPlan OnEpoch(EpochView epoch) => new(1, 1, 1);
    }

    [Theory]
    [InlineData("feature", typeof(ArgumentOutOfRangeException), "modality")]
    [InlineData("joint", typeof(ArgumentException), "all 2 modalities, but got 1")]
    [InlineData("disposed", typeof(InvalidOperationException), "a tensor that is disposed")]
    public void Fit_names_what_a_strategy_asks_for_wrongly(string fault, Type type, string message)
    {
        var settings = ToyRows.Settings(GBlend.MLNet.Blending.By(() => new Faulty(fault)));
        var e = Assert.Throws(type, () => TrainingRun.Fit(ToyRows.Multiclass(), settings, new QuietHost()));
        Assert.Contains(message, e.Message);
    }

    private sealed class Faulty(string fault) : BalanceStrategy
    {
        public override StrategyNeeds Needs => StrategyNeeds.Heads | StrategyNeeds.ExtraLoss;

        public override EpochPlan OnEpoch(EpochView epoch) => new(1, 1, 1);

        public override TorchSharp.torch.Tensor? ExtraLoss(BatchView batch)
        {
            switch (fault)
            {
                case "feature":
                    return batch.Feature(9).mean();
                case "joint":
                    return batch.Loss(batch.Joint(batch.Feature(0)));
                default:
                    var loss = batch.Feature(0).mean();
                    loss.Dispose();
                    return loss;
            }
        }
    }
}
