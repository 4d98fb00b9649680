
namespace GBlend.MLNet.Tests;

public sealed class TrainingRunTests
{
    public static TheoryData<string> Blendings => ["none", "equal", "separate", "fixed", "offline", "online"];

    public static TheoryData<string> Fusions => ["Concat", "MidConcat", "SqueezeExcitationGate", "NonLocalGate", "Dropout", "NoHidden"];

    [Theory]
    [MemberData(nameof(Blendings))]
    public void Fit_every_blending_learns(string name)
    {
        using var model = TrainingRun.Fit(ToyRows.Multiclass(), ToyRows.Settings(Blend(name)) with { NumberOfEpochs = 20 }, new QuietHost());
        Assert.True(ToyRows.Accuracy(model, ToyRows.Multiclass(seed: 2)) > 0.75);
    }

    [Trait("Speed", "Slow")]
    [Theory]
    [MemberData(nameof(Fusions))]
    public void Fit_every_fusion_learns(string name)
    {
        using var model = TrainingRun.Fit(
            ToyRows.Multiclass(), ToyRows.Settings() with { Fusion = Fuse(name), NumberOfEpochs = 40, Answer = Answer.Joint }, new QuietHost());
        double accuracy = ToyRows.Accuracy(model, ToyRows.Multiclass(seed: 2));
        Assert.True(accuracy > 0.7, $"{accuracy}");
    }

    [Theory]
    [InlineData("sgd")]
    [InlineData("adam")]
    [InlineData("adamw")]
    public void Fit_every_optimizer_learns(string name)
    {
        var optimizer = name switch { "sgd" => Optimizer.Sgd(), "adam" => Optimizer.Adam(), _ => Optimizer.AdamW() };
        var settings = ToyRows.Settings() with { Optimizer = optimizer, LearningRate = name == "sgd" ? 0.05 : 0.01, WeightDecay = 1e-3, NumberOfEpochs = 20 };
        using var model = TrainingRun.Fit(ToyRows.Multiclass(), settings, new QuietHost());
        Assert.True(ToyRows.Accuracy(model, ToyRows.Multiclass(seed: 2)) > 0.75);
    }

    [Fact]
    public void Fit_one_modality_is_its_encoder_and_head()
    {
        var rows = ToyRows.Multiclass();
        var settings = ToyRows.Settings() with { Modalities = [ToyRows.Settings().Modalities[0]] };
        using var model = TrainingRun.Fit(new TrainingRows([rows.Modalities[0]], rows.Targets, rows.HeldOut), settings, new QuietHost());
        Assert.Equal(["Clear"], model.History.Branches);
        Assert.Empty(model.History.Estimates);
        Assert.Equal("head of Clear", model.History.Answer);
    }

    [Fact]
    public void Fit_multi_label_separates_the_labels()
    {
        var rows = ToyRows.MultiLabel();
        using var model = TrainingRun.Fit(rows, ToyRows.Settings() with { NumberOfEpochs = 30 }, new QuietHost());
        var scores = ToyRows.Score(model, rows);
        Assert.All(scores, s => Assert.InRange(s, 0, 1));
        Assert.True(scores.Zip(rows.Targets.Values!).Average(pair => pair.First > 0.5 == pair.Second > 0.5 ? 1.0 : 0.0) > 0.85);
    }

    [Fact]
    public void Fit_regression_predicts_in_the_labels_unit()
    {
        var rows = ToyRows.Regression();
        using var model = TrainingRun.Fit(rows, ToyRows.Settings() with { NumberOfEpochs = 30 }, new QuietHost());
        var scores = ToyRows.Score(model, rows);
        double mean = rows.Targets.Values!.Average(), total = rows.Targets.Values!.Sum(v => (v - mean) * (v - mean));
        double left = scores.Zip(rows.Targets.Values!).Sum(pair => Math.Pow(pair.First - pair.Second, 2));
        Assert.True(1 - left / total > 0.6, $"R2 {1 - left / total}");
    }

