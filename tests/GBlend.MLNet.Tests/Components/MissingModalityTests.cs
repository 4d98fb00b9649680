using Microsoft.ML;
using Microsoft.ML.Data;
using Methods = GBlend.MLNet.Blending;
using Options = GBlend.MLNet.GradientBlendingTrainer.Options;

namespace GBlend.MLNet.Tests.Components;

/// <summary>Rows to train on that lack modalities, and modalities that dropout hides.</summary>
public sealed class MissingModalityTests
{
    private readonly MLContext _ml = new(1);

    public static TheoryData<string> Blendings => ["auto", "auto in folds", "equal", "online", "separate", "mlb", "mmpareto", "dgl"];

    [Theory]
    [MemberData(nameof(Blendings))]
    public void Rows_that_lack_modalities_train_a_model_that_answers_every_pattern(string blending)
    {
        using var model = _ml.Trainer(o => Set(o, blending)).Fit(_ml.KeyedView(Holes(Samples.Rows(180))));
        var rows = Samples.Rows(60, seed: 9);
        foreach (var (a, b) in new[] { (true, true), (true, false), (false, true) })
        {
            var view = _ml.KeyedView(rows.Select(r => Only(r, a, b)));
            var scored = model.Transform(view);
            float[][] scores = Dense(scored, "Score"), joint = blending == "separate" ? [] : Dense(scored, "Score.Joint");
            Assert.All(scores, row => Assert.Equal(1, row.Sum(), 1e-5));
            // Joint heads have learned to do without.
            Assert.All(joint, row => Assert.Equal(1, row.Sum(), 1e-5));
            Assert.All(scored.Values<VBuffer<bool>>("PresentModalities"), present => Assert.Equal([a, b], present.DenseValues()));
            double right = scores.Zip(rows).Count(s => Array.IndexOf(s.First, s.First.Max()) == Array.IndexOf(Samples.Colours, s.Second.Label)) / 60.0;
            Assert.True(right > 0.7, $"{blending}, A {a}, B {b}: {right}");
        }
        VBuffer<ReadOnlyMemory<char>> names = default;
        model.GetOutputSchema(_ml.KeyedView(rows).Schema)["PresentModalities"].GetSlotNames(ref names);
        Assert.Equal(["A", "B"], names.DenseValues().Select(n => n.ToString()));
    }

    [Theory]
    [MemberData(nameof(Blendings))]
    public void A_modality_that_half_of_the_rows_have_answers_alone(string blending)
    {
        var rows = Samples.Rows(300);
        for (int i = 0; i < rows.Count; i++)
            rows[i].A = i / 3 % 2 == 0 ? [] : rows[i].A;
        GradientBlendingTransformer Fit(IEnumerable<Sample> learned) => _ml.Trainer(o =>
        {
            Set(o, blending);
            o.NumberOfEpochs = 40;
            (o.Modalities[0], o.Modalities[1]) = (Modality.Vector("A", Encoders.Mlp(24)), Modality.Vector("B", Encoders.Mlp(24)));
        }).Fit(_ml.KeyedView(learned));
        using GradientBlendingTransformer model = Fit(rows), few = Fit(rows.Where(r => r.A.Length > 0));
        var test = Samples.Rows(60, seed: 9);
        double Right(GradientBlendingTransformer answering) => Dense(answering.Transform(_ml.KeyedView(test.Select(r => Only(r, true, false)))), "Score")
            .Zip(test).Count(s => Array.IndexOf(s.First, s.First.Max()) == Array.IndexOf(Samples.Colours, s.Second.Label)) / 60.0;
        double all = Right(model), some = Right(few);
        Assert.True(all > some - 0.1, $"{blending}: {all}, where a training on those rows gives {some}");
    }

    [Fact]
    public void Complete_rows_are_trained_on_as_without_the_option()
    {
        var rows = Samples.Rows(120);
        using GradientBlendingTransformer plain = _ml.Trainer(o => Set(o, "auto")).Fit(_ml.KeyedView(rows)),
            refusing = _ml.Trainer(o =>
            {
                Set(o, "auto");
                o.MissingValues = MissingValues.Refuse;
            }).Fit(_ml.KeyedView(rows));
        Assert.Equal(Bits(refusing), Bits(plain));
        Assert.Equal(Dense(refusing.Transform(_ml.KeyedView(rows)), "Score"), Dense(plain.Transform(_ml.KeyedView(rows)), "Score"));
        Assert.All(plain.Model.Modalities, m => Assert.False(m.HasPlaceholder));
    }

