using System.Text;
using System.Text.Json.Nodes;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers.FastTree;
using static GBlend.MLNet.GradientBlendingTrainer;

namespace GBlend.MLNet.Tests.Components;

/// <summary>Trainers of ML.NET as members of the pool, as users meet them.</summary>
public sealed class MemberTests : IDisposable
{
    /// <summary>Counted here and not in what a lambda holds, by which checkpoints tell trainings apart.</summary>
    private static int s_fits;

    private readonly MLContext _ml = new(1);
    private readonly List<string> _log = [];
    private readonly List<Sample> _rows = Samples.Rows(90);
    private readonly List<IDisposable> _models = [];

    public MemberTests() => _ml.Log += (_, e) => _log.Add(e.Message);

    public void Dispose() => _models.ForEach(model => model.Dispose());

    private static Member Linear(string name = "Linear") => new(name, (ml, label, features, weight) =>
        ml.MulticlassClassification.Trainers.LbfgsMaximumEntropy(label, features, weight));

    private static FastTreeBinaryTrainer Trees(MLContext ml, string label, string features, string? weight) =>
        ml.BinaryClassification.Trainers.FastTree(label, features, weight, numberOfLeaves: 4, numberOfTrees: 10, minimumExampleCountPerLeaf: 2);

    private static Member BinaryTrees(string name = "Trees") => new(name, Trees);

    private GradientBlendingTransformer Fit(Action<Options> change, OutputKind kind = OutputKind.Multiclass, IEnumerable<Sample>? rows = null)
    {
        var options = Samples.Tiny(o =>
        {
            (o.ValidationFraction, o.OutputBranchScores) = (0.4, true);
            change(o);
        });
        rows ??= _rows;
        var model = kind switch
        {
            OutputKind.Binary => _ml.BinaryClassification.Trainers.GradientBlending(options).Fit(_ml.View(rows)),
            OutputKind.Regression => _ml.Regression.Trainers.GradientBlending(options).Fit(_ml.View(rows)),
            OutputKind.MultiLabel => _ml.MulticlassClassification.Trainers.GradientBlending(options).Fit(_ml.View(rows)),
            _ => _ml.MulticlassClassification.Trainers.GradientBlending(options).Fit(_ml.KeyedView(rows)),
        };
        _models.Add(model);
        return model;
    }

    private GradientBlendingTransformer FitKind(OutputKind kind, Action<Options>? change = null) => Fit(o =>
    {
        o.LabelColumnName = kind switch
        {
            OutputKind.Binary => "IsRed",
            OutputKind.Regression => "Amount",
            OutputKind.MultiLabel => "Tags",
            _ => "Label",
        };
        o.Members.Add(kind switch
        {
            OutputKind.Multiclass => Linear("Other"),
            OutputKind.Regression => new Member("Other", (ml, label, features, weight) =>
                ml.Regression.Trainers.FastTree(label, features, weight, numberOfTrees: 20, minimumExampleCountPerLeaf: 2)),
            _ => BinaryTrees("Other"),
        });
        change?.Invoke(o);
    }, kind);

    private GradientBlendingTransformer SavedAndLoaded(GradientBlendingTransformer model)
    {
        using var file = Saved(model);
        var loaded = (GradientBlendingTransformer)_ml.Model.Load(file, out _);
        _models.Add(loaded);
        return loaded;
    }

    private MemoryStream Saved(GradientBlendingTransformer model)
    {
        var file = new MemoryStream();
        _ml.Model.Save(model, _ml.KeyedView(_rows).Schema, file);
        file.Position = 0;
        return file;
    }

    private static float[] Numbers(IDataView view, string column) => view.Schema[column].Type is VectorDataViewType
        ? [.. view.GetColumn<float[]>(column).SelectMany(v => v)]
        : [.. view.GetColumn<float>(column)];