    [Theory]
    [MemberData(nameof(Blendings))]
    public void Fit_same_seed_gives_the_same_bits(string name)
    {
        var settings = ToyRows.Settings(Blend(name)) with
        {
            Fusion = Fusion.Concat(8).WithDropout(0.3f),
            Modalities = [.. ToyRows.Settings().Modalities.Select(m => m with { Encoder = Encoders.Mlp(8, 6).WithDropout(0.2f) })]
        };
        Assert.Equal(Weights(settings), Weights(settings));
        Assert.NotEqual(Weights(settings), Weights(settings with { Seed = 4 }));
    }

    [Fact]
    public void Estimate_leaves_the_network_alone()
    {
        using var run = new TrainingRun(ToyRows.Multiclass(), ToyRows.Settings(), new QuietHost());
        using var estimator = new GradientBlendingEstimator(run.Context, run.CreateNetwork);
        var before = Bits(run.Network);
        var losses = run.Context.Meter.Measure(run.Network, run.Network.Shape.Branches);
        var weights = Weights(estimator.Estimate(run.Network, losses, 0, 3, new BlendingGuards()));
        Assert.Equal(before, Bits(run.Network));
        Assert.Equal(1, weights.Sum(), 1e-9);
        Assert.Equal(weights, Weights(estimator.Estimate(run.Network, losses, 0, 3, new BlendingGuards())));
    }

    [Fact]
    public void Fit_order_of_epochs_does_not_hang_on_estimates()
    {
        using var run = new TrainingRun(ToyRows.Multiclass(), ToyRows.Settings(), new QuietHost());
        var order = run.Context.Rows.OrderOf(3);
        Assert.Equal(order, run.Context.Rows.OrderOf(3));
        Assert.NotEqual(order, run.Context.Rows.OrderOf(4));
        Assert.DoesNotContain(order, row => row % 4 == 0);
    }

    [Fact]
    public void Fit_online_weights_sum_to_one_and_keep_the_floor()
    {
        using var model = TrainingRun.Fit(
            ToyRows.Multiclass(), ToyRows.Settings(GBlend.MLNet.Blending.Online(2, firstSuperEpoch: 4)) with { NumberOfEpochs = 10 }, new QuietHost());
        Assert.Equal([(0, 4), (4, 2), (6, 2), (8, 2)], model.History.Estimates.Select(e => (e.FirstEpoch, e.Epochs)));
        Assert.All(model.History.Epochs, e => Assert.Equal(1, e.Weights.Sum(), 1e-9));
        Assert.All(model.History.Epochs.SelectMany(e => e.Weights), w => Assert.True(w >= 0.05 - 1e-9));
    }

    [Fact]
    public void Fit_best_epoch_has_the_lowest_held_out_loss()
    {
        var settings = ToyRows.Settings() with { NumberOfEpochs = 25, FinalWeights = FinalWeights.BestEpoch, Answer = Answer.Joint };
        var rows = ToyRows.Multiclass();
        using var model = TrainingRun.Fit(rows, settings, new QuietHost());
        var losses = model.History.Epochs.Select(e => e.HeldOutLoss[^1]).ToArray();
        Assert.Equal(losses.Min(), losses[model.History.SelectedEpoch]);
        var scores = ToyRows.Score(model, rows);
        int[] heldOut = [.. Enumerable.Range(0, rows.Count).Where(r => rows.HeldOut[r])];
        Assert.Equal(losses.Min(), heldOut.Average(r => -Math.Log(scores[r * 3 + rows.Targets.Classes![r]])), 1e-4);
    }

    /// <summary>A joint head without weight learns nothing: what it says of an epoch must not decide.</summary>
    [Fact]
    public void Fit_best_epoch_and_early_stopping_follow_the_answer_and_not_a_joint_head_that_never_learned()
    {
        var settings = ToyRows.Settings(GBlend.MLNet.Blending.Fixed(0.5f, 0.5f, 0)) with { NumberOfEpochs = 25 };
        using var last = TrainingRun.Fit(ToyRows.Multiclass(), settings, new QuietHost());
        using var best = TrainingRun.Fit(ToyRows.Multiclass(), settings with { FinalWeights = FinalWeights.BestEpoch }, new QuietHost());
        using var patient = TrainingRun.Fit(ToyRows.Multiclass(), settings with { EarlyStoppingPatience = 3 }, new QuietHost());
        Assert.True(best.History.HeldOutLoss <= last.History.HeldOutLoss,
            $"epoch {best.History.SelectedEpoch}: {best.History.HeldOutLoss}, last {last.History.HeldOutLoss}");
        Assert.True(patient.History.Epochs.Count > 10, $"{patient.History.Epochs.Count} epochs");
    }