    /// <summary>What a joint head says of a row without a modality depends on nothing that stood in its place.</summary>
    [Fact]
    public void Joint_heads_hear_a_learned_vector_in_place_of_what_is_absent()
    {
        using var model = _ml.Trainer(o =>
        {
            Set(o, "equal");
            o.Modalities[0] = o.Modalities[0].WithDropout(0.4);
        }).Fit(_ml.KeyedView(Samples.Rows(180)));
        Assert.Equal([true, false], model.Model.Modalities.Select(m => m.HasPlaceholder));
        Assert.Contains(model.ToStateDict()["joint.placeholder0"].ToFloats(), v => Math.Abs(v) > 1e-3);
        Assert.DoesNotContain("joint.placeholder1", model.ToStateDict().Keys);
        var rows = Samples.Rows(30, seed: 4);
        var scored = model.Transform(_ml.KeyedView(rows.Select(r => Only(r, false, true))));
        Assert.All(Dense(scored, "Score.Joint"), row => Assert.Equal(1, row.Sum(), 1e-5));
        Assert.All(Dense(scored, "Score.A"), row => Assert.All(row, v => Assert.True(float.IsNaN(v))));
        // It never had to do without B.
        Assert.All(Dense(model.Transform(_ml.KeyedView(rows.Select(r => Only(r, true, false)))), "Score.Joint"),
            row => Assert.All(row, v => Assert.True(float.IsNaN(v))));
    }

    /// <summary>The label is in two modalities together and in neither alone, so that single heads know nothing.</summary>
    [Fact]
    public void Joint_heads_answer_rows_without_a_third_modality()
    {
        List<Sample> Rows(int count, int seed)
        {
            var random = new Random(seed);
            float Noise() => (float)(random.NextDouble() - 0.5);
            return [.. Enumerable.Range(0, count).Select(i =>
            {
                // Keys are given in the order in which labels come.
                int a = i < 2 ? 0 : random.Next(2), b = i < 2 ? i : random.Next(2), label = a ^ b;
                return new Sample { Label = Samples.Colours[label], A = [2 * a - 1 + Noise(), Noise(), Noise(), Noise()],
                    B = [2 * b - 1 + Noise(), Noise(), Noise()], Amount = random.Next(10) < 7 ? label : 1 - label };
            })];
        }
        double Accuracy(double dropout)
        {
            using var model = _ml.Trainer(o =>
            {
                Set(o, "auto");
                o.Modalities.Add(Modality.Vector("Amounts", Encoders.Mlp(4)).WithDropout(dropout));
                (o.NumberOfEpochs, o.Fusion) = (40, Fusion.Concat(16));
            }).Fit(Widened(Rows(600, 1)));
            var test = Rows(200, 2);
            test.ForEach(r => r.Amount = float.NaN);
            var view = Widened(test);
            uint[] given = model.Transform(view).Values<uint>("PredictedLabel"), right = view.Values<uint>("Label");
            return given.Zip(right, (g, r) => g == r ? 1.0 : 0).Average();
        }
        double without = Accuracy(0), with = Accuracy(0.3);
        Assert.True(without < 0.7 && with > 0.95, $"{without} without dropout, {with} with");
    }

    [Fact]
    public void Score_survives_saving()
    {
        using var model = _ml.Trainer(o =>
        {
            Set(o, "auto");
            o.PredictionSetCoverage = 0.8;
        }).Fit(_ml.KeyedView(Holes(Samples.Rows(180))));
        var rows = Holes(Samples.Rows(30, seed: 7));
        using var file = new MemoryStream();
        _ml.Model.Save(model, _ml.KeyedView(rows).Schema, file);
        file.Position = 0;
        var loaded = _ml.Model.Load(file, out _);
        foreach (string column in new[] { "Score", "Score.Joint", "Score.DetachedJoint", "Score.A" })
            Assert.Equal(Dense(model.Transform(_ml.KeyedView(rows)), column), Dense(loaded.Transform(_ml.KeyedView(rows)), column));
        Assert.Equal(model.Transform(_ml.KeyedView(rows)).Values<VBuffer<bool>>("PredictionSet").Select(v => v.DenseValues().ToArray()),
            loaded.Transform(_ml.KeyedView(rows)).Values<VBuffer<bool>>("PredictionSet").Select(v => v.DenseValues().ToArray()));
        (loaded as IDisposable)?.Dispose();
    }