    [Theory]
    [InlineData(OutputKind.Multiclass)]
    [InlineData(OutputKind.Binary)]
    [InlineData(OutputKind.Regression)]
    [InlineData(OutputKind.MultiLabel)]
    internal void A_member_is_a_head_of_the_pool_that_is_saved_and_loaded(OutputKind kind)
    {
        var model = FitKind(kind);
        var member = Assert.Single(model.History.Members);
        Assert.Equal(("Other", "A,B"), (member.Name, string.Join(",", member.ColumnNames)));
        Assert.Contains(_log, line => line.Contains($"Member Other of A, B: held-out loss", StringComparison.Ordinal));
        Assert.Contains("Other", model.History.Answer);
        Assert.DoesNotContain("Other", model.History.Branches);
        // What trees and lines make of these rows is far better than nothing, which the pool sees.
        Assert.True(model.Model.Answer.Weights[^1] > 0.05, model.History.Answer);
        var view = _ml.KeyedView(_rows);
        var scored = model.Transform(view);
        Assert.All(Numbers(scored, "Score.Other"), value => Assert.True(float.IsFinite(value)));
        var loaded = SavedAndLoaded(model);
        Assert.Equal(model.History.Answer, loaded.History.Answer);
        Assert.Equal(member.ToString(), Assert.Single(loaded.History.Members).ToString());
        foreach (string column in new[] { "Score", "Score.Other" })
            Assert.Equal(Numbers(scored, column), Numbers(loaded.Transform(view), column));
    }

    /// <summary>A member learns from the rows that have what it reads, and says nothing of others.</summary>
    [Fact]
    public void Rows_to_train_on_that_lack_a_modality_teach_the_members_that_can_read_them()
    {
        var rows = Samples.Rows(180);
        for (int i = 0; i < rows.Count; i++)
            rows[i].A = i % 4 == 0 ? [] : rows[i].A;
        var model = Fit(o =>
        {
            (o.MissingValues, o.Blending, o.NumberOfEpochs) = (MissingValues.LeaveOutModality, GBlend.MLNet.Blending.Auto(1), 10);
            o.Members.Add(Linear("OfA").Reading("A"));
            o.Members.Add(Linear("OfBoth"));
        }, rows: rows);
        Assert.All(model.History.Members, member => Assert.InRange(member.HeldOutLoss!.Value, 0, 1.5));
        var scored = model.Transform(_ml.KeyedView(rows));
        foreach (string column in new[] { "Score", "Score.OfA", "Score.OfBoth", "Score.Joint" })
        {
            float[] sums = [.. scored.Values<VBuffer<float>>(column).Select(score => score.DenseValues().Sum())];
            for (int i = 0; i < rows.Count; i++)
                Assert.Equal(column.Contains(".Of", StringComparison.Ordinal) && i % 4 == 0 ? float.NaN : 1, sums[i], 1e-4f);
        }
    }

    [Fact]
    public void What_the_member_says_is_what_its_trainer_says()
    {
        var model = FitKind(OutputKind.Multiclass, o => (o.HoldOutColumnName, o.ValidationFraction) = ("IsHeldOut", null));
        var view = _ml.Transforms.Concatenate("Features", "A", "B").Fit(_ml.KeyedView(_rows)).Transform(_ml.KeyedView(_rows));
        var training = _ml.Data.FilterByCustomPredicate<Held>(view, row => row.IsHeldOut);
        var alone = _ml.MulticlassClassification.Trainers.LbfgsMaximumEntropy().Fit(training);
        float[] expected = Numbers(alone.Transform(view), "Score"), given = Numbers(model.Transform(view), "Score.Other");
        Assert.All(expected.Zip(given), pair => Assert.Equal(pair.First, pair.Second, 2e-3f));
        // The loss in the history is that of these scores on the held-out rows.
        double loss = _rows.Index().Where(r => r.Item.IsHeldOut)
            .Average(r => -Math.Log(given[3 * r.Index + Array.IndexOf(Samples.Colours, r.Item.Label)]));
        Assert.Equal(loss, model.History.Members[0].HeldOutLoss!.Value, 1e-3);
    }

    public sealed class Held
    {
        public bool IsHeldOut { get; set; }
    }

    [Fact]
    public void A_prediction_engine_has_the_same_bits()
    {
        var model = FitKind(OutputKind.Regression);
        using var engine = _ml.Model.CreatePredictionEngine<Sample, Amounts>(model);
        float[] scores = Numbers(model.Transform(_ml.View(_rows)), "Score");
        Assert.Equal(scores, _rows.Select(row => engine.Predict(row).Score));
        float[][] parallel = [.. Enumerable.Range(0, 4).AsParallel().Select(_ => Numbers(model.Transform(_ml.View(_rows)), "Score"))];
        Assert.All(parallel, own => Assert.Equal(scores, own));
    }