    [Theory]
    [InlineData("auto", false)]
    [InlineData("auto", true)]
    [InlineData("equal", false)]
    [InlineData("separate", false)]
    [InlineData("none", false)]
    [InlineData("heads first", false)]
    [InlineData("heads first", true)]
    public void Fit_best_epoch_has_the_lowest_held_out_loss_of_the_answer(string name, bool isNoisy)
    {
        var blending = name == "heads first" ? GBlend.MLNet.Blending.By(() => new HeadsFirst()) : Blend(name);
        var settings = ToyRows.Settings(blending) with { NumberOfEpochs = 20, FinalWeights = FinalWeights.BestEpoch };
        TrainingRows Rows() => isNoisy ? ToyRows.WithNoise() : ToyRows.Multiclass();
        using var model = TrainingRun.Fit(Rows(), settings, new QuietHost());
        double[] losses = [.. model.History.Epochs.Select(e => e.AnswerHeldOutLoss!.Value)];
        Assert.Equal(losses.Min(), losses[model.History.SelectedEpoch]);
        Assert.Equal(losses.Min(), model.History.HeldOutLoss!.Value, 1e-6);
        using var plain = TrainingRun.Fit(Rows(), settings with { FinalWeights = FinalWeights.LastEpoch }, new QuietHost());
        Assert.All(plain.History.Epochs, e => Assert.Null(e.AnswerHeldOutLoss));
        Assert.Equal(plain.History.HeldOutLoss!.Value, losses[^1], 1e-6);
        using var patient = TrainingRun.Fit(Rows(), settings with { FinalWeights = FinalWeights.LastEpoch, EarlyStoppingPatience = 3 }, new QuietHost());
        int stops = Enumerable.Range(1, losses.Length).First(n => n == losses.Length || n - 1 - losses[..n].Index().MinBy(l => l.Item).Index >= 3);
        Assert.Equal(stops, patient.History.Epochs.Count);
    }

    /// <summary>The modalities' own heads first, the joint one later.</summary>
    private sealed class HeadsFirst : BalanceStrategy
    {
        public override StrategyNeeds Needs => StrategyNeeds.Heads;

        public override EpochPlan OnEpoch(EpochView epoch) => epoch.Epoch < 8 ? new EpochPlan(1, 1, 0) : new EpochPlan(1, 0, 1);
    }

    [Fact]
    public void Fit_early_stopping_stops()
    {
        var settings = ToyRows.Settings(GBlend.MLNet.Blending.None()) with { NumberOfEpochs = 400, LearningRate = 0.2, EarlyStoppingPatience = 3 };
        using var model = TrainingRun.Fit(ToyRows.Multiclass(), settings, new QuietHost());
        Assert.True(model.History.Epochs.Count < 400);
    }

    [Fact]
    public void Fit_learning_rate_follows_its_schedule()
    {
        var settings = ToyRows.Settings(GBlend.MLNet.Blending.None()) with
        {
            NumberOfEpochs = 6,
            LearningRate = 1e-2,
            LearningRateSchedule = LearningRateSchedule.Step(2, 0.1f).WithWarmUp(1)
        };
        using var model = TrainingRun.Fit(ToyRows.Multiclass(), settings, new QuietHost());
        double[] expected = [5e-3, 1e-2, 1e-3, 1e-3, 1e-4, 1e-4];
        Assert.All(expected.Zip(model.History.Epochs), pair => Assert.Equal(pair.First, pair.Second.LearningRate, 1e-9));
        var cosine = LearningRateSchedule.Cosine(0.1f);
        Assert.Equal(1, cosine.Factor(0, 10), 1e-9);
        Assert.Equal(0.55, cosine.Factor(5, 10), 1e-6);
    }

