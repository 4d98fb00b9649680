using Microsoft.ML;
using Microsoft.ML.Data;
using static GBlend.MLNet.GradientBlendingTrainer;

namespace GBlend.MLNet.Tests.Components;

/// <summary>The default as a user meets it: rows that nobody divided are cross-fitted, and all else works as with one division.</summary>
public sealed class CrossFittedTests
{
    private readonly MLContext _ml = new(1);
    private readonly IDataView _view;

    public CrossFittedTests() => _view = _ml.KeyedView(Samples.Rows());

    private static void Default(Options options) => (options.Blending, options.NumberOfEpochs) = (Blending.Auto(), 4);

    private GradientBlendingTransformer Fit(Action<Options>? change = null, IDataView? view = null) => _ml.Trainer(o =>
    {
        Default(o);
        change?.Invoke(o);
    }).Fit(view ?? _view);

    private static float[][] Scores(ITransformer model, IDataView view, string column = "Score") => [.. model.Transform(view).GetColumn<float[]>(column)];

    [Fact]
    public void A_small_set_that_nobody_divided_trains_on_all_its_rows()
    {
        using var model = Fit();
        var history = model.History;
        Assert.Equal(5, history.Folds.Count);
        Assert.Equal((60, 60), (history.TrainingRows, history.HeldOutRows));
        Assert.All(history.Folds, fold => Assert.Equal((48, 12), (fold.TrainingRows, fold.HeldOutRows)));
        Assert.All(history.Folds, fold => Assert.Equal(4, fold.Epochs.Count));
        Assert.Equal(["A", "B", "DetachedJoint", "Joint"], history.Branches);
        Assert.Equal(history.Folds.Average(f => f.Epochs[3].HeldOutLoss[0]), history.Epochs[3].HeldOutLoss[0], 1e-9);
        Assert.StartsWith("pool ", history.Answer);
        Assert.NotNull(history.HeldOutLoss);
        Assert.Equal(0.95, Scores(model, _view).Average(s => s.Sum()), 0.1);
    }

    [Theory]
    [InlineData("column")]
    [InlineData("fraction")]
    [InlineData("one")]
    [InlineData("another blending")]
    [InlineData("one modality")]
    public void Who_says_what_is_held_out_has_it_held_out_once(string what)
    {
        using var model = Fit(o =>
        {
            if (what == "column")
                o.HoldOutColumnName = "IsHeldOut";
            else if (what == "fraction")
                o.ValidationFraction = 0.2f;
            else if (what == "one")
                o.Blending = Blending.Auto(folds: 1);
            else if (what == "another blending")
                o.Blending = Blending.Equal();
            else
                o.Modalities.RemoveAt(1);
        });
        Assert.Empty(model.History.Folds);
        Assert.Equal(what is "column" or "fraction" ? 12 : 6, model.History.HeldOutRows);
        Assert.Equal(60, model.History.HeldOutRows + model.History.TrainingRows);
    }

    [Fact]
    public void Every_blending_can_be_cross_fitted()
    {
        foreach (var blending in new[] { Blending.None(), Blending.Separate(), Blending.Online(2), Blending.UniModalStart(), Blending.Auto(folds: 3) })
        {
            using var model = Fit(o => o.Blending = blending with { Folds = 3 });
            Assert.Equal(3, model.History.Folds.Count);
            Assert.All(Scores(model, _view), row => Assert.Equal(1, row.Sum(), 1e-5));
            Assert.Equal(model.History.Estimates.Count, model.History.Folds.Sum(f => f.Estimates.Count));
        }
    }