    /// <summary>A row's scores are the same bits in company and alone.</summary>
    [Fact]
    public void Score_of_a_row_is_the_same_among_rows_of_other_patterns()
    {
        using var model = _ml.Trainer(o => Set(o, "auto")).Fit(_ml.KeyedView(Holes(Samples.Rows(180))));
        var rows = Holes(Samples.Rows(40, seed: 7));
        float[][] together = Dense(model.Transform(_ml.KeyedView(rows)), "Score");
        using var engine = _ml.Model.CreatePredictionEngine<Sample, Scored>(model, new PredictionEngineOptions { OwnsTransformer = false });
        for (int i = 0; i < rows.Count; i++)
            Assert.Equal(together[i], engine.Predict(rows[i]).Score);
    }

    [Fact]
    public void Rows_that_lack_modalities_are_counted_in_the_log()
    {
        var rows = Samples.Rows(60);
        rows[3].A = rows[8].A = [];
        rows[9].B = [float.NaN, float.NaN, float.NaN];
        var host = new RecordingHost();
        using var data = Samples.Read(_ml.KeyedView(rows), o => Set(o, "auto"), host: host).Rows;
        Assert.Contains("Of 60 rows 57 have all modalities; 2 (3.3 %) lack 'A', 1 (1.7 %) lack 'B'.", host.Infos);
        Assert.Equal([3, 8], Enumerable.Range(0, 60).Where(i => !data.Presence![0]![i]));
        Assert.Equal([9], Enumerable.Range(0, 60).Where(i => !data.Presence![1]![i]));
    }

    [Fact]
    public void Means_are_those_of_rows_that_have_the_modality()
    {
        var rows = Samples.Rows(60);
        for (int i = 0; i < 30; i++)
            rows[2 * i].A = [];
        rows[1].A[2] = float.NaN;
        var data = Samples.Read(_ml.KeyedView(rows), o =>
        {
            Set(o, "equal");
            (o.MissingValues, o.ValidationFraction) = (MissingValues.ImputeMean | MissingValues.LeaveOutModality, 0);
        });
        using var all = data.Rows;
        Assert.Equal(rows.Where((_, i) => i % 2 == 1 && i > 1).Average(r => r.A[2]), data.Modalities[0].Fill![2], 1e-6);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(1L)]
    public void Rows_without_any_modality_are_left_out_with_a_warning(long? megabytes)
    {
        var rows = Samples.Rows(60);
        (rows[7].A, rows[7].B, rows[20].A, rows[20].B) = ([], [], [float.NaN, float.NaN, float.NaN, float.NaN], []);
        rows.ForEach(r => r.Weight = 2 + r.A.Length % 3);
        var host = new RecordingHost();
        var data = Samples.Read(_ml.KeyedView(rows), o =>
        {
            Set(o, "equal");
            (o.MemoryBudgetInMegabytes, o.ExampleWeightColumnName) = ((int?)megabytes, "Weight");
        }, host: host);
        using var all = data.Rows;
        Assert.Contains(
            host.Warnings, w => w == "2 rows have none of the modalities 'A', 'B' and are left out; the first is row 7 (counted from 0).");
        Assert.Equal(58, all.Count);
        Assert.Null(all.Presence);
        Assert.Equal(rows.Where((_, i) => i is not (7 or 20)).SelectMany(r => r.A), all.Floats(0));
        Assert.Equal(rows.Where((_, i) => i is not (7 or 20)).SelectMany(r => r.B), all.Floats(1));
        Assert.Equal(58, data.ExampleWeights!.Length);
    }

    [Fact]
    public void Rows_that_all_lack_everything_are_refused()
    {
        var rows = Samples.Rows(60);
        rows.ForEach(r => (r.A, r.B) = ([], []));
        string message = Assert.Throws<InvalidOperationException>(() => _ml.Trainer(o => Set(o, "auto")).Fit(_ml.KeyedView(rows))).Message;
        Assert.Contains("All 60 rows have none of the modalities 'A', 'B'", message);
    }

    [Fact]
    public void A_modality_that_no_row_has_is_refused()
    {
        var rows = Samples.Rows(60);
        rows.ForEach(r => r.B = []);
        string message = Assert.Throws<InvalidOperationException>(() => _ml.Trainer(o => Set(o, "auto")).Fit(_ml.KeyedView(rows))).Message;
        Assert.Contains("The column 'B' has no value in any of the 60 rows", message);
    }