    [Fact]
    public void Steps_fall_at_their_epochs_after_the_warm_up()
    {
        var schedule = LearningRateSchedule.Steps([3, 5], 0.1f).WithWarmUp(2);
        double[] expected = [1 / 3.0, 2 / 3.0, 1, 0.1, 0.1, 0.01, 0.01];
        Assert.All(expected.Index(), e => Assert.Equal(e.Item, schedule.Factor(e.Index, 7), 1e-9));
        Assert.Equal("steps at 3, 5 x 0.1, warm-up 2", schedule.ToString());
        Assert.Throws<ArgumentException>(() => LearningRateSchedule.Steps([5, 5]));
        Assert.Throws<ArgumentException>(() => LearningRateSchedule.Steps([0]));
    }

    [Fact]
    public void Fit_clipping_bounds_the_step()
    {
        var settings = ToyRows.Settings(GBlend.MLNet.Blending.None()) with
        {
            NumberOfEpochs = 1,
            BatchSize = 1000,
            LearningRate = 1,
            GradientClipping = 0.01,
            Optimizer = Optimizer.Sgd(0)
        };
        using var run = new TrainingRun(ToyRows.Multiclass(), settings, new QuietHost());
        var before = run.Network.Tensors.SelectMany(t => t.Value.ToDoubles()).ToArray();
        using var model = run.Run();
        double moved = Math.Sqrt(run.Network.Tensors.SelectMany(t => t.Value.ToDoubles()).Zip(before, (a, b) => (a - b) * (a - b)).Sum());
        Assert.Equal(0.01, moved, 1e-5);
    }

    /// <summary>Parts of an encoder that a user has frozen by torch's own means.</summary>
    [Theory]
    [InlineData("sgd")]
    [InlineData("adam")]
    [InlineData("adamw")]
    public void Fit_weight_decay_leaves_parameters_that_need_no_gradient(string name)
    {
        var encoder = new CustomEncoder(prepare: (first, _) => first.weight.requires_grad = false);
        var optimizer = name switch { "sgd" => Optimizer.Sgd(), "adam" => Optimizer.Adam(), _ => Optimizer.AdamW() };
        var settings = ToyRows.Settings(GBlend.MLNet.Blending.Equal()) with { Optimizer = optimizer, WeightDecay = 0.1, GradientClipping = 1 };
        settings = settings with { Modalities = [settings.Modalities[0] with { Encoder = encoder }, settings.Modalities[1]] };
        using var run = new TrainingRun(ToyRows.Multiclass(), settings, new QuietHost());
        double[] Values(string tensor) => run.Network.Tensors.Single(t => t.Name == tensor).Value.ToDoubles();
        string[] names = [.. run.Network.Tensors.Select(t => t.Name)];
        var before = names.ToDictionary(n => n, Values);
        run.Advance(2);
        Assert.Equal(before["encoders.0.first.weight"], Values("encoders.0.first.weight"));
        Assert.All(names.Where(n => n != "encoders.0.first.weight"), n => Assert.NotEqual(before[n], Values(n)));
    }

    /// <summary>The new head is trained at a rate at which it can't become better.</summary>
    [Fact]
    public void Fit_refit_that_is_worse_is_not_kept()
    {
        var settings = ToyRows.Settings(GBlend.MLNet.Blending.Equal()) with { NumberOfEpochs = 15, Answer = Answer.Joint };
        using var plain = TrainingRun.Fit(ToyRows.Multiclass(), settings, new QuietHost());
        var host = new QuietHost();
        using var run = new TrainingRun(ToyRows.Multiclass(), settings with { RefitJointHeadEpochs = 1 }, host);
        run.Advance(15);
        using TrainedModel refitted = run.Finish(), again = run.Finish();
        Assert.Equal(plain.History.HeldOutLoss, refitted.History.HeldOutLoss);
        Assert.Equal(ToyRows.Score(plain, ToyRows.Multiclass()), ToyRows.Score(refitted, ToyRows.Multiclass()));
        Assert.Equal(ToyRows.Score(plain, ToyRows.Multiclass()), ToyRows.Score(again, ToyRows.Multiclass()));
        Assert.Single(host.Infos, i => i.Contains("trained again") && i.Contains("the one before stays"));
    }

