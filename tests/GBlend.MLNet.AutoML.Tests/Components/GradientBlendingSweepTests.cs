using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace GBlend.MLNet.AutoML.Tests;

public sealed class GradientBlendingSweepTests : IDisposable
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly string _path = Path.Combine(Path.GetTempPath(), $"sweep-{Guid.NewGuid():n}");

    public void Dispose() => File.Delete(_path);

    private IDataView Train => SweepRows.View(_ml, 150, 1);

    private IDataView Choosing => SweepRows.View(_ml, 90, 2);

    private static string Board(SweepResult result) =>
        string.Join("\n", result.Trials.Select(t =>
            $"{t.Number} {t.Status} {t.Metric:R} {t.Epochs} {string.Join(" ", t.MetricByEpochs)} {string.Join(",", t.Values)} {t.Error}"));

    [Fact]
    public void A_sweep_gives_a_leaderboard_and_the_model_of_its_best_trial()
    {
        var options = SweepRows.Options(_ml, SweepBudget.OfTrials(15));
        // Rates that no trial diverges at.
        options.Space = SweepSpaces.For(options.Trainer).Choice(s => s.Optimizer, OptimizerMethod.Sgd).Range(
            s => s.LearningRate, 0.002, 0.1, logarithmic: true);
        var result = new GradientBlendingSweep(_ml, options).Run(Train, Choosing);
        using var model = result.Model!;

        Assert.Equal(15, result.Trials.Count);
        Assert.DoesNotContain(result.Trials, t => t.Status == SweepStatus.Failed);
        Assert.Equal(SweepStatus.Completed, result.Best.Status);
        var scored = model.Transform(Choosing);
        Assert.Equal(TextDataViewType.Instance, scored.Schema["PredictedLabel"].Type);
        Assert.Equal(result.Best.Metric!.Value, LogLoss(scored), 6);
        Assert.InRange(result.Best.Metric.Value, 0, result.Trials.Single(t => t.IsGiven).Metric!.Value);
    }

    /// <summary>By hand: the finished model's predicted label is text, which the evaluator does not take.</summary>
    private static double LogLoss(IDataView scored)
    {
        var scores = ScoredRows.Scores(scored);
        var labels = scored.GetColumn<uint>("Label").ToArray();
        return -scores.Select((s, i) => Math.Log(s[labels[i] - 1])).Average();
    }

    [Fact]
    public void Members_take_part_in_every_trial_also_in_those_that_leave_a_modality_out()
    {
        var options = SweepRows.Options(_ml, SweepBudget.OfTrials(8));
        options.Trainer.Members.Add(new("Lines", (ml, label, features, weight) =>
            ml.MulticlassClassification.Trainers.LbfgsMaximumEntropy(label, features, weight)));
        options.Trainer.Members.Add(new Member("Lines of voices", (ml, label, features, weight) =>
            ml.MulticlassClassification.Trainers.LbfgsMaximumEntropy(label, features, weight)).Reading("Voice"));
        var result = new GradientBlendingSweep(_ml, options).Run(Train, Choosing);
        using var model = result.Model!;
        Assert.DoesNotContain(result.Trials, t => t.Status == SweepStatus.Failed);
        Assert.Contains("Lines", model.GradientBlendingModel().History.Answer);
        Assert.Equal(result.Best.Metric!.Value, LogLoss(model.Transform(Choosing)), 6);

        var without = new GradientBlendingSettings { Modality2 = new() { IsUsed = false } }.ToOptions(options.Trainer);
        Assert.Equal(["Lines"], without.Members.Select(m => m.Name));
        Assert.Equal(2, options.Trainer.Members.Count);
    }

    [Fact]
    public void A_trial_that_was_paused_is_the_same_as_one_that_was_not()
    {
        var result = new GradientBlendingSweep(_ml, SweepRows.Options(_ml, SweepBudget.OfTrials(10))).Run(Train, Choosing);
        using var paused = result.Model!;
        using var fitted = result.Refit(Train);
        Assert.Equal(Scores(fitted), Scores(paused));

        float[] Scores(ITransformer model) => [.. ScoredRows.Scores(model.Transform(Choosing)).SelectMany(s => s)];
    }

    [Fact]
    public void The_same_sweep_twice_is_the_same_and_a_resumed_one_too()
    {
        var options = SweepRows.Options(_ml, SweepBudget.OfEpochs(150));
        string expected = Board(new GradientBlendingSweep(_ml, options).Run(Train, Choosing));

        options.JournalPath = _path;
        using var cancel = new CancellationTokenSource();
        options.Progress = new Cancelling(cancel, afterTrials: 8);
        var first = new GradientBlendingSweep(_ml, options).Run(Train, Choosing, cancel.Token);
        Assert.Equal(SweepEnd.Canceled, first.End);
        options.Progress = null;
        using var resumed = new GradientBlendingSweep(_ml, options).Run(Train, Choosing).Model;
        Assert.Equal(expected, Board(new GradientBlendingSweep(_ml, options).Run(Train, Choosing)));
    }

    private sealed class Cancelling(CancellationTokenSource source, int afterTrials) : IProgress<SweepProgress>
    {
        public void Report(SweepProgress value)
        {
            if (value.Trials > afterTrials)
                source.Cancel();
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_journal_of_other_rows_is_refused_though_only_a_value_differs(bool trainDiffers)
    {
        var options = SweepRows.Options(_ml, SweepBudget.OfTrials(2), epochs: 2);
        options.JournalPath = _path;
        new GradientBlendingSweep(_ml, options).Run(Train, Choosing).Model!.Dispose();
        var train = SweepRows.Create(150, 1);
        var choosing = SweepRows.Create(90, 2);
        (trainDiffers ? train : choosing)[7].Voice[3] += 0.5f;
        var thrown = Assert.Throws<InvalidDataException>(
            () => new GradientBlendingSweep(_ml, options).Run(_ml.Data.LoadFromEnumerable(train), _ml.Data.LoadFromEnumerable(choosing)));
        Assert.Contains(trainDiffers ? "its training rows differ." : "its choosing rows differ.", thrown.Message);
    }

    [Fact]
    public void A_journal_of_other_labels_or_another_preparation_is_refused()
    {
        var options = SweepRows.Options(_ml, SweepBudget.OfTrials(2), epochs: 2);
        options.JournalPath = _path;
        new GradientBlendingSweep(_ml, options).Run(Train, Choosing).Model!.Dispose();
        var relabelled = SweepRows.Create(90, 2).Select((r, i) => new SweepRows.Row { Label = i == 3 ? "class 1" : r.Label, Face = r.Face, Voice = r.Voice });
        var labels = Assert.Throws<InvalidDataException>(() => new GradientBlendingSweep(_ml, options).Run(Train, _ml.Data.LoadFromEnumerable(relabelled)));
        Assert.Contains("its choosing rows differ.", labels.Message);

        options.Before = options.Before!.Append(_ml.Transforms.NormalizeMinMax("Face"));
        var prepared = Assert.Throws<InvalidDataException>(() => new GradientBlendingSweep(_ml, options).Run(Train, Choosing));
        Assert.Contains("its training rows, choosing rows differ.", prepared.Message);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_learning_rate_of_the_leaderboard_is_the_one_that_the_trainer_gets(bool isReady)
    {
        var options = SweepRows.Options(_ml, SweepBudget.OfTrials(12), epochs: 2);
        options.Space = isReady ? null : SweepSpaces.For(options.Trainer).Range(s => s.LearningRate, 1e-4, 1e-3).Choice(s => s.Optimizer, OptimizerMethod.Adam);
        options.JournalPath = _path;
        var result = new GradientBlendingSweep(_ml, options).Run(Train, Choosing);
        result.Model!.Dispose();
        var page = System.Text.Json.Nodes.JsonNode.Parse(result.ToReport().ToJson())!;
        Assert.Equal(result.Trials.Select(t => $"Trial {t.Number}"), page["entries"]!.AsArray().Select(e => (string?)e!["name"]));
        Assert.Equal(result.Trials.Select(t => t.Metric), page["entries"]!.AsArray().Select(e => (double?)e!["metric"]));
        var frame = result.ToDataFrame();
        for (int i = 0; i < result.Trials.Count; i++)
        {
            var trial = result.Trials[i];
            if (trial.IsGiven)
                continue;
            double trains = result.OptionsOf(trial).LearningRate!.Value;
            Assert.Equal(trains, double.Parse((string)frame["LearningRate"][i], CultureInfo.InvariantCulture), 1e-6 * trains);
            Assert.Equal(trains, (double)trial.Values["LearningRate"], 1e-6 * trains);
            Assert.Equal(trains, ((GradientBlendingSettings)trial.Settings).LearningRate!.Value, 1e-6 * trains);
            // What was asked for is what is tried; ready spaces know which rates an optimizer takes.
            bool isAdaptive = result.OptionsOf(trial).Optimizer.Kind != OptimizerKind.Sgd;
            Assert.InRange(trains, isReady ? isAdaptive ? 0.00004 : 0.002 : 1e-4, isReady ? isAdaptive ? 0.01 : 0.5 : 1e-3);
        }
        Assert.Contains(result.Trials, t => !t.IsGiven && result.OptionsOf(t).Optimizer.Kind != OptimizerKind.Sgd);
        // Points come back from the journal as they were.
        string[] journal = File.ReadAllLines(_path);
        using var again = new GradientBlendingSweep(_ml, options).Run(Train, Choosing).Model;
        Assert.Equal(journal, File.ReadAllLines(_path));
    }

    [Fact]
    public void A_trainer_with_adam_is_swept_over_rates_for_adam_though_the_optimizer_does_not_vary()
    {
        var trainer = Templates.Create("vectors");
        trainer.Optimizer = Optimizer.Adam();
        var space = SweepSpaces.Fitted(SweepSpaces.For(trainer).Without(s => s.Optimizer), trainer);
        int rate = space.Settings.ToList().FindIndex(s => s.Path == "LearningRate");
        double[] low = new double[space.Settings.Count], high = [.. low.Select(_ => 1 - 1e-12)];
        Assert.Equal(0.002 / 50, (double)space.At(low).Value(rate), 1e-9);
        Assert.Equal(0.5 / 50, (double)space.At(high).Value(rate), 1e-9);
        Assert.Equal(1, space.At(high).Unit(rate), 1e-9);
        // Fixed by the space, the optimizer counts that every trial has.
        var withSgd = SweepSpaces.Fitted(SweepSpaces.For(trainer).Fix(s => s.Optimizer, OptimizerMethod.Sgd), trainer);
        Assert.Equal(
            0.002, (double)withSgd.At(new double[withSgd.Settings.Count]).Value(withSgd.Settings.ToList().FindIndex(s => s.Path == "LearningRate")), 1e-9);
    }

    [Fact]
    public void No_rows_to_choose_by_are_refused()
    {
        var options = SweepRows.Options(_ml, SweepBudget.OfTrials(2), epochs: 2);
        Assert.Equal("choosing", Assert.Throws<ArgumentException>(
            () => new GradientBlendingSweep(_ml, options).Run(Train, _ml.Data.LoadFromEnumerable<SweepRows.Row>([]))).ParamName);
        Assert.Contains("fewer folds", Assert.Throws<InvalidOperationException>(
            () => new GradientBlendingSweep(_ml, options).CrossValidate(Train, folds: 12, samplingKeyColumnName: "Speaker")).Message);
    }

    [Fact]
    public void Choosing_rows_of_classes_that_training_lacks_are_warned_of_and_refused_when_they_are_all()
    {
        var warnings = new List<string>();
        _ml.Log += (_, e) =>
        {
            lock (warnings)
                warnings.Add($"{e.Kind} {e.Message}");
        };
        var rows = SweepRows.Create(90, 2);
        var some = rows.Select((r, i) => new SweepRows.Row { Label = i < 4 ? "other" : r.Label, Face = r.Face, Voice = r.Voice });
        var all = rows.Select(r => new SweepRows.Row { Label = "other", Face = r.Face, Voice = r.Voice });
        var options = SweepRows.Options(_ml, SweepBudget.OfTrials(2), epochs: 2);
        new GradientBlendingSweep(_ml, options).Run(Train, _ml.Data.LoadFromEnumerable(some)).Model!.Dispose();
        Assert.Contains(warnings, w => w.StartsWith("Warning", StringComparison.Ordinal) && w.Contains("4 of the 90 choosing rows") && w.Contains("'other'"));
        Assert.Contains("All 90 choosing rows",
            Assert.Throws<InvalidOperationException>(() => new GradientBlendingSweep(_ml, options).Run(Train, _ml.Data.LoadFromEnumerable(all))).Message);
    }

    [Fact]
    public void Folds_keep_groups_together_and_the_metric_is_their_mean()
    {
        var options = SweepRows.Options(_ml, SweepBudget.OfTrials(3), epochs: 3);
        options.Trainer.SamplingKeyColumnName = "Speaker";
        int[] rows = [];
        options.Metric = SweepMetric.Custom("speakers", (ml, scored) =>
        {
            lock (_ml)
                rows = [.. rows, ScoredRows.Groups(scored, "Speaker").Distinct().Count()];
            return ml.MulticlassClassification.Evaluate(scored).MicroAccuracy;
        }, maximize: true);
        var result = new GradientBlendingSweep(_ml, options).CrossValidate(Train, folds: 4, samplingKeyColumnName: "Speaker");
        Assert.Null(result.Model);
        Assert.All(result.Trials.Where(t => t.Metric is not null), t => Assert.NotNull(t.Deviation));
        // Eight speakers in four folds, none in two of them.
        Assert.Equal(8, rows.Take(4).Sum());
        Assert.All(rows, speakers => Assert.NotEqual(0, speakers));
        Assert.Equal(0, result.Epochs % 4);
        using var model = result.Refit(Train);
        Assert.InRange(LogLoss(model.Transform(Choosing)), 0, 1);
    }

    [Fact]
    public void Binary_and_regression_trainers_are_swept_by_their_own_metrics()
    {
        var binary = SweepRows.Options(_ml, SweepBudget.OfTrials(4), epochs: 3);
        (binary.Trainer.LabelColumnName, binary.Metric, binary.Before, binary.After) = ("IsYes", SweepMetric.AreaUnderRocCurve, null, null);
        using (var model = new GradientBlendingSweep(_ml, binary).Run(Train, Choosing).Model)
            Assert.NotNull(model);

        var regression = SweepRows.Options(_ml, SweepBudget.OfTrials(4), epochs: 3);
        (regression.Trainer.LabelColumnName, regression.Metric, regression.Before, regression.After) = (
            "Number", SweepMetric.Regression(m => m.MeanAbsoluteError, maximize: false), null, null);
        var result = new GradientBlendingSweep(_ml, regression).Run(Train, Choosing);
        using var number = result.Model;
        Assert.Equal("MeanAbsoluteError", result.ToDataFrame().Columns[3].Name);
        Assert.True(result.Best.Metric <= result.Trials.Where(t => t.Status == SweepStatus.Completed).Min(t => t.Metric));
    }

    private GradientBlendingSweep.Options Binary(int trials)
    {
        var options = SweepRows.Options(_ml, SweepBudget.OfTrials(trials), epochs: 2);
        (options.Trainer.LabelColumnName, options.Metric, options.Before, options.After) = ("IsYes", SweepMetric.AreaUnderRocCurve, null, null);
        return options;
    }

    private IDataView RareRows(Func<int, bool> isPositive, int count = 150) => _ml.Data.LoadFromEnumerable(
        SweepRows.Create(count, 1).Select((r, i) => new SweepRows.Row { IsYes = isPositive(i), Face = r.Face, Voice = r.Voice, Speaker = r.Speaker }));

    [Theory]
    [InlineData(4)]
    [InlineData(2)]
    public void Folds_of_a_rare_class_all_have_rows_of_it(int folds)
    {
        // Four rows of 150.
        var result = new GradientBlendingSweep(_ml, Binary(3)).CrossValidate(RareRows(i => i % 40 == 1), folds);
        Assert.All(result.Trials, t => Assert.Null(t.Error));
    }

    [Fact]
    public void A_fold_without_a_class_that_the_metric_needs_is_refused_before_training()
    {
        var reports = new Reports();
        var options = Binary(3);
        options.Progress = reports;
        var folds = Assert.Throws<InvalidOperationException>(() => new GradientBlendingSweep(_ml, options).CrossValidate(RareRows(i => i % 40 == 1), folds: 5));
        Assert.Matches("^None of the 30 choosing rows of fold . of 5 has true in 'IsYes', and AreaUnderRocCurve is not defined", folds.Message);
        var groups = Assert.Throws<InvalidOperationException>(
            () => new GradientBlendingSweep(_ml, options).CrossValidate(RareRows(i => i / 3 % 8 == 2), 4, "Speaker"));
        Assert.Contains("a sampling key column that divides them", groups.Message);
        var none = Assert.Throws<InvalidOperationException>(() => new GradientBlendingSweep(_ml, options).Run(RareRows(i => i % 2 == 0), RareRows(_ => false)));
        Assert.Contains("None of the 150 choosing rows has true in 'IsYes'", none.Message);
        var all = Assert.Throws<InvalidOperationException>(() => new GradientBlendingSweep(_ml, options).Run(RareRows(i => i % 2 == 0), RareRows(_ => true)));
        Assert.Contains("None of the 150 choosing rows has false in 'IsYes'", all.Message);
        Assert.Empty(reports.Lines);

        // A function of one's own may well be defined on one class.
        options.Metric = SweepMetric.Custom("true", (_, scored) => scored.GetColumn<float>("Probability").Average(), maximize: false, SweepTask.Binary);
        new GradientBlendingSweep(_ml, options).Run(RareRows(i => i % 2 == 0), RareRows(_ => false)).Model!.Dispose();
    }

    [Fact]
    public void What_is_wrong_with_the_training_rows_of_a_fold_names_the_fold()
    {
        var options = Binary(3);
        options.Metric = SweepMetric.Custom("true", (_, scored) => scored.GetColumn<float>("Probability").Average(), maximize: false, SweepTask.Binary);
        var thrown = Assert.Throws<InvalidOperationException>(
            () => new GradientBlendingSweep(_ml, options).CrossValidate(RareRows(i => i / 3 % 8 == 2), 4, "Speaker"));
        Assert.Matches("^Fold . of 4: .*one class only", thrown.Message);
    }

    [Fact]
    public void A_trial_that_can_not_train_is_recorded_and_the_sweep_goes_on()
    {
        var options = SweepRows.Options(_ml, SweepBudget.OfTrials(12));
        options.Space = SweepSpaces.For(options.Trainer).Choice(s => s.Optimizer, OptimizerMethod.Sgd).Choice(s => s.LearningRate, 0.01, 1e25);
        var result = new GradientBlendingSweep(_ml, options).Run(Train, Choosing);
        result.Model!.Dispose();
        var failed = result.Trials.Where(t => t.Status == SweepStatus.Failed).ToArray();
        Assert.NotEmpty(failed);
        Assert.All(failed, t => Assert.Contains("TrainingDivergedException", t.Error));
        Assert.Equal(SweepStatus.Completed, result.Best.Status);
    }

    [Fact]
    public void Trials_side_by_side_give_every_trial_the_metric_it_has_alone()
    {
        var options = SweepRows.Options(_ml, SweepBudget.OfTrials(9));
        (options.ParallelTrials, options.Tuner, options.TryGivenSettings) = (2, SweepTuner.Spread, false);
        var together = new GradientBlendingSweep(_ml, options).Run(Train, Choosing);
        options.ParallelTrials = 1;
        var alone = new GradientBlendingSweep(_ml, options).Run(Train, Choosing);
        using (together.Model)
        using (alone.Model)
            Assert.Equal(Board(alone), Board(together));
    }

    [Fact]
    public void With_no_memory_to_spare_paused_trials_are_trained_again_and_nothing_else_changes()
    {
        var options = SweepRows.Options(_ml, SweepBudget.OfTrials(9));
        var usual = new GradientBlendingSweep(_ml, options).Run(Train, Choosing);
        options.MaximumMemoryInMegabytes = 1;
        var tight = new GradientBlendingSweep(_ml, options).Run(Train, Choosing);
        using (usual.Model)
        using (tight.Model)
            Assert.Equal(Board(usual), Board(tight));
    }

    [Fact]
    public void What_is_said_of_the_rows_is_said_once_and_not_in_every_trial()
    {
        var messages = new List<string>();
        _ml.Log += (_, e) =>
        {
            lock (messages)
                messages.Add(e.RawMessage);
        };
        new GradientBlendingSweep(_ml, SweepRows.Options(_ml, SweepBudget.OfTrials(6), epochs: 2)).Run(SweepRows.View(_ml, 60, 1), Choosing).Model!.Dispose();
        string[] ofRows = [.. messages.Where(m => m.Contains("fewer than 10 held-out rows", StringComparison.Ordinal))];
        Assert.NotEmpty(ofRows);
        Assert.Equal(ofRows.Distinct(), ofRows);
    }

    [Fact]
    public void Wrong_columns_and_options_end_the_sweep_before_the_first_trial()
    {
        var options = SweepRows.Options(_ml, SweepBudget.OfTrials(3));
        options.Trainer.Modalities.Add(Modality.Vector("Nose"));
        Assert.Contains("Nose", Assert.Throws<ArgumentOutOfRangeException>(() => new GradientBlendingSweep(_ml, options).Run(Train, Choosing)).Message);

        var other = SweepRows.Options(_ml, SweepBudget.OfTrials(3));
        var withoutVoice = _ml.Transforms.DropColumns("Voice").Fit(Choosing).Transform(Choosing);
        Assert.Contains("Voice", Assert.Throws<ArgumentOutOfRangeException>(() => new GradientBlendingSweep(_ml, other).Run(Train, withoutVoice)).Message);

        Assert.Throws<ArgumentException>(() => new GradientBlendingSweep(_ml, new() { Trainer = other.Trainer, Budget = new() }));
        Assert.Throws<ArgumentException>(() => new GradientBlendingSweep(_ml, new() { Trainer = other.Trainer, Space = new SweepSpace<ToySettings>() }));
    }

    [Fact]
    public void Modalities_that_the_trainer_has_not_do_not_vary()
    {
        var options = SweepRows.Options(_ml, SweepBudget.OfTrials(4), epochs: 2);
        options.Space = new SweepSpace<GradientBlendingSettings>();
        var result = new GradientBlendingSweep(_ml, options).Run(Train, Choosing);
        result.Model!.Dispose();
        Assert.Contains(result.Trials, t => t.Values.ContainsKey("Modality2.Width"));
        Assert.DoesNotContain(result.Trials.SelectMany(t => t.Values.Keys), name => name.StartsWith("Modality3", StringComparison.Ordinal));
        Assert.DoesNotContain(result.ToDataFrame().Columns, c => c.Name.StartsWith("Modality3", StringComparison.Ordinal));

        options.Space = SweepSpaces.For(options.Trainer).Choice(s => s.Modality3.Width, 8, 16);
        Assert.DoesNotContain(SweepSpaces.Fitted(options.Space, options.Trainer).Settings, s => s.Path.StartsWith("Modality3", StringComparison.Ordinal));
    }

    [Fact]
    public void A_space_of_other_columns_is_refused_with_their_names()
    {
        var options = SweepRows.Options(_ml, SweepBudget.OfTrials(2));
        foreach (var (space, column) in new[] { (SweepSpaces.Vectors("Nose", "Voice"), "Nose"), (SweepSpaces.Vectors("Face", "Voice", "Ear"), "Ear"),
            (SweepSpaces.Vectors("Voice", "Face"), "Voice") })
        {
            options.Space = space;
            Assert.Contains($"'{column}'", Assert.Throws<ArgumentException>(() => new GradientBlendingSweep(_ml, options)).Message);
        }
    }

    [Fact]
    public void Learning_rates_of_nothing_and_a_folder_as_journal_are_refused_at_once()
    {
        var options = SweepRows.Options(_ml, SweepBudget.OfTrials(2));
        options.Space = SweepSpaces.For(options.Trainer).Range(s => s.LearningRate, 0, 0.1);
        Assert.Contains("LearningRate", Assert.Throws<ArgumentException>(() => new GradientBlendingSweep(_ml, options)).Message);
        options.Space = SweepSpaces.For(options.Trainer).Choice(s => s.LearningRate, 0.1, -0.1);
        Assert.Contains("-0.1 for LearningRate", Assert.Throws<ArgumentException>(() => new GradientBlendingSweep(_ml, options)).Message);
        (options.Space, options.JournalPath) = (null, Path.GetTempPath());
        Assert.Contains("is a folder", Assert.Throws<ArgumentException>(() => new GradientBlendingSweep(_ml, options)).Message);
    }

    [Fact]
    public void The_only_trial_failing_is_said_so()
    {
        var options = SweepRows.Options(_ml, SweepBudget.OfTrials(1), epochs: 1);
        options.Metric = SweepMetric.Custom("none", (_, _) => throw new FormatException("no metric today"), maximize: true);
        Assert.StartsWith("The only trial failed: FormatException",
            Assert.Throws<InvalidOperationException>(() => new GradientBlendingSweep(_ml, options).Run(Train, Choosing)).Message);
    }

    [Fact]
    public void Without_an_end_of_time_other_limits_end_a_sweep()
    {
        var options = SweepRows.Options(_ml, new SweepBudget { Time = TimeSpan.MaxValue, Trials = 2 }, epochs: 2);
        var reports = new Reports();
        options.Progress = reports;
        var result = new GradientBlendingSweep(_ml, options).Run(Train, Choosing);
        result.Model!.Dispose();
        Assert.Equal(2, result.Trials.Count);
        Assert.NotEmpty(reports.Lines);
    }

    [Fact]
    public void A_sweep_cancelled_while_its_best_trial_is_trained_again_gives_what_it_found()
    {
        var options = SweepRows.Options(_ml, SweepBudget.OfTrials(2), epochs: 3);
        options.JournalPath = _path;
        new GradientBlendingSweep(_ml, options).Run(Train, Choosing).Model!.Dispose();
        // All is in the journal, so that only the model is trained.
        using var cancel = new CancellationTokenSource();
        _ml.Log += (_, e) =>
        {
            if (e.Source == "GradientBlendingTrainer; Training")
                cancel.Cancel();
        };
        var result = new GradientBlendingSweep(_ml, options).Run(Train, Choosing, cancel.Token);
        Assert.True(cancel.IsCancellationRequested);
        Assert.Equal(SweepEnd.Budget, result.End);
        Assert.Null(result.Model);
        Assert.Equal(2, result.Trials.Count);
    }

    private sealed class Reports : IProgress<SweepProgress>
    {
        internal List<string> Lines { get; } = [];

        public void Report(SweepProgress value) => Lines.Add(value.ToString());
    }

    [Fact]
    public void All_trials_failing_says_why()
    {
        var options = SweepRows.Options(_ml, SweepBudget.OfTrials(3));
        options.Metric = SweepMetric.Custom("none", (_, _) => throw new FormatException("no metric today"), maximize: true);
        var thrown = Assert.Throws<InvalidOperationException>(() => new GradientBlendingSweep(_ml, options).Run(Train, Choosing));
        Assert.Contains("no metric today", thrown.Message);
        Assert.IsType<FormatException>(thrown.InnerException);
    }

    [Fact]
    public void Choosing_rows_of_other_types_than_the_training_rows_are_refused_before_a_trial()
    {
        var options = SweepRows.Options(_ml, SweepBudget.OfTrials(2), epochs: 2);
        var wider = _ml.Transforms.Concatenate("Face", "Face", "Voice").Fit(Choosing).Transform(Choosing);
        var width = Assert.Throws<ArgumentOutOfRangeException>(() => new GradientBlendingSweep(_ml, options).Run(Train, wider));
        Assert.Contains("modality column 'Face': expected Vector<Single, 6>", width.Message);
        var numbers = _ml.Transforms.CustomMapping<Speaking, Counting>(
            (from, to) => to.Voice = [.. from.Voice.Select(v => (int)v)], null).Fit(Choosing).Transform(Choosing);
        var type = Assert.Throws<ArgumentOutOfRangeException>(() => new GradientBlendingSweep(_ml, options).Run(Train, numbers));
        Assert.Contains("modality column 'Voice': expected Vector<Single, 10>", type.Message);

        options.Before = null;
        IDataView Keyed(IDataView view) => _ml.Transforms.Conversion.MapValueToKey("Label").Fit(view).Transform(view);
        var keys = Assert.Throws<ArgumentException>(() => new GradientBlendingSweep(_ml, options).Run(Keyed(Train), Keyed(_ml.Data.SkipRows(Choosing, 1))));
        Assert.Contains("'class 1', but class 1 of the model is 'class 0'", keys.Message);
    }

    private sealed class Speaking
    {
        [VectorType(10)]
        public float[] Voice { get; set; } = [];
    }

    private sealed class Counting
    {
        [VectorType(10)]
        public int[] Voice { get; set; } = [];
    }
}