    [Fact]
    public void A_modality_that_only_held_out_rows_have_is_refused()
    {
        var rows = Samples.Rows(60);
        rows.ForEach(r => r.B = r.IsHeldOut ? r.B : []);
        string message = Assert.Throws<InvalidOperationException>(() => _ml.Trainer(o =>
        {
            Set(o, "auto");
            o.HoldOutColumnName = nameof(Sample.IsHeldOut);
        }).Fit(_ml.KeyedView(rows))).Message;
        Assert.Contains("None of the rows that are trained on has 'B'", message);
    }

    [Theory]
    [InlineData("auto", null)]
    [InlineData("online", "measures every modality on held-out rows, but none of them has 'B'")]
    public void A_modality_that_no_held_out_row_has_is_warned_of_or_refused(string blending, string? refused)
    {
        var rows = Samples.Rows(90);
        rows.ForEach(r => r.B = r.IsHeldOut ? [] : r.B);
        var host = new RecordingHost();
        void Change(Options o)
        {
            Set(o, blending);
            o.HoldOutColumnName = nameof(Sample.IsHeldOut);
        }
        if (refused is not null)
        {
            Assert.Contains(refused, Assert.Throws<InvalidOperationException>(() => Samples.Read(_ml.KeyedView(rows), Change, host: host)).Message);
            return;
        }
        Samples.Read(_ml.KeyedView(rows), Change, host: host).Rows.Dispose();
        Assert.Contains("No held-out row has 'B', so that the held-out rows say nothing of its head.", host.Warnings);
        using var model = _ml.Trainer(Change).Fit(_ml.KeyedView(rows));
        Assert.All(Dense(model.Transform(_ml.KeyedView(rows)), "Score"), row => Assert.Equal(1, row.Sum(), 1e-5));
        Assert.True(double.IsFinite(model.History.HeldOutLoss!.Value));
        Assert.True(double.IsNaN(model.History.Epochs[^1].HeldOutLoss[1]));
        using var file = new MemoryStream();
        _ml.Model.Save(model, _ml.KeyedView(rows).Schema, file);
        file.Position = 0;
        (_ml.Model.Load(file, out _) as IDisposable)?.Dispose();
    }

    [Fact]
    public void A_class_that_lives_only_in_rows_without_a_modality_is_warned_of()
    {
        var rows = Samples.Rows(90);
        rows.ForEach(r => r.A = r.Label == "blue" ? [] : r.A);
        var host = new RecordingHost();
        Samples.Read(_ml.KeyedView(rows), o => Set(o, "auto"), host: host).Rows.Dispose();
        Assert.Contains(host.Warnings, w => w.StartsWith("No training row of 'blue' (label column 'Label') has 'A'", StringComparison.Ordinal));
        using var model = _ml.Trainer(o => Set(o, "auto")).Fit(_ml.KeyedView(rows));
        uint[] given = model.Transform(_ml.KeyedView(rows)).Values<uint>("PredictedLabel");
        Assert.True(given.Where((_, i) => i % 3 == 2).Count(g => g == 3) >= 27);
    }

    [Fact]
    public void A_modality_of_few_rows_does_not_look_like_a_divergence()
    {
        var rows = Samples.Rows(900);
        for (int i = 0; i < rows.Count; i++)
            rows[i].B = i % 300 < 2 ? rows[i].B : [];
        using var model = _ml.Trainer(o => Set(o, "auto")).Fit(_ml.KeyedView(rows));
        Assert.All(model.History.Epochs, e => Assert.All(e.TrainLoss, loss => Assert.True(double.IsFinite(loss))));
    }

    [Theory]
    [InlineData("mcr")]
    [InlineData("midas")]
    [InlineData("own")]
    public void Blendings_that_compute_a_loss_of_all_features_are_refused_by_name(string name)
    {
        var blending = name switch { "mcr" => Methods.Mcr(), "midas" => Methods.Midas(), _ => Methods.By(() => new Own()) };
        void Change(Options o)
        {
            Set(o, "auto");
            o.Blending = blending;
        }
        string message = Assert.Throws<ArgumentException>(() => _ml.Trainer(Change).Fit(_ml.KeyedView(Holes(Samples.Rows(120))))).Message;
        Assert.Contains($"Blending = {blending}", message);
        Assert.Contains("'A'", message);
        _ml.Trainer(Change).Fit(_ml.KeyedView(Samples.Rows(120))).Dispose();
    }

    [Fact]
    public void Dropout_of_a_model_that_refuses_incomplete_rows_is_refused()
    {
        var trainer = _ml.Trainer(o => o.Modalities[1] = o.Modalities[1].WithDropout(0.2));
        var e = Assert.Throws<ArgumentException>(() => trainer.Fit(_ml.KeyedView(Samples.Rows(60))));
        Assert.Equal(nameof(Options.MissingValues), e.ParamName);
        Assert.Contains("'B'", e.Message);
    }