    [Fact]
    public void Fit_refit_follows_the_learning_rate_schedule()
    {
        var settings = ToyRows.Settings(GBlend.MLNet.Blending.Equal()) with { NumberOfEpochs = 2, RefitJointHeadEpochs = 4, Answer = Answer.Joint };
        // Every rate of the second schedule after the first epoch is nothing to speak of.
        var falls = LearningRateSchedule.Step(1, 1e-7f);
        double[] Head(TrainingSettings s)
        {
            var rows = ToyRows.Multiclass();
            using var model = TrainingRun.Fit(new TrainingRows(rows.Modalities, rows.Targets, new bool[rows.Count]), s, new QuietHost());
            return [.. model.Network.Tensors.Where(t => t.Name.StartsWith("joint.")).SelectMany(t => t.Value.ToDoubles())];
        }
        double[] one = Head(settings with { RefitJointHeadEpochs = 1, LearningRateSchedule = falls }),
            four = Head(settings with { LearningRateSchedule = falls });
        Assert.All(one.Zip(four), pair => Assert.Equal(pair.First, pair.Second, 1e-4));
    }

    /// <summary>One held-out row that no network can read must not make a pool of all heads, and so every score, no number.</summary>
    [Theory]
    [InlineData(null, FinalWeights.LastEpoch)]
    [InlineData(3, FinalWeights.LastEpoch)]
    [InlineData(null, FinalWeights.BestEpoch)]
    public void Fit_names_a_held_out_row_without_a_finite_prediction(int? patience, FinalWeights weights)
    {
        var rows = ToyRows.Multiclass();
        float[] clear = [.. rows.Floats(0)];
        int row = Array.IndexOf(rows.HeldOut, true, 50);
        clear[row * ToyRows.ClearWidth] = 1e7f;
        var encoder = new CustomEncoder((x, _) => x / (x.abs() < 1e5).to(TorchSharp.torch.ScalarType.Float32));
        var settings = ToyRows.Settings(GBlend.MLNet.Blending.Equal()) with { EarlyStoppingPatience = patience, FinalWeights = weights };
        settings = settings with { Modalities = [settings.Modalities[0] with { Encoder = encoder }, settings.Modalities[1]] };
        var error = Assert.Throws<TrainingDivergedException>(
            () => TrainingRun.Fit(new([clear, rows.Floats(1)], rows.Targets, rows.HeldOut), settings, new QuietHost()).Dispose());
        Assert.Contains($"row {row} ", error.Message);
        Assert.Contains("Clear", error.Message);
    }

    /// <summary>What encoders of others draw from torch's global generator is of the fit, whatever it is and however branches are trained.</summary>
    [Theory]
    [InlineData("dropout")]
    [InlineData("alpha dropout")]
    [InlineData("noise")]
    public void Fit_with_random_modules_of_torch_gives_the_same_bits(string kind)
    {
        var encoder = new CustomEncoder((x, training) => kind switch
        {
            "dropout" => TorchSharp.torch.nn.functional.dropout(x, 0.3, training),
            "alpha dropout" => TorchSharp.torch.nn.functional.alpha_dropout(x, 0.3, training),
            _ => training ? x + TorchSharp.torch.rand_like(x) : x,
        });
        var settings = ToyRows.Settings() with { NumberOfThreads = 1, NumberOfEpochs = 3 };
        settings = settings with { Modalities = [.. settings.Modalities.Select(m => m with { Encoder = encoder })] };
        var expected = Weights(settings);
        Assert.Equal(expected, Weights(settings));
        Assert.Equal(expected, Weights(settings with { TrainsSideBySide = false }));
        Assert.NotEqual(expected, Weights(settings with { Seed = 4 }));
    }

    [Fact]
    public void Fit_bfloat16_adds_up_parts_of_batches_as_well_as_whole_batches()
    {
        var rows = ToyRows.Multiclass(1600);
        var settings = ToyRows.Settings(
            GBlend.MLNet.Blending.Equal()) with
        { NumberOfEpochs = 1, BatchSize = 2000, LearningRate = 1, Optimizer = Optimizer.Sgd(0) };
        double[] Step(TrainingSettings s)
        {
            using var run = new TrainingRun(rows, s, new QuietHost());
            double[] Values() => run.Network.Parameters.Master.ToDoubles();
            double[] before = Values();
            run.Advance(1);
            return [.. Values().Zip(before, (a, b) => a - b)];
        }
        double[] exact = Step(settings);
        double Error(TrainingSettings s) => Math.Sqrt(Step(s).Zip(exact, (a, b) => (a - b) * (a - b)).Sum() / exact.Sum(a => a * a));
        double whole = Error(settings with { Precision = TorchSharp.torch.ScalarType.BFloat16 });
        double parts = Error(settings with { Precision = TorchSharp.torch.ScalarType.BFloat16, MicroBatchSize = 2 });
        Assert.True(parts < 1.5 * whole, $"{parts} in parts, {whole} whole");
    }

