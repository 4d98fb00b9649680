using Microsoft.ML;
using static GBlend.MLNet.GradientBlendingTrainer;

namespace GBlend.MLNet.Tests.Components;

/// <summary>Example weights and class weights, from the column to the fitted model.</summary>
public sealed class WeightTests
{
    private readonly MLContext _ml = new(1);

    public static TheoryData<string, string> Fits()
    {
        var fits = new TheoryData<string, string>();
        foreach (string task in new[] { "multiclass", "binary", "multi-label", "regression" })
        {
            fits.Add(task, "equal");
            fits.Add(task, "offline");
        }
        fits.Add("multiclass", "auto");
        fits.Add("regression", "auto");
        return fits;
    }

    [Fact]
    public void Read_weights_have_a_mean_of_one_over_the_training_rows()
    {
        var rows = Samples.Rows();
        foreach (var (i, row) in rows.Index())
            row.Weight = 5 + i;
        var data = Read(rows, o => (o.ExampleWeightColumnName, o.HoldOutColumnName) = (nameof(Sample.Weight), nameof(Sample.IsHeldOut)));
        double mean = rows.Where(r => !r.IsHeldOut).Average(r => (double)r.Weight);
        AssertClose([.. rows.Select(r => r.Weight / mean)], data.Rows.Targets.Weights!);
    }

    [Fact]
    public void Read_rows_of_weight_zero_are_left_out()
    {
        var rows = Samples.Rows();
        foreach (var row in rows.Where(r => r.Number == 20))
            (row.Weight, row.A[0]) = (0, float.NaN);
        var host = new RecordingHost();
        var data = Read(rows, o => o.ExampleWeightColumnName = nameof(Sample.Weight), host: host);
        Assert.Equal(40, data.Rows.Count);
        Assert.Null(data.Rows.Targets.Weights);
        Assert.Equal(rows.Where(r => r.Weight > 0).SelectMany(r => r.A), data.Rows.Floats(0));
        Assert.Contains("20 rows have a weight of 0 in 'Weight' and are left out.", host.Infos);
        rows.ForEach(r => r.Weight = 0);
        Assert.Contains(
            "All 60 rows", Assert.Throws<InvalidOperationException>(() => Read(rows, o => o.ExampleWeightColumnName = nameof(Sample.Weight))).Message);
    }

    [Theory]
    [InlineData(-1f, "the value -1")]
    [InlineData(float.NaN, "no value (NaN)")]
    [InlineData(float.PositiveInfinity, "the value Infinity")]
    [InlineData(float.MaxValue, "the value 3.4028235E+38")]
    public void Read_what_is_no_weight_is_refused_by_row(float weight, string part)
    {
        var rows = Samples.Rows();
        rows[17].Weight = weight;
        string message = Assert.Throws<InvalidOperationException>(() => Read(rows, o => o.ExampleWeightColumnName = nameof(Sample.Weight))).Message;
        Assert.Contains("'Weight'", message);
        Assert.Contains("row 17", message);
        Assert.Contains(part, message);
    }

    [Fact]
    public void Read_balanced_class_weights_are_the_example_weights_that_balance_the_classes()
    {
        var rows = Samples.Rows(90);
        rows.RemoveAll(r => r.Number == 30 && r.Amount > 199.7f);
        Action<Options> flags = o => o.HoldOutColumnName = nameof(Sample.IsHeldOut);
        var balanced = Read(rows, flags + (o => o.ClassWeights = ClassWeights.Balanced)).Rows;
        var counts = rows.Where(r => !r.IsHeldOut).CountBy(r => r.Label).ToDictionary();
        Assert.True(counts["blue"] < counts["red"]);
        foreach (var row in rows)
            row.Weight = 1f / counts[row.Label];
        AssertClose(Read(rows, flags + (o => o.ExampleWeightColumnName = nameof(Sample.Weight))).Rows.Targets.Weights!, balanced.Targets.Weights!);
        var byName = ClassWeights.Of(counts.ToDictionary(c => c.Key, c => 60.0 / c.Value));
        AssertClose(Read(rows, flags + (o => o.ClassWeights = byName)).Rows.Targets.Weights!, balanced.Targets.Weights!);
        // Where example weights have balanced them already there is nothing left to do.
        AssertClose(balanced.Targets.Weights!,
            Read(rows, flags + (o => (o.ExampleWeightColumnName, o.ClassWeights) = (nameof(Sample.Weight), ClassWeights.Balanced))).Rows.Targets.Weights!);
        Assert.Null(Read(Samples.Rows(90), o => o.ClassWeights = ClassWeights.Balanced).Rows.Targets.Weights);
    }