    [Theory]
    [InlineData(-0.1)]
    [InlineData(1)]
    [InlineData(double.NaN)]
    public void Dropout_that_is_no_share_is_refused(double share) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Modality.Vector("A").WithDropout(share));

    /// <summary>The program of docs/missing-modalities.md.</summary>
    [Fact]
    public void The_options_of_the_page_are_options()
    {
        var options = new GradientBlendingTrainer.Options
        {
            Modalities = { Modality.Vector("Face").WithDropout(0.3), Modality.Vector("Voice").WithDropout(0.3) },
            MissingValues = MissingValues.LeaveOutModality,
        };
        OptionChecks.CheckOptions(options);
        Assert.All(options.Modalities, m => Assert.Equal(0.3, m.Dropout));
    }

    [Fact]
    public void Dropout_stays_with_copies_of_a_modality()
    {
        var modality = Modality.Image("A").WithDropout(0.25).WithAugmentation(Augmentation.HorizontalFlip()).WithEncoder(Encoders.ImageResNet(34));
        Assert.Equal(0.25, modality.Dropout);
        Assert.Equal(0, modality.WithDropout(0).Dropout);
    }

    [Fact]
    public void Contributions_add_up_where_joint_heads_do_without()
    {
        using var model = _ml.Trainer(o => Set(o, "auto in folds")).Fit(_ml.KeyedView(Holes(Samples.Rows(180))));
        var rows = Holes(Samples.Rows(80, seed: 5));
        var contributions = model.ModalityContributions(_ml.KeyedView(rows));
        float[][] scores = Dense(model.Transform(_ml.KeyedView(rows)), "Score"),
            onlyA = Dense(model.Transform(_ml.KeyedView(rows.Where(r => r.A.Length > 0).Select(r => Only(r, true, false)))), "Score");
        int at = 0;
        for (int row = 0; row < 80; row++)
        {
            var (answer, toAnswer, prior, log, _) = contributions.Rows[row];
            Assert.Equal(Math.Log(scores[row][answer]), log, 1e-5);
            Assert.Equal(log - prior, toAnswer.Sum(), 1e-6);
            bool hasA = rows[row].A.Length > 0, hasB = rows[row].B.Length > 0;
            if (!hasA || !hasB)
                Assert.Equal(0, toAnswer[hasA ? 1 : 0]);
            if (hasA && hasB)
            {
                // Shapley of two: the mean of what A adds to nothing and to B.
                var alone = model.Transform(_ml.KeyedView([Only(rows[row], false, true), .. Samples.Rows(3)]));
                double withB = Math.Log(Dense(alone, "Score")[0][answer]);
                Assert.Equal(((Math.Log(onlyA[at][answer]) - prior) + (log - withB)) / 2, toAnswer[0], 1e-4);
            }
            at += hasA ? 1 : 0;
        }
    }

    [Fact]
    public void Prediction_sets_of_a_pattern_with_too_few_rows_have_everything_and_are_warned_of()
    {
        var rows = Samples.Rows(120);
        for (int i = 0; i < rows.Count; i++)
            rows[i].B = i % 12 == 0 ? rows[i].B : [];
        var log = new List<string>();
        _ml.Log += (_, e) => log.Add(e.Message);
        using var model = _ml.Trainer(o =>
        {
            Set(o, "auto");
            (o.PredictionSetCoverage, o.ValidationFraction) = (0.9, 0.3);
        }).Fit(_ml.KeyedView(rows));
        Assert.Contains(log, m => m.Contains("Prediction sets for rows with 'B' and no other modality have everything in them", StringComparison.Ordinal)
            && m.Contains("needs at least 9", StringComparison.Ordinal));
        var scored = model.Transform(_ml.KeyedView(Samples.Rows(10).Select(r => Only(r, false, true))));
        Assert.All(scored.Values<VBuffer<bool>>("PredictionSet"), set => Assert.Equal([true, true, true], set.DenseValues()));
        using var file = new MemoryStream();
        _ml.Model.Save(model, _ml.KeyedView(rows).Schema, file);
    }

    [Fact]
    public void Fits_that_share_rows_are_refused_where_their_modalities_are_all_that_rows_lack()
    {
        void Change(Options o)
        {
            Set(o, "auto");
            o.Seed = 1;
        }
        using var rows = _ml.Trainer(Change).ReadRows(_ml.KeyedView(Holes(Samples.Rows(120))));
        _ml.Trainer(Change).Begin(rows).Dispose();
        var e = Assert.Throws<InvalidOperationException>(() => _ml.Trainer(o =>
        {
            Change(o);
            o.Modalities.RemoveAt(1);
        }).Begin(rows));
        Assert.Contains("A fit with 'A' alone", e.Message);
        Assert.Contains("24 rows have none", e.Message);
    }

    [Fact]
    public void Bytes_and_numbers_lack_modalities_as_empty_vectors()
    {
        var random = new Random(3);
        var rows = Enumerable.Range(0, 90).Select(i =>
        {
            var row = new Mixed { Label = Samples.Colours[i % 3], Picture = new byte[192], Counts = [i % 3, 1] };
            random.NextBytes(row.Picture);
            for (int p = 0; p < 192; p++)
                row.Picture[p] = (byte)(row.Picture[p] / 4 + 60 * (i % 3));
            if (i % 5 == 0)
                row.Picture = [];
            if (i % 5 == 1)
                row.Counts = [];
            return row;
        }).ToArray();
        var view = _ml.Data.LoadFromEnumerable(rows);
        view = _ml.Transforms.Conversion.MapValueToKey("Label").Fit(view).Transform(view);
        using var model = _ml.Trainer(o =>
        {
            Set(o, "auto");
            o.Modalities.Clear();
            o.Modalities.Add(Modality.Image("Picture", Encoders.ImageResNet(18, 1.0 / 16)));
            o.Modalities.Add(Modality.Vector("Counts", Encoders.Mlp(4)));
            o.NumberOfEpochs = 2;
        }).Fit(view);
        Assert.All(Dense(model.Transform(view), "Score"), row => Assert.Equal(1, row.Sum(), 1e-5));
        Assert.Equal(18, model.Transform(view).Values<VBuffer<bool>>("PresentModalities").Count(p => !p.GetItemOrDefault(0)));
    }

    private static void Set(Options o, string blending)
    {
        o.MissingValues = MissingValues.LeaveOutModality;
        (o.NumberOfEpochs, o.OutputBranchScores, o.Seed) = (15, true, 3);
        o.Blending = blending switch
        {
            "auto" => Methods.Auto(1),
            "auto in folds" => Methods.Auto(3),
            "online" => Methods.Online(5),
            "separate" => Methods.Separate(),
            "mlb" => Methods.Mlb(),
            "mmpareto" => Methods.MmPareto(),
            "dgl" => Methods.Dgl(),
            _ => Methods.Equal(),
        };
    }

    /// <summary>A fifth lacks A, another fifth B.</summary>
    private static List<Sample> Holes(List<Sample> rows)
    {
        for (int i = 0; i < rows.Count; i++)
        {
            if (i % 10 is 0 or 3)
                rows[i].A = i % 20 == 0 ? [] : [float.NaN, float.NaN, float.NaN, float.NaN];
            if (i % 10 is 1 or 4)
                rows[i].B = [];
        }
        rows.ForEach(r => r.A = r.A.All(float.IsNaN) ? [] : r.A);
        return rows;
    }

    private static Sample Only(Sample row, bool a, bool b) => new() { Label = row.Label, A = a ? row.A : [], B = b ? row.B : [] };

    private IDataView Widened(IEnumerable<Sample> rows)
    {
        var view = _ml.KeyedView(rows);
        return _ml.Transforms.Concatenate("Amounts", nameof(Sample.Amount)).Fit(view).Transform(view);
    }

    private static byte[] Bits(GradientBlendingTransformer model)
    {
        using var stream = new MemoryStream();
        model.ToStateDict().Save(stream);
        return stream.ToArray();
    }

    private static float[][] Dense(IDataView view, string column) => [.. view.Values<VBuffer<float>>(column).Select(v => v.DenseValues().ToArray())];

    private sealed class Own : BalanceStrategy
    {
        public override StrategyNeeds Needs => StrategyNeeds.Heads | StrategyNeeds.ExtraLoss;

        public override EpochPlan OnEpoch(EpochView epoch) => new(1, 1, 1);
    }

    private sealed class Scored
    {
        public float[] Score { get; set; } = [];
    }

    private sealed class Mixed
    {
        public string Label { get; set; } = "";

        [VectorType(8, 8, 3)]
        public byte[] Picture { get; set; } = [];

        [VectorType(2)]
        public int[] Counts { get; set; } = [];
    }
}