    [Theory]
    [InlineData("none", true)]
    [InlineData("equal", true)]
    [InlineData("separate", true)]
    [InlineData("fixed", true)]
    [InlineData("offline", true)]
    [InlineData("online", true)]
    [InlineData("dgl", false)]
    [InlineData("ogm", false)]
    [InlineData("mlb", false)]
    [InlineData("mmpareto", false)]
    [InlineData("midas", false)]
    [InlineData("mcr", false)]
    public void History_weights_sum_to_one_where_its_doc_says_so(string name, bool sumsToOne)
    {
        using var model = TrainingRun.Fit(ToyRows.Multiclass(), ToyRows.Settings(Blend(name)) with { NumberOfEpochs = 2 }, new QuietHost());
        Assert.All(model.History.Epochs, e => Assert.Equal(sumsToOne, Math.Abs(e.Weights.Sum() - 1) < 1e-6));
    }

    [Fact]
    public void Fit_refit_changes_the_joint_head_only()
    {
        var settings = ToyRows.Settings(GBlend.MLNet.Blending.Equal()) with { Answer = Answer.Joint };
        using var plain = TrainingRun.Fit(ToyRows.Multiclass(), settings, new QuietHost());
        using var refitted = TrainingRun.Fit(ToyRows.Multiclass(), settings with { RefitJointHeadEpochs = 5 }, new QuietHost());
        foreach (var ((name, value), (_, other)) in plain.Network.Tensors.Zip(refitted.Network.Tensors))
        {
            if (name.StartsWith("joint"))
                Assert.NotEqual(value.ToFloats(), other.ToFloats());
            else
                Assert.Equal(value.ToFloats(), other.ToFloats());
        }
    }

    [Fact]
    public void Fit_frozen_start_keeps_the_encoder()
    {
        var rows = ToyRows.Multiclass();
        var clear = ToyRows.Settings().Modalities[0];
        using var source = TrainingRun.Fit(
            new TrainingRows([rows.Modalities[0]], rows.Targets, rows.HeldOut), ToyRows.Settings() with { Modalities = [clear] }, new QuietHost());
        var weights = source.EncoderWeights("Clear");
        var settings =
            ToyRows.Settings() with { Modalities = [clear with { Start = weights, IsFrozen = true }, ToyRows.Settings().Modalities[1]], WeightDecay = 0.01 };
        using var model = TrainingRun.Fit(rows, settings, new QuietHost());
        Assert.All(model.EncoderWeights("Clear"), w => Assert.Equal(weights[w.Key], w.Value));
        using var tuned = TrainingRun.Fit(rows, settings with { Modalities = [clear with { Start = weights }, settings.Modalities[1]] }, new QuietHost());
        Assert.NotEqual(weights.First().Value, tuned.EncoderWeights("Clear").First().Value);
    }

    [Fact]
    public void Fit_diverging_says_what_to_do()
    {
        var error = Assert.Throws<TrainingDivergedException>(
            () => TrainingRun.Fit(ToyRows.Regression(), ToyRows.Settings() with { LearningRate = 1e6 }, new QuietHost()));
        Assert.Contains("LearningRate", error.Message);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(16)]
    [InlineData(100)]
    public void Fit_micro_batches_gives_the_model_of_whole_batches(int rows)
    {
        var settings = ToyRows.Settings() with { Precision = TorchSharp.torch.ScalarType.Float64, GradientClipping = 0.5, WeightDecay = 1e-3 };
        using TrainedModel whole = TrainingRun.Fit(ToyRows.Multiclass(), settings, new QuietHost()),
            parts = TrainingRun.Fit(ToyRows.Multiclass(), settings with { MicroBatchSize = rows }, new QuietHost());
        Assert.All(Bits(whole.Network).Zip(Bits(parts.Network)), pair => Assert.Equal(pair.First, pair.Second, 1e-6));
        Assert.All(whole.History.Epochs[^1].TrainLoss.Zip(parts.History.Epochs[^1].TrainLoss), pair => Assert.Equal(pair.First, pair.Second, 1e-9));
    }