    [Fact]
    public void Read_class_weights_multiply_example_weights_and_default_to_one()
    {
        var rows = Samples.Rows(30);
        foreach (var (i, row) in rows.Index())
            row.Weight = 1 + i % 2;
        var found = Read(rows, o => (o.ExampleWeightColumnName, o.ClassWeights, o.ValidationFraction) = (
            nameof(Sample.Weight), ClassWeights.Of(("green", 3)), 0)).Rows.Targets.Weights!;
        double[] expected = [.. rows.Select(r => r.Weight * (r.Label == "green" ? 3.0 : 1))];
        AssertClose([.. expected.Select(w => w / expected.Average())], found);
    }

    [Theory]
    [InlineData("True", "False")]
    [InlineData("False", "True")]
    public void Read_classes_of_bools_are_named_true_and_false(string heavy, string light)
    {
        var rows = Samples.Rows(30);
        var data = Samples.Read(
            _ml.View(rows), o => (o.LabelColumnName, o.ClassWeights) = (nameof(Sample.IsRed), ClassWeights.Of((heavy, 5), (light, 1))), OutputKind.Binary);
        var weights = data.Rows.Targets.Weights!;
        Assert.All(rows.Zip(weights), r => Assert.Equal($"{r.First.IsRed}" == heavy, r.Second > 1));
    }

    [Fact]
    public void Read_class_weight_of_no_class_names_the_nearest_one()
    {
        var e = Assert.Throws<ArgumentException>(() => Read(Samples.Rows(), o => o.ClassWeights = ClassWeights.Of(("Geren", 2))));
        Assert.Equal("ClassWeights", e.ParamName);
        Assert.Contains("'Geren'", e.Message);
        Assert.Contains("Did you mean 'green'? The classes are 'red', 'green', 'blue'.", e.Message);
    }

    [Fact]
    public void Class_weights_that_are_none_are_refused()
    {
        Assert.Contains("'red' is -1", Assert.Throws<ArgumentException>(() => ClassWeights.Of(("red", -1))).Message);
        Assert.Contains("leave out its rows", Assert.Throws<ArgumentException>(() => ClassWeights.Of(("red", 0))).Message);
        Assert.Contains("two weights", Assert.Throws<ArgumentException>(() => ClassWeights.Of(("red", 1), ("red", 2))).Message);
        Assert.Throws<ArgumentException>(() => ClassWeights.Of());
        Assert.Equal("balanced; red 2.5, blue 1", $"{ClassWeights.Balanced}; {ClassWeights.Of(("red", 2.5), ("blue", 1))}");
    }

    [Fact]
    public void Fit_class_weights_without_classes_are_refused()
    {
        var options = Samples.Tiny(o => (o.LabelColumnName, o.ClassWeights) = (nameof(Sample.Amount), ClassWeights.Balanced));
        Assert.Contains(
            "a regression", Assert.Throws<ArgumentException>(() => _ml.Regression.Trainers.GradientBlending(options).Fit(_ml.View(Samples.Rows()))).Message);
        options.LabelColumnName = nameof(Sample.Tags);
        Assert.Contains("multi-label",
            Assert.Throws<ArgumentException>(() => _ml.MulticlassClassification.Trainers.GradientBlending(options).Fit(_ml.View(Samples.Rows()))).Message);
    }