    public sealed class Amounts
    {
        public float Score { get; set; }
    }

    /// <summary>Trees that remember every row say nothing of rows that they did not learn from.</summary>
    [Fact]
    public void Folds_fit_members_without_the_rows_that_they_hold_out()
    {
        var random = new Random(5);
        var rows = Samples.Rows(150);
        rows.ForEach(row => row.IsRed = random.Next(2) == 0);
        var model = Fit(o =>
        {
            (o.LabelColumnName, o.Blending, o.ValidationFraction) = ("IsRed", Blending.Auto(), null);
            o.Members.Add(new("Memory", (ml, label, features, weight) => ml.BinaryClassification.Trainers.FastTree(
                label, features, weight, numberOfLeaves: 60, numberOfTrees: 20, minimumExampleCountPerLeaf: 1)));
        }, OutputKind.Binary, rows);
        Assert.Equal(5, model.History.Folds.Count);
        Assert.True(model.History.Members[0].HeldOutLoss > 0.65, model.History.Members[0].ToString());
        Assert.True(model.Model.Answer.Weights[^1] < 0.2, model.History.Answer);
        // On the rows themselves the folds that learned from them know them.
        float[] logOdds = Numbers(model.Transform(_ml.View(rows)), "Score.Memory");
        Assert.True(rows.Zip(logOdds).Average(r => r.First.IsRed == r.Second > 0 ? 1.0 : 0) > 0.9);
        Assert.Equal(5, model.Model.Members[0].Folds.Count);
        var loaded = SavedAndLoaded(model);
        Assert.Equal(logOdds, Numbers(loaded.Transform(_ml.View(rows)), "Score.Memory"));
    }

    [Fact]
    public void A_refit_learns_from_all_rows()
    {
        int fits = 0;
        var model = Fit(o =>
        {
            (o.LabelColumnName, o.Blending, o.ValidationFraction, o.FinalNetworks) = ("IsRed", Blending.Auto(folds: 3), null, FinalNetworks.Refit);
            o.Members.Add(new("Trees", (ml, label, features, weight) =>
            {
                fits++;
                return Trees(ml, label, features, weight);
            }));
        }, OutputKind.Binary);
        Assert.Equal(4, fits);
        Assert.Single(model.Model.Members[0].Folds);
    }

    [Fact]
    public void The_same_seed_gives_the_same_member()
    {
        // Stochastic: each fit of the seed draws the same.
        static void With(Options o)
        {
            o.Seed = 5;
            o.Members.Add(new("Random", (ml, label, features, weight) => ml.MulticlassClassification.Trainers.OneVersusAll(
                ml.BinaryClassification.Trainers.FastForest(label, features, weight, numberOfTrees: 3, minimumExampleCountPerLeaf: 2), label)));
        }

        var view = _ml.KeyedView(_rows);
        float[] one = Numbers(Fit(With).Transform(view), "Score"), other = Numbers(Fit(With).Transform(view), "Score");
        Assert.Equal(one, other);
    }

    [Fact]
    public void Classes_that_no_row_has_and_classes_of_few_rows_are_no_trouble()
    {
        var rows = Samples.Rows(60);
        rows[0].Label = "rare";
        rows[7].Label = "rare";
        var values = _ml.Data.LoadFromEnumerable(new[] { "never", "red", "green", "blue", "rare" }.Select(c => new Color { Label = c }));
        var view = _ml.Transforms.Conversion.MapValueToKey("Label", keyData: values).Fit(_ml.View(rows)).Transform(_ml.View(rows));
        foreach (var trainer in new MemberTrainer[]
        {
            (ml, label, features, weight) => ml.MulticlassClassification.Trainers.LbfgsMaximumEntropy(label, features, weight),
            (ml, label, features, weight) => ml.MulticlassClassification.Trainers.OneVersusAll(Trees(ml, label, features, weight), label),
            (ml, label, features, weight) => ml.MulticlassClassification.Trainers.NaiveBayes(label, features),
        })
        {
            var options = Samples.Tiny(o =>
            {
                (o.Blending, o.OutputBranchScores) = (Blending.Auto(folds: 3), true);
                o.Members.Add(new("Other", trainer));
            });
            using var model = _ml.MulticlassClassification.Trainers.GradientBlending(options).Fit(view);
            float[][] scores = [.. model.Transform(view).GetColumn<float[]>("Score.Other")];
            Assert.All(scores, row => Assert.Equal((5, 1f), (row.Length, MathF.Round(row.Sum(), 4))));
            Assert.All(scores, row => Assert.True(row[0] < 1e-4));
        }
    }