    [Fact]
    public void Fit_micro_batches_with_a_method_that_looks_at_steps_is_refused()
    {
        var error = Assert.Throws<ArgumentException>(
            () => TrainingRun.Fit(ToyRows.Multiclass(), ToyRows.Settings(GBlend.MLNet.Blending.OgmGe()) with { MicroBatchSize = 4 }, new QuietHost()));
        Assert.Contains("Leave MicroBatchSize out", error.Message);
    }

    [Fact]
    public void Fit_reports_progress_up_to_the_end()
    {
        var host = new QuietHost();
        using var model = TrainingRun.Fit(ToyRows.Multiclass(), ToyRows.Settings(), host);
        var fractions = host.Reports.Select(r => r.Fraction).ToArray();
        Assert.Equal(fractions.Order(), fractions);
        Assert.Equal(1, fractions[^1], 1e-9);
        Assert.Equal(6, host.Reports.Count(r => r.LastEpoch is not null));
        Assert.Contains(host.Infos, i => i.Contains("weight"));
    }

    [Fact]
    public void Score_alone_in_a_block_and_from_many_threads_gives_the_same_bits()
    {
        var rows = ToyRows.Multiclass();
        using var model = TrainingRun.Fit(rows, ToyRows.Settings(), new QuietHost());
        var expected = ToyRows.Score(model, rows);
        var buffer = new float[model.BlockRows * 3];
        for (int row = 0; row < rows.Count; row++)
        {
            model.Score(ToyRows.Block(model, rows, row, 1), 1, buffer, null);
            Assert.Equal(expected.AsSpan(row * 3, 3), buffer.AsSpan(0, 3));
        }
        var found = new float[8][];
        Parallel.For(0, 8, i => found[i] = ToyRows.Score(model, rows));
        Assert.All(found, f => Assert.Equal(expected, f));
    }

    [Fact]
    public void Fit_inside_a_dispose_scope_of_the_user_gives_a_model_that_outlives_it()
    {
        var rows = ToyRows.Multiclass();
        var settings = ToyRows.Settings() with { FinalWeights = FinalWeights.BestEpoch, Optimizer = Optimizer.Adam() };
        TrainedModel model;
        using (TorchSharp.torch.NewDisposeScope())
            model = TrainingRun.Fit(rows, settings, new QuietHost());
        using var same = TrainingRun.Fit(rows, settings, new QuietHost());
        using (model)
            Assert.Equal(ToyRows.Score(same, rows), ToyRows.Score(model, rows));
    }

    [Fact]
    public void Choose_best_head_when_fusion_loses()
    {
        var settings = ToyRows.Settings(GBlend.MLNet.Blending.Fixed(100, 1, 0.01f)) with { NumberOfEpochs = 20, Answer = Answer.BestHead };
        var host = new QuietHost();
        using var model = TrainingRun.Fit(ToyRows.Multiclass(), settings, host);
        Assert.Equal("head of Clear", model.History.Answer);
        Assert.Contains(host.Warnings, w => w.Contains("Clear"));
    }

    [Fact]
    public void Choose_leaves_out_heads_that_never_had_weight()
    {
        var host = new QuietHost();
        using var pooled = TrainingRun.Fit(ToyRows.Multiclass(), ToyRows.Settings(GBlend.MLNet.Blending.Fixed(1, 1, 0)), host);
        Assert.EndsWith("Joint 0.00", pooled.History.Answer);
        using var joint = TrainingRun.Fit(ToyRows.Multiclass(), ToyRows.Settings(GBlend.MLNet.Blending.Fixed(1, 1, 0)) with { Answer = Answer.Joint }, host);
        Assert.Equal("mean of Clear, Faint", joint.History.Answer);
        Assert.Contains(host.Warnings, w => w.Contains("never had weight"));
    }