    [Fact]
    public void Read_means_of_slots_count_rows_as_their_weights_say()
    {
        var rows = Samples.Rows();
        foreach (var (i, row) in rows.Index())
            (row.Weight, row.A[1]) = (i % 2 == 0 ? 3 : 1, i % 2 == 0 ? 10 : 20);
        rows[1].A[1] = float.NaN;
        var data = Read(rows, o => (o.ExampleWeightColumnName, o.MissingValues, o.ValidationFraction) = (nameof(Sample.Weight), MissingValues.ImputeMean, 0));
        Assert.Equal((30 * 30 + 29 * 20) / 119f, data.Modalities[0].Fill![1], 1e-5f);
    }

    /// <summary>A row of weight 0 is as if it were absent, and weights that are all equal are as if there were none: the same bits.</summary>
    [Theory]
    [MemberData(nameof(Fits))]
    public void Fit_gives_the_same_bits_with_rows_of_weight_zero_as_without_them_and_with_equal_weights_as_with_none(string task, string blending)
    {
        var rows = Samples.Rows(150);
        using var plain = Fit(task, blending, rows);
        rows.ForEach(r => r.Weight = 0.3f);
        var more = Samples.Rows(20, seed: 9);
        more.ForEach(r => (r.Weight, r.Amount) = (0, 1000));
        using var weighed = Fit(task, blending, [.. more.Take(5), .. rows, .. more.Skip(5)], o => o.ExampleWeightColumnName = nameof(Sample.Weight));
        Assert.Equal(Bytes(plain), Bytes(weighed));
        Assert.Equal(plain.History.ToString(), weighed.History.ToString());
        Assert.Equal(plain.History.HeldOutLoss, weighed.History.HeldOutLoss);
        Assert.Equal(plain.History.Epochs[^1].TrainLoss, weighed.History.Epochs[^1].TrainLoss);
    }

    /// <summary>In a training on whole batches a row of weight 2 is the row twice: the network, its losses, the estimates and the answer.</summary>
    [Theory]
    [MemberData(nameof(Fits))]
    public void Fit_gives_what_rows_give_that_come_as_often_as_their_weights_say(string task, string blending)
    {
        var rows = Samples.Rows(80);
        foreach (var (i, row) in rows.Index())
            (row.Weight, row.IsHeldOut) = (1 + i * i % 3, i % 7 is 0 or 3 or 5);
        Action<Options> whole = o => (o.BatchSize, o.Shuffle, o.HoldOutColumnName, o.NumberOfEpochs) = (1000, false, nameof(Sample.IsHeldOut), 12);
        using var weighed = Fit(task, blending, rows, whole + (o => o.ExampleWeightColumnName = nameof(Sample.Weight)));
        using var repeated = Fit(task, blending, [.. rows.SelectMany(r => Enumerable.Repeat(r, (int)r.Weight))], whole);
        using var ignored = Fit(task, blending, rows, whole);
        AssertClose(Parameters(repeated), Parameters(weighed), 1e-4);
        Assert.Contains(Parameters(repeated).Zip(Parameters(ignored)), p => Math.Abs(p.First - p.Second) > 1e-2);
        TrainingHistory expected = repeated.History, found = weighed.History;
        foreach (var (e, f) in expected.Epochs.Zip(found.Epochs))
        {
            AssertClose(e.TrainLoss, f.TrainLoss, 1e-4);
            AssertClose(e.HeldOutLoss, f.HeldOutLoss, 1e-4);
            AssertClose(e.Weights, f.Weights, 1e-3);
        }
        if (blending == "equal")
            Assert.Equal(expected.HeldOutLoss!.Value, found.HeldOutLoss!.Value, 1e-4);
    }