    public sealed class Color
    {
        public string Label { get; set; } = "";
    }

    [Fact]
    public void Trainers_without_probabilities_are_heads_too()
    {
        foreach (var (kind, trainer) in new (OutputKind, MemberTrainer)[]
        {
            (OutputKind.Binary, (ml, label, features, _) => ml.BinaryClassification.Trainers.AveragedPerceptron(label, features)),
            (OutputKind.Multiclass, (ml, label, features, weight) => ml.MulticlassClassification.Trainers.SdcaNonCalibrated(label, features, weight)),
        })
        {
            var model = FitKind(kind, o =>
            {
                o.Members.Clear();
                o.Members.Add(new("Margins", trainer));
            });
            Assert.True(model.Model.Answer.Weights[^1] > 0, model.History.Answer);
            Assert.All(Numbers(model.Transform(_ml.KeyedView(_rows)), "Score.Margins"), value => Assert.True(float.IsFinite(value)));
        }
    }

    [Fact]
    public void Rows_that_lack_a_modality_are_answered_by_the_members_that_can_read_them()
    {
        var model = FitKind(OutputKind.Multiclass, o =>
        {
            o.MissingValues = MissingValues.LeaveOutModality;
            o.Blending = Blending.Auto(folds: 1);
            o.Members.Add(Linear("Of A").Reading("A"));
        });
        var some = Samples.Rows(12, seed: 3);
        some.ForEach(row => row.B = [float.NaN, float.NaN, float.NaN]);
        var scored = model.Transform(_ml.KeyedView(some));
        Assert.All(Numbers(scored, "Score.Other"), value => Assert.True(float.IsNaN(value)));
        Assert.All(Numbers(scored, "Score.Of A"), value => Assert.True(float.IsFinite(value)));
        Assert.All(scored.GetColumn<float[]>("Score"), row => Assert.Equal(1, row.Sum(), 1e-5f));
        var rule = model.Model.RuleOf(1);
        int heads = rule.Weights.Count;
        Assert.Equal(0, rule.Weights[heads - 2]);
        Assert.True(rule.Weights[heads - 1] > 0);
        var loaded = SavedAndLoaded(model);
        Assert.Equal(Numbers(scored, "Score"), Numbers(loaded.Transform(_ml.KeyedView(some)), "Score"));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Rows_to_train_on_that_lack_a_modality_are_left_to_the_members_that_can_read_them(int folds)
    {
        var rows = Samples.Rows(120);
        foreach (var (_, row) in rows.Index().Where(r => r.Index % 4 == 0))
            row.B = [float.NaN, float.NaN, float.NaN];
        var model = Fit(o =>
        {
            o.MissingValues = MissingValues.LeaveOutModality;
            (o.Blending, o.ValidationFraction) = (Blending.Auto(folds), folds == 1 ? 0.4 : null);
            o.Members.Add(Linear("Of both"));
            o.Members.Add(Linear("Of A").Reading("A"));
        }, rows: rows);
        Assert.All(model.History.Members, member => Assert.InRange(member.HeldOutLoss!.Value, 0.01, 1.05));
        var scored = model.Transform(_ml.KeyedView(rows));
        Assert.All(Numbers(scored, "Score"), value => Assert.True(float.IsFinite(value)));
        float[][] both = [.. scored.GetColumn<float[]>("Score.Of both")], one = [.. scored.GetColumn<float[]>("Score.Of A")];
        Assert.All(both.Index(), row => Assert.Equal(row.Index % 4 == 0, float.IsNaN(row.Item[0])));
        Assert.All(one, row => Assert.True(float.IsFinite(row[0])));
        Assert.Equal(0, model.Model.RuleOf(1).Weights[^2]);
        // The pool of complete rows is not led astray by what a member says of rows that it can't read.
        Assert.True(model.Model.Answer.Weights[^2] > 0.05, model.History.Answer);
    }

    [Fact]
    public void Contributions_prediction_sets_and_importance_take_members_in()
    {
        var model = FitKind(OutputKind.Multiclass, o =>
            (o.PredictionSetCoverage, o.Blending, o.ValidationFraction) = (0.8, Blending.Auto(folds: 3), null));
        var view = _ml.KeyedView(_rows);
        var contributions = model.ModalityContributions(view);
        float[][] scores = [.. model.Transform(view).GetColumn<float[]>("Score")];
        Assert.All(contributions.Rows.Zip(scores), pair => Assert.Equal(
            Math.Log(pair.Second[pair.First.Answer]), pair.First.Prior + pair.First.ToAnswer.Sum(), 1e-3));
        bool[][] sets = [.. model.Transform(view).GetColumn<bool[]>("PredictionSet")];
        Assert.InRange(sets.Zip(_rows).Average(r => r.First[Array.IndexOf(Samples.Colours, r.Second.Label)] ? 1.0 : 0), 0.7, 1);
        var importance = _ml.MulticlassClassification.PermutationFeatureImportance(model.ForFeatureImportance("A"), view);
        Assert.Equal(4, importance.Length);
    }

    [Fact]
    public void A_threshold_is_chosen_with_members()
    {
        var model = FitKind(OutputKind.Binary);
        Assert.InRange(model.WithThreshold(DecisionMetric.F1).Threshold, 0.001, 0.999);
    }

    [Fact]
    public void Weights_reach_the_trainer_and_one_that_does_not_read_them_is_named()
    {
        var rows = Samples.Rows(90);
        foreach (var (i, row) in rows.Index())
            row.Weight = row.Label == "red" ? 20 : 1;
        float[] Of(Action<Options> change) => Numbers(Fit(o =>
        {
            o.Members.Add(new("Linear", (ml, label, features, weight) => ml.MulticlassClassification.Trainers.LbfgsMaximumEntropy(label, features, weight,
                l2Regularization: 50)));
            change(o);
        }, rows: rows).Transform(_ml.KeyedView(rows)), "Score.Linear");
        float[] plain = Of(_ => { }), weighted = Of(o => o.ExampleWeightColumnName = "Weight");
        float[] byClass = Of(o => o.ClassWeights = ClassWeights.Of(("red", 20)));
        double Red(float[] scores) => scores.Where((_, i) => i % 3 == 0).Average();
        Assert.True(Red(weighted) > Red(plain) + 0.1 && Red(byClass) > Red(plain) + 0.1, $"{Red(plain)} {Red(weighted)} {Red(byClass)}");
        Assert.DoesNotContain(_log, line => line.Contains("did not read how much each row counts", StringComparison.Ordinal));
        Fit(o =>
        {
            o.ExampleWeightColumnName = "Weight";
            o.Members.Add(new("Bayes", (ml, label, features, _) => ml.MulticlassClassification.Trainers.NaiveBayes(label, features)));
        }, rows: rows);
        Assert.Contains(_log, line => line.Contains("'Bayes' did not read how much each row counts", StringComparison.Ordinal));
    }

    [Fact]
    public void Cancellation_ends_the_fit_of_a_member()
    {
        using var source = new CancellationTokenSource();
        int fits = 0;
        Assert.ThrowsAny<OperationCanceledException>(() => FitKind(OutputKind.Binary, o =>
        {
            o.CancellationToken = source.Token;
            o.Members.Clear();
            o.Members.Add(new("First", (ml, label, features, weight) =>
            {
                fits++;
                source.Cancel();
                return Trees(ml, label, features, weight);
            }));
            o.Members.Add(new("Next", (ml, label, features, weight) => throw new NotSupportedException("It is never asked for.")));
        }));
        Assert.Equal(1, fits);
    }

    public static TheoryData<string, string> Refusals => new()
    {
        { "modality", "the name 'A', which a modality" },
        { "joint", "the name 'Joint'" },
        { "twice", "the name 'Linear'" },
        { "column", "reads 'C', which is no modality" },
        { "null", "Members contains null" },
        { "answer", "never the member 'Linear'" },
        { "held out", "The member 'Linear', which the pool weighs by them, needs held-out rows" },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public void Wrong_members_are_refused_by_name(string what, string message)
    {
        var e = Assert.Throws<ArgumentException>(() => Fit(o =>
        {
            foreach (var member in what switch
            {
                "modality" => [Linear("A")],
                "joint" => [Linear("Joint")],
                "twice" => [Linear(), Linear()],
                "column" => [Linear().Reading("C")],
                "null" => [null!],
                _ => (Member[])[Linear()],
            })
                o.Members.Add(member);
            if (what == "answer")
                o.Answer = Answer.Joint;
            if (what == "held out")
                o.ValidationFraction = 0;
        }));
        Assert.Contains(message, e.Message);
    }

    [Fact]
    public void A_member_needs_vectors_or_names()
    {
        Assert.Throws<ArgumentException>(() => Linear().Reading());
        Assert.Throws<ArgumentException>(() => Linear().Reading("A", "A"));
        Assert.Throws<ArgumentException>(() => Linear(" "));
        var options = new Options { Modalities = { Modality.Image("Photo") }, Members = { Linear() } };
        var e = Assert.Throws<ArgumentException>(() => OptionChecks.CheckOptions(options));
        Assert.Contains("reads all vector modalities, of which there are none", e.Message);
    }

    [Fact]
    public void A_trainer_of_another_task_or_none_is_refused_by_name()
    {
        foreach (var trainer in new MemberTrainer[]
        {
            Trees,
            (_, _, _, _) => null!,
            (ml, label, _, weight) => ml.MulticlassClassification.Trainers.LbfgsMaximumEntropy(label, "Absent", weight),
            (ml, _, features, _) => ml.Transforms.NormalizeMeanVariance(features),
        })
        {
            var e = Assert.Throws<InvalidOperationException>(() => Fit(o => o.Members.Add(new("Wrong", trainer))));
            Assert.Contains("The member 'Wrong' could not be fitted", e.Message);
            Assert.Contains("ml.MulticlassClassification", e.Message);
        }
    }

    [Fact]
    public void Too_few_rows_for_a_pool_have_all_heads_count_alike()
    {
        var model = Fit(o =>
        {
            o.ValidationFraction = 0.1;
            o.Members.Add(Linear());
        }, rows: Samples.Rows(60));
        Assert.Equal(model.Model.Answer.Weights[0], model.Model.Answer.Weights[^1]);
        Assert.Contains(_log, line => line.Contains("all heads count alike", StringComparison.Ordinal));
    }

    [Fact]
    public void One_modality_and_a_member_are_a_pool()
    {
        var model = Fit(o =>
        {
            o.Modalities.RemoveAt(1);
            (o.Blending, o.ValidationFraction) = (Blending.Auto(), null);
            o.Members.Add(Linear());
        });
        Assert.Equal(5, model.History.Folds.Count);
        Assert.StartsWith("pool A", model.History.Answer);
        Assert.Equal(["A"], model.History.Branches);
    }

    [Fact]
    public void Early_stopping_and_the_best_epoch_judge_the_answer_with_its_members()
    {
        var model = FitKind(OutputKind.Multiclass, o => (o.FinalWeights, o.EarlyStoppingPatience, o.NumberOfEpochs) = (FinalWeights.BestEpoch, 2, 8));
        Assert.All(model.History.Epochs, epoch => Assert.NotNull(epoch.AnswerHeldOutLoss));
        Assert.Equal(model.History.Epochs.Min(e => e.AnswerHeldOutLoss), model.History.HeldOutLoss);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Checkpoints_keep_members_and_a_model_that_is_over(int folds)
    {
        string folder = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        s_fits = 0;
        var member = new Member("Linear", (ml, label, features, weight) =>
        {
            Interlocked.Increment(ref s_fits);
            return ml.MulticlassClassification.Trainers.LbfgsMaximumEntropy(label, features, weight);
        });
        void With(Options o)
        {
            (o.Seed, o.Blending, o.ValidationFraction, o.NumberOfEpochs) = (3, Blending.Auto(folds), folds == 1 ? 0.4 : null, 4);
            o.Members.Add(member);
        }

        try
        {
            var view = _ml.KeyedView(_rows);
            float[] expected = Numbers(Fit(With).Transform(view), "Score");
            Assert.Equal(folds, s_fits);
            using var source = new CancellationTokenSource();
            Assert.ThrowsAny<OperationCanceledException>(() => Fit(o =>
            {
                With(o);
                (o.CheckpointFolder, o.CheckpointInterval, o.CancellationToken) = (folder, TimeSpan.Zero, source.Token);
                o.Progress = new CancelAfter(source, 2);
            }));
            Assert.Equal(2 * folds, s_fits);
            void GoOn(Options o)
            {
                With(o);
                (o.CheckpointFolder, o.CheckpointInterval) = (folder, TimeSpan.Zero);
            }

            for (int time = 0; time < 2; time++)
            {
                var model = Fit(GoOn);
                Assert.Equal(2 * folds, s_fits);
                Assert.Equal(expected, Numbers(model.Transform(view), "Score"));
                Assert.Single(model.History.Members);
            }
            Assert.Contains("Members", Assert.Throws<InvalidOperationException>(() => Fit(o =>
            {
                GoOn(o);
                o.Members[0] = Linear("Linear");
            })).Message);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private sealed class CancelAfter(CancellationTokenSource source, int epochs) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            if (value.EpochsDone >= epochs)
                source.Cancel();
        }
    }

    [Fact]
    public void A_member_whose_library_is_not_there_is_said()
    {
        var zip = new ModelZip(Saved(FitKind(OutputKind.Binary)).ToArray());
        using var content = new BinaryReader(new MemoryStream(zip["member.0.bin"]));
        var settings = JsonNode.Parse(content.ReadString())!;
        var trees = new ModelZip(content.ReadBytes((int)settings["parts"]![0]!["bytes"]!));
        foreach (string name in trees.Names.Where(n => n.EndsWith("Model.key", StringComparison.Ordinal)).ToArray())
        {
            // Names are in UTF-16 or in single bytes.
            static string Wide(string text) => string.Join("\0", text.ToCharArray());
            const string There = "Microsoft.ML.FastTree", NotThere = "Microsoft.ML.FastTrex";
            trees.Set(name, Encoding.Latin1.GetBytes(
                Encoding.Latin1.GetString(trees[name]).Replace(There, NotThere).Replace(Wide(There), Wide(NotThere))));
        }
        byte[] model = trees.ToArray();
        settings["parts"]![0]!["bytes"] = model.Length;
        using var altered = new MemoryStream();
        using var writer = new BinaryWriter(altered);
        writer.Write(settings.ToJsonString());
        writer.Write(model);
        zip.Reseal("member.0.bin", altered.ToArray());
        var e = Assert.ThrowsAny<Exception>(() => _ml.Model.Load(new MemoryStream(zip.ToArray()), out _)).GetBaseException();
        Assert.Contains("Microsoft.ML.FastTrex", e.Message);
        Assert.Contains("Reference the package of its trainer", e.Message);
        Assert.IsType<FileNotFoundException>(e);
    }

    [Fact]
    public void A_member_that_was_altered_in_the_file_is_refused()
    {
        byte[] file = Saved(FitKind(OutputKind.Multiclass)).ToArray();
        Exception? Load(Action<ModelZip> change)
        {
            var zip = new ModelZip(file);
            change(zip);
            return Record.Exception(() => _ml.Model.Load(new MemoryStream(zip.ToArray()), out _))?.GetBaseException();
        }

        Assert.Null(Load(_ => { }));
        byte[] content = new ModelZip(file)["member.0.bin"];
        byte[] altered = [.. content];
        altered[^20] ^= 1;
        foreach (byte[] other in new[] { altered, content[..^1], [] })
        {
            var e = Assert.IsType<InvalidDataException>(Load(zip => zip.Set("member.0.bin", other)));
            Assert.Contains("member.0.bin", e.Message);
        }
        // Also with a checksum that is right.
        foreach (byte[] other in new[] { content[..^1], content[..10], [] })
            Assert.IsType<InvalidDataException>(Load(zip => zip.Reseal("member.0.bin", other)));
        Assert.IsType<InvalidDataException>(Load(zip => zip.Reseal("schema.json", json => json["members"] = 0)));
        Assert.IsType<InvalidDataException>(Load(zip => zip.Reseal("schema.json", json => json["members"] = int.MaxValue)));
        Assert.IsType<InvalidDataException>(Load(zip => zip.Reseal("settings.json", json => json["members"]![0]!["name"] = "A")));
        Assert.IsType<InvalidDataException>(Load(zip => zip.Reseal("settings.json", json => json["members"]![0]!["reads"]![0] = 7)));
    }
}