    [Fact]
    public void Choose_leaves_out_heads_that_had_weight_only_after_the_epoch_that_was_selected()
    {
        var strategy = GBlend.MLNet.Blending.By(() => new WreckingFrom(epoch: 4));
        var settings = ToyRows.Settings(strategy) with { FinalWeights = FinalWeights.BestEpoch, Answer = Answer.MeanOfLogits };
        using var model = TrainingRun.Fit(ToyRows.Multiclass(), settings, new QuietHost());
        Assert.InRange(model.History.SelectedEpoch, 0, 3);
        Assert.Equal([0, 0.5, 0.5], model.Answer.Weights);
        Assert.Throws<InvalidOperationException>(() => TrainingRun.Fit(ToyRows.Multiclass(), settings with { LeavesOutMissing = true }, new QuietHost()));
    }

    /// <summary>Two heads learn; from an epoch on only the first one, in steps so large that the network is worse for it.</summary>
    private sealed class WreckingFrom(int epoch) : BalanceStrategy
    {
        public override StrategyNeeds Needs => StrategyNeeds.Heads;

        public override EpochPlan OnEpoch(EpochView view) => view.Epoch < epoch ? new EpochPlan(0, 1, 1) : new EpochPlan(1, 0, 0) { LossScale = 200 };
    }

    [Theory]
    [InlineData("no_grad")]
    [InlineData("inference_mode")]
    public void Fit_in_a_mode_of_the_user_trains_all_the_same(string mode)
    {
        float[] expected = Weights(ToyRows.Settings()), found;
        using (mode == "no_grad" ? TorchSharp.torch.no_grad() : TorchSharp.torch.inference_mode())
            found = Weights(ToyRows.Settings());
        Assert.Equal(expected, found);
    }

    [Fact]
    public void Fit_history_records_what_repeats_it()
    {
        using var model = TrainingRun.Fit(ToyRows.Multiclass(), ToyRows.Settings(), new QuietHost());
        Assert.Equal((3, 90, 30), (model.History.Seed, model.History.TrainingRows, model.History.HeldOutRows));
    }

    [Fact]
    public void Choose_pool_with_few_held_out_rows_warns()
    {
        var host = new QuietHost();
        using var model = TrainingRun.Fit(ToyRows.Multiclass(40), ToyRows.Settings() with { Answer = Answer.Pool }, host);
        Assert.Contains(host.Warnings, w => w.Contains("Hold out more rows"));
    }

    internal static Blending Blend(string name) => name switch
    {
        "none" => GBlend.MLNet.Blending.None(),
        "equal" => GBlend.MLNet.Blending.Equal(),
        "separate" => GBlend.MLNet.Blending.Separate(),
        "fixed" => GBlend.MLNet.Blending.Fixed(2, 1, 3),
        "offline" => GBlend.MLNet.Blending.Offline(),
        "auto" => GBlend.MLNet.Blending.Auto(),
        "dgl" => GBlend.MLNet.Blending.Dgl(),
        "frozen start" => GBlend.MLNet.Blending.UniModalStart(freeze: true),
        "fine-tuned start" => GBlend.MLNet.Blending.UniModalStart(),
        "umt" => GBlend.MLNet.Blending.Umt(),
        "ogm" => GBlend.MLNet.Blending.OgmGe(),
        "mlb" => GBlend.MLNet.Blending.Mlb(),
        "mmpareto" => GBlend.MLNet.Blending.MmPareto(),
        "sequential" => GBlend.MLNet.Blending.Sequential(),
        "midas" => GBlend.MLNet.Blending.Midas(),
        "mcr" => GBlend.MLNet.Blending.Mcr(),
        _ => GBlend.MLNet.Blending.Online(2),
    };

    internal static Fusion Fuse(string name) => name switch
    {
        "Concat" => Fusion.Concat(8),
        "MidConcat" => Fusion.MidConcat(8),
        "SqueezeExcitationGate" => Fusion.SqueezeExcitationGate(8),
        "NonLocalGate" => Fusion.NonLocalGate(8),
        "Dropout" => Fusion.Concat(8).WithDropout(0.2f),
        _ => Fusion.Concat(),
    };

    private static float[] Weights(TrainingSettings settings)
    {
        using var model = TrainingRun.Fit(ToyRows.Multiclass(), settings, new QuietHost());
        return Bits(model.Network);
    }

    private static float[] Bits(JointNetwork network) => [.. network.Tensors.SelectMany(t => t.Value.ToFloats())];

    private static double[] Weights(BlendingEstimate estimate) => [.. estimate.Branches.Select(b => b.Weight)];
}