    /// <summary>
    /// It does not matter which of two equal rows counts more, down to the answer. (A row of weight 2 is not quite the row twice for a pool, whose
    /// ridge is weighed against the effective number of rows.)
    /// </summary>
    [Theory]
    [MemberData(nameof(Fits))]
    public void Fit_gives_the_same_answer_whichever_of_two_equal_rows_has_the_weight(string task, string blending)
    {
        List<Sample> Twice(Func<int, (float, float)> weights)
        {
            List<Sample> rows = [.. Samples.Rows(80), .. Samples.Rows(80)];
            for (int i = 0; i < 80; i++)
            {
                (rows[i].Weight, rows[i + 80].Weight) = i % 2 == 0 ? weights(i) : (1, 1);
                rows[i].IsHeldOut = rows[i + 80].IsHeldOut = i % 7 is 0 or 3 or 5;
            }
            return rows;
        }
        Action<Options> whole = o => (o.BatchSize, o.Shuffle, o.HoldOutColumnName, o.NumberOfEpochs) = (1000, false, nameof(Sample.IsHeldOut), 12);
        Action<Options> byWeight = whole + (o => o.ExampleWeightColumnName = nameof(Sample.Weight));
        using var uneven = Fit(task, blending, Twice(i => i % 4 == 0 ? (1, 3) : (4, 0.5f)), byWeight);
        using var even = Fit(task, blending, Twice(i => i % 4 == 0 ? (3, 1) : (0.5f, 4)), byWeight);
        using var ignored = Fit(task, blending, Twice(_ => (1, 1)), whole);
        AssertClose(Parameters(even), Parameters(uneven), 1e-4);
        AssertClose(even.Model.Answer.Weights, uneven.Model.Answer.Weights, 1e-2);
        Assert.Contains(Parameters(even).Zip(Parameters(ignored)), p => Math.Abs(p.First - p.Second) > 1e-2);
        if (blending != "equal")
            Assert.Contains(even.Model.Answer.Weights.Zip(ignored.Model.Answer.Weights), w => Math.Abs(w.First - w.Second) > 1e-2);
    }

    private GradientBlendingTransformer Fit(string task, string blending, List<Sample> rows, Action<Options>? change = null)
    {
        var options = Samples.Tiny(o =>
        {
            // Where trust depends on how many rows there are, a row of weight 2 is less than two rows.
            o.Blending = blending switch
            {
                "offline" => Blending.Offline(new BlendingGuards { TrustByStandardError = false }),
                "auto" => Blending.Auto(),
                _ => Blending.Equal(),
            };
            (o.Answer, o.ValidationFraction, o.Seed, o.NumberOfEpochs) = (blending == "equal" ? Answer.MeanOfHeads : Answer.Pool, 0.25f, 3, 4);
            o.LabelColumnName = task switch
            {
                "multiclass" => nameof(Sample.Number),
                "binary" => nameof(Sample.IsRed),
                "multi-label" => nameof(Sample.Tags),
                _ => nameof(Sample.Amount)
            };
            change?.Invoke(o);
        });
        var view = _ml.View(rows);
        return task switch
        {
            "binary" => _ml.BinaryClassification.Trainers.GradientBlending(options).Fit(view),
            "regression" => _ml.Regression.Trainers.GradientBlending(options).Fit(view),
            _ => _ml.MulticlassClassification.Trainers.GradientBlending(options).Fit(view),
        };
    }

    private TrainingData Read(List<Sample> rows, Action<Options> change, RecordingHost? host = null) => Samples.Read(_ml.KeyedView(rows), change, host: host);

    private static byte[] Bytes(GradientBlendingTransformer model)
    {
        using var file = new MemoryStream();
        model.ToStateDict().Save(file);
        return file.ToArray();
    }

    private static double[] Parameters(GradientBlendingTransformer model) => [.. model.Model.Networks.SelectMany(n => n.Parameters.Values.ToDoubles())];

    private static void AssertClose(IReadOnlyList<double> expected, IReadOnlyList<double> found, double tolerance = 1e-9) =>
        Assert.All(expected.Zip(found), v => Assert.Equal(v.First, v.Second, tolerance * Math.Max(1, Math.Abs(v.First))));
}