    [Fact]
    public void Contradictions_are_refused()
    {
        foreach (var (name, change) in new (string, Action<Options>)[]
        {
            ("HoldOutColumnName", o => o.HoldOutColumnName = "IsHeldOut"),
            ("ValidationFraction", o => o.ValidationFraction = 0.1f),
            ("FinalNetworks", o => (o.Blending, o.FinalNetworks) = (Blending.Online() with { Folds = 5 }, FinalNetworks.Refit)),
        })
        {
            var e = Assert.Throws<ArgumentException>(() => Fit(o =>
            {
                o.Blending = Blending.Auto(folds: 5);
                change(o);
            }));
            Assert.Equal(name, e.ParamName);
            Assert.Contains("5 folds", e.Message);
        }
        Assert.Throws<ArgumentOutOfRangeException>(() => Blending.Auto(folds: 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => Blending.Equal() with { Folds = 21 });
    }

    [Fact]
    public void Rows_of_one_key_stay_in_one_fold()
    {
        var rows = Samples.Rows();
        var data = Samples.Read(_ml.KeyedView(rows), o => (o.Blending, o.SamplingKeyColumnName) = (Blending.Auto(), "Speaker"));
        int[] folds = data.Rows.Folds!;
        Assert.Equal(5, folds.Max() + 1);
        Assert.All(rows.Zip(folds).GroupBy(r => r.First.Speaker), speaker => Assert.Single(speaker.Select(r => r.Second).Distinct()));
        using var model = Fit(o => o.SamplingKeyColumnName = "Speaker");
        Assert.Equal([9, 9, 12, 12, 18], model.History.Folds.Select(f => f.HeldOutRows).Order());
    }

    [Fact]
    public void A_key_of_two_values_gives_two_folds_and_says_so()
    {
        var rows = Samples.Rows(30);
        rows.ForEach(r => r.Speaker = r.Speaker == "s0" ? "one" : "other");
        var host = new RecordingHost();
        var data = Samples.Read(_ml.KeyedView(rows), o => (o.Blending, o.SamplingKeyColumnName) = (Blending.Auto(folds: 4), "Speaker"), host: host);
        Assert.Equal(2, data.Rows.Folds!.Max() + 1);
        Assert.Contains(host.Infos, i => i.Contains("2 folds, where 4 are asked for") && i.Contains("'Speaker'"));
    }

    [Fact]
    public void Large_sets_and_large_networks_are_divided_once()
    {
        Assert.NotNull(Samples.Read(_ml.KeyedView(Samples.Rows(10_000)), o => o.Blending = Blending.Auto()).Rows.Folds);
        Assert.Null(Samples.Read(_ml.KeyedView(Samples.Rows(10_001)), o => o.Blending = Blending.Auto()).Rows.Folds);
        Assert.NotNull(Samples.Read(_ml.KeyedView(Samples.Rows(10_001)), o => o.Blending = Blending.Auto(folds: 2)).Rows.Folds);
        Assert.Null(Samples.Read(_view, o => (o.Blending, o.NumberOfEpochs) = (Blending.Auto(), 100_000)).Rows.Folds);
        Assert.Null(Samples.Read(_view, o => (o.Blending, o.NumberOfEpochs, o.Fusion) = (Blending.Auto(), 200, Fusion.Concat(4000, 4000))).Rows.Folds);
    }

    [Fact]
    public void The_same_seed_gives_the_same_model_on_one_core_and_on_several()
    {
        using GradientBlendingTransformer one = Fit(o => o.Seed = 3), same = Fit(o => o.Seed = 3), other = Fit(o => o.Seed = 4);
        Assert.Equal(Scores(one, _view), Scores(same, _view));
        Assert.NotEqual(Scores(one, _view), Scores(other, _view));
        var rows = ToyRows.Multiclass();
        rows = rows.Divided(new bool[rows.Count], RowFolds.Divide(rows.Targets.Classes, null, rows.Count, 3, new Random(1)), null);
        var settings = ToyRows.Settings(Blending.Auto());
        using TrainedModel together = TrainingRun.Fit(rows, settings, new QuietHost()),
            apart = TrainingRun.Fit(rows, settings with { TrainsSideBySide = false }, new QuietHost());
        Assert.Equal(ToyRows.Score(together, rows), ToyRows.Score(apart, rows));
        Assert.Equal(6, together.Networks.Count);
    }

    [Fact]
    public void Folds_start_differently_and_learn_from_their_own_rows()
    {
        using var model = Fit();
        Assert.Equal(5, model.History.Folds.Select(f => f.Epochs[0].TrainLoss[0]).Distinct().Count());
    }

    /// <summary>The head of a cross-fitted model is the mean of the folds' logits, and its answer the pool of these.</summary>
    [Fact]
    public void Heads_are_the_means_of_the_folds()
    {
        var rows = ToyRows.Multiclass(60);
        rows = rows.Divided(new bool[rows.Count], RowFolds.Divide(rows.Targets.Classes, null, rows.Count, 3, new Random(1)), null);
        using var model = TrainingRun.Fit(rows, ToyRows.Settings(Blending.Auto()), new QuietHost());
        double[][] logits = [.. Enumerable.Range(0, 4).Select(_ => new double[60 * ToyRows.Classes])];
        for (int fold = 0; fold < 3; fold++)
        {
            double[][] own = [.. model.Networks.Skip(2 * fold).Take(2).SelectMany(n => Predictions(n, rows))];
            for (int b = 0; b < 4; b++)
            {
                for (int i = 0; i < own[b].Length; i++)
                    logits[b][i] += own[b][i] / 3;
            }
        }
        double[] answer = new double[ToyRows.Classes], scratch = new double[ToyRows.Classes];
        var expected = new List<double>();
        for (int row = 0; row < 60; row++)
        {
            model.Answer.Combine(LearningTask.Multiclass, logits, row, answer, scratch);
            expected.AddRange(answer);
        }
        Assert.All(expected.Zip(ToyRows.Score(model, rows)), p => Assert.Equal(p.First, p.Second, 1e-5));

        static IEnumerable<double[]> Predictions(JointNetwork network, TrainingRows rows)
        {
            using var scope = TorchSharp.torch.NewDisposeScope();
            var inputs = Enumerable.Range(0, 2).Select(
                m => TorchSharp.torch.tensor(rows.Floats(m), [rows.Count, rows.Modalities[m].Width]).to(network.Precision)).ToArray();
            return [.. network.Forward(inputs, network.Shape.Branches).Select(p => p.to(TorchSharp.torch.ScalarType.Float64).data<double>().ToArray())];
        }
    }

    [Theory]
    [InlineData("Label")]
    [InlineData("Tags")]
    public void A_saved_model_scores_the_same_bits(string label)
    {
        using var model = Fit(o => (o.LabelColumnName, o.OutputBranchScores) = (label, true));
        using var file = new MemoryStream();
        _ml.Model.Save(model, _view.Schema, file);
        file.Position = 0;
        using var loaded = Assert.IsType<GradientBlendingTransformer>(new MLContext(9).Model.Load(file, out _));
        foreach (string column in new[] { "Score", "Score.A", "Score.DetachedJoint", "Score.Joint" })
            Assert.Equal(Scores(model, _view, column), Scores(loaded, _view, column));
        Assert.Equal(5, loaded.History.Folds.Count);
        Assert.Equal(model.History.Folds[4].Epochs[3].HeldOutLoss, loaded.History.Folds[4].Epochs[3].HeldOutLoss);
    }

    [Fact]
    public void Refit_has_one_fold_of_networks_and_the_folds_answer()
    {
        using GradientBlendingTransformer all = Fit(o => o.Seed = 5), one = Fit(o => (o.Seed, o.FinalNetworks) = (5, FinalNetworks.Refit));
        Assert.Equal(all.History.Answer, one.History.Answer);
        Assert.Equal(all.History.HeldOutLoss, one.History.HeldOutLoss);
        Assert.Equal(5, one.History.Folds.Count);
        Assert.NotEqual(Scores(all, _view), Scores(one, _view));
        Assert.All(Scores(one, _view), row => Assert.Equal(1, row.Sum(), 1e-5));
        Assert.True(Size(all) > 1.5 * Size(one), $"{Size(all)} and {Size(one)} bytes");

        long Size(GradientBlendingTransformer model)
        {
            using var file = new MemoryStream();
            _ml.Model.Save(model, _view.Schema, file);
            return file.Length;
        }
    }

    [Fact]
    public void Regression_and_binary_labels_are_cross_fitted()
    {
        var options = Samples.Tiny(o =>
        {
            Default(o);
            (o.LabelColumnName, o.NumberOfEpochs) = ("Amount", 30);
        });
        using var model = _ml.Regression.Trainers.GradientBlending(options).Fit(_view);
        Assert.Equal(5, model.History.Folds.Count);
        Assert.InRange(_ml.Regression.Evaluate(model.Transform(_view), "Amount").RSquared, 0.8, 1);
        using var binary = _ml.BinaryClassification.Trainers.GradientBlending(Samples.Tiny(o =>
        {
            Default(o);
            o.LabelColumnName = "IsRed";
        })).Fit(_view);
        Assert.Equal(5, binary.History.Folds.Count);
        Assert.Equal(60, binary.Transform(_view).GetColumn<float>("Probability").Count(p => p is >= 0 and <= 1));
    }

    [Fact]
    public void Rows_without_a_modality_are_answered()
    {
        using var model = Fit(o => (o.MissingValues, o.NumberOfEpochs) = (MissingValues.LeaveOutModality, 15));
        var rows = Samples.Rows(12);
        rows.ForEach(r => r.A = [float.NaN, float.NaN, float.NaN, float.NaN]);
        Assert.All(Scores(model, _ml.KeyedView(rows)), row => Assert.Equal(1, row.Sum(), 1e-5));
    }

    [Fact]
    public void The_best_epoch_is_that_of_the_answer_over_all_folds()
    {
        // Labels by chance: what is learned of them is learned by heart.
        var rows = Samples.Rows();
        var random = new Random(1);
        rows.ForEach(r => r.Label = Samples.Colours[random.Next(3)]);
        using var model = Fit(o => (o.FinalWeights, o.EarlyStoppingPatience, o.NumberOfEpochs) = (FinalWeights.BestEpoch, 3, 60), _ml.KeyedView(rows));
        var losses = model.History.Epochs.Select(e => e.AnswerHeldOutLoss!.Value).ToArray();
        Assert.InRange(losses.Length, 4, 59);
        Assert.Equal(Array.IndexOf(losses, losses.Min()), model.History.SelectedEpoch);
        Assert.Equal(losses.Min(), model.History.HeldOutLoss!.Value, 1e-9);
    }

    /// <summary>The last epoch that can't be told from the best up to then; its model is that of a run which ends there.</summary>
    [Fact]
    public void The_folds_choose_the_epoch_unless_the_user_does()
    {
        // Labels by chance: what is learned of them is learned by heart.
        var rows = Samples.Rows();
        var random = new Random(1);
        rows.ForEach(r => r.Label = Samples.Colours[random.Next(3)]);
        var view = _ml.KeyedView(rows);
        using GradientBlendingTransformer chosen = Fit(o => (o.Seed, o.NumberOfEpochs) = (3, 30), view),
            last = Fit(o => (o.Seed, o.NumberOfEpochs, o.FinalWeights) = (3, 30, FinalWeights.LastEpoch), view);
        double[] losses = [.. chosen.History.Epochs.Select(e => e.AnswerHeldOutLoss!.Value)];
        int expected = chosen.History.SelectedEpoch;
        Assert.InRange(expected, Array.IndexOf(losses, losses.Min()), 28);
        Assert.InRange(losses[29], losses[expected], double.PositiveInfinity);
        Assert.Equal(losses[expected], chosen.History.HeldOutLoss!.Value, 1e-9);
        Assert.Equal(29, last.History.SelectedEpoch);
        Assert.All(last.History.Epochs, e => Assert.Null(e.AnswerHeldOutLoss));
        using var ended = Fit(o => (o.Seed, o.NumberOfEpochs, o.FinalWeights) = (3, expected + 1, FinalWeights.LastEpoch), view);
        Assert.Equal(Scores(ended, view), Scores(chosen, view));
        using var heldOutOnce = Fit(o => (o.NumberOfEpochs, o.ValidationFraction) = (30, 0.2f), view);
        Assert.Equal(29, heldOutOnce.History.SelectedEpoch);
    }

    [Fact]
    public void Progress_goes_to_the_end_once_and_the_log_says_what_folds_there_are()
    {
        var reports = new List<TrainingProgress>();
        var log = new List<string>();
        _ml.Log += (_, e) => log.Add(e.Message);
        Fit(o => o.Progress = new Reports(reports.Add)).Dispose();
        Assert.Equal(1, reports[^1].Fraction, 1e-9);
        Assert.Equal(reports.Select(r => r.Fraction).Order(), reports.Select(r => r.Fraction));
        Assert.Equal([1, 2, 3, 4], reports.Where(r => r.LastEpoch is not null).Select(r => r.EpochsDone));
        Assert.Contains(log, m => m.Contains("60 training rows, cross-fitted in 5 folds of 12, 12, 12, 12, 12 rows"));
        using var cancellation = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() => Fit(o =>
        {
            (o.NumberOfEpochs, o.CancellationToken) = (1000, cancellation.Token);
            o.Progress = new Reports(_ => cancellation.Cancel());
        }));
    }

    [Fact]
    public void A_class_of_one_row_is_learned_and_never_judged()
    {
        var rows = Samples.Rows(31);
        rows[30].Label = "violet";
        using var model = Fit(view: _ml.KeyedView(rows));
        Assert.Equal((31, 30), (model.History.TrainingRows, model.History.HeldOutRows));
    }

    private sealed class Reports(Action<TrainingProgress> receive) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => receive(value);
    }
}
