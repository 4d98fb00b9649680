using Microsoft.ML;
using Microsoft.ML.Data;
using Methods = GBlend.MLNet.Blending;

namespace GBlend.MLNet.Tests.Components;

/// <summary>Thresholds and prediction sets as users meet them.</summary>
public sealed class LimitsTests
{
    private readonly MLContext _ml = new(1);

    [Theory]
    [InlineData(DecisionMetric.F1)]
    [InlineData(DecisionMetric.BalancedAccuracy)]
    [InlineData(DecisionMetric.MatthewsCorrelation)]
    public void A_threshold_is_chosen_saved_and_used(DecisionMetric metric)
    {
        var rows = Rare(600, 1);
        var trainer = _ml.BinaryClassification.Trainers.GradientBlending(Samples.Tiny(o => (o.LabelColumnName, o.ValidationFraction, o.Blending) =
            ("IsRed", 0.5, Methods.Equal())));
        using var model = trainer.Fit(_ml.View(rows));
        var chosen = model.WithThreshold(metric);
        Assert.Equal(0.5, model.Threshold);
        Assert.NotEqual(0.5, chosen.Threshold);
        using var file = new MemoryStream();
        _ml.Model.Save(chosen, _ml.View(rows).Schema, file);
        file.Position = 0;
        var loaded = _ml.Model.Load(file, out _).GradientBlendingModel();
        Assert.Equal(chosen.Threshold, loaded.Threshold);
        var (before, after) = (model.Transform(_ml.View(rows)), loaded.Transform(_ml.View(rows)));
        float[] probabilities = after.Values<float>("Probability");
        Assert.Equal(before.Values<float>("Probability"), probabilities);
        Assert.Equal(probabilities.Select(p => p > (float)chosen.Threshold), after.Values<bool>("PredictedLabel"));
        Assert.True(Value(after) > Value(before), $"{Value(after)} after, {Value(before)} before");
        Assert.Equal(chosen.Threshold, loaded.WithThreshold(metric).Threshold);

        double Value(IDataView view)
        {
            bool[] answers = view.Values<bool>("PredictedLabel");
            double Count(bool yes, bool answer) => rows.Zip(answers).Count(r => r.First.IsRed == yes && r.Second == answer);
            return DecisionThreshold.Value(metric, Count(true, true), Count(false, true), Count(true, false), Count(false, false));
        }
    }

    [Fact]
    public void What_no_threshold_can_be_chosen_for_is_refused()
    {
        using var classes = _ml.Trainer().Fit(_ml.KeyedView(Samples.Rows()));
        Assert.Contains("BinaryClassification", Assert.Throws<InvalidOperationException>(() => classes.WithThreshold(0.3)).Message);
        using var blind = _ml.BinaryClassification.Trainers.GradientBlending(Samples.Tiny(o => (o.LabelColumnName, o.ValidationFraction) =
            ("IsRed", 0))).Fit(_ml.View(Samples.Rows()));
        Assert.Contains("without any", Assert.Throws<InvalidOperationException>(() => blind.WithThreshold(DecisionMetric.F1)).Message);
        Assert.Equal(0.3, blind.WithThreshold(0.3).Threshold);
        Assert.Throws<ArgumentOutOfRangeException>(() => blind.WithThreshold(1.0));
    }

    /// <summary>Rows that come from where the training rows come from, with every pattern of modalities that are there.</summary>
    [Theory]
    [InlineData(0.8, 1)]
    [InlineData(0.9, 5)]
    public void Prediction_sets_cover_what_they_promise(double coverage, int folds)
    {
        var trainer = _ml.Trainer(o =>
        {
            o.PredictionSetCoverage = coverage;
            o.MissingValues = MissingValues.LeaveOutModality;
            o.Blending = Methods.Auto(folds);
            o.ValidationFraction = folds == 1 ? 0.5 : null;
            o.NumberOfEpochs = 5;
        });
        var training = _ml.View(Noisy(3000, 1));
        var keys = _ml.Transforms.Conversion.MapValueToKey("Label").Fit(training);
        using var model = trainer.Fit(keys.Transform(training));
        foreach (int lacks in (int[])[0, 1, 2])
        {
            var test = Noisy(3000, 2);
            foreach (var row in test)
            {
                row.A = (lacks & 1) == 1 ? [float.NaN, float.NaN, float.NaN, float.NaN] : row.A;
                row.B = (lacks & 2) == 2 ? [float.NaN, float.NaN, float.NaN] : row.B;
            }
            var view = model.Transform(keys.Transform(_ml.View(test)));
            var sets = view.Values<VBuffer<bool>>("PredictionSet").Select(s => s.DenseValues().ToArray()).ToArray();
            uint[] labels = view.Values<uint>("Label");
            double covered = labels.Zip(sets).Average(r => r.Second[r.First - 1] ? 1.0 : 0);
            // Four standard errors of 1,500 rows to find the limit and 3,000 to try it.
            Assert.True(Math.Abs(covered - coverage) < 4 * Math.Sqrt(coverage * (1 - coverage) * (1 / 1500.0 + 1 / 3000.0)), $"{covered} without {lacks}");
            Assert.True(sets.Average(s => s.Count(isIn => isIn)) < 2.9);
        }
    }

    [Fact]
    public void Prediction_intervals_cover_what_they_promise_also_from_a_file()
    {
        var trainer = _ml.Regression.Trainers.GradientBlending(Samples.Tiny(o => (o.LabelColumnName, o.PredictionSetCoverage, o.ValidationFraction) =
            ("Amount", 0.9, 0.4)));
        using var model = trainer.Fit(_ml.View(Samples.Rows(600)));
        using var file = new MemoryStream();
        _ml.Model.Save(model, _ml.View(Samples.Rows()).Schema, file);
        file.Position = 0;
        var view = _ml.Model.Load(file, out _).Transform(_ml.View(Samples.Rows(1000, 9)));
        var intervals = view.Values<VBuffer<float>>("PredictionInterval").Select(i => i.DenseValues().ToArray()).ToArray();
        Assert.InRange(view.Values<float>("Amount").Zip(intervals).Average(r => r.First >= r.Second[0] && r.First <= r.Second[1] ? 1.0 : 0), 0.86, 0.94);
        Assert.All(view.Values<float>("Score").Zip(intervals), r => Assert.Equal(r.First, (r.Second[0] + r.Second[1]) / 2, 1e-2));
    }

    [Fact]
    public void The_promised_columns_are_there()
    {
        var trainer = _ml.Trainer(o => (o.PredictionSetCoverage, o.ValidationFraction) = (0.8, 0.4));
        var view = _ml.KeyedView(Samples.Rows());
        using var model = trainer.Fit(view);
        // ML.NET keeps the way from a schema to a shape to itself.
        var promised = trainer.GetOutputSchema((SchemaShape)typeof(SchemaShape)
            .GetMethod("Create", System.Reflection.BindingFlags.Static | System.Reflection.BindingFlags.NonPublic)!.Invoke(null, [view.Schema])!);
        Assert.Equal(promised.Select(c => c.Name), model.GetOutputSchema(view.Schema).Select(c => c.Name).Distinct());
        Assert.Contains(promised, c => c.Name == "PredictionSet");
    }

    [Fact]
    public void Too_few_rows_and_senseless_promises_are_refused()
    {
        void Fit(double coverage, double? fraction) => _ml.Trainer(o => (o.PredictionSetCoverage, o.ValidationFraction) =
            (coverage, fraction)).Fit(_ml.KeyedView(Samples.Rows())).Dispose();
        string message = Assert.Throws<InvalidOperationException>(() => Fit(0.95, 0.2)).Message;
        Assert.Contains("at least 19 held-out rows, but there are 12", message);
        // Before anything is trained.
        int epochs = 0;
        var trainer = _ml.Trainer(o => (o.PredictionSetCoverage, o.ValidationFraction, o.Progress) = (0.95, 0.2, new Counting(() => epochs++)));
        Assert.Throws<InvalidOperationException>(() => trainer.Fit(_ml.KeyedView(Samples.Rows())));
        Assert.Equal(0, epochs);
        Assert.Equal("PredictionSetCoverage", Assert.Throws<ArgumentOutOfRangeException>(() => Fit(1, 0.2)).ParamName);
        Assert.Contains("PredictionSetCoverage", Assert.Throws<ArgumentException>(() => Fit(0.9, 0)).Message);
        var labels = _ml.Trainer(o => (o.PredictionSetCoverage, o.LabelColumnName) = (0.9, "Tags"));
        Assert.Contains("multi-label", Assert.Throws<ArgumentException>(() => labels.Fit(_ml.View(Samples.Rows()))).Message);
    }

    [Fact]
    public void Classes_of_few_held_out_rows_are_named()
    {
        var host = new RecordingHost();
        Samples.Read(_ml.KeyedView(Samples.Rows()), o => o.ValidationFraction = 0.2, host: host);
        Assert.Contains(host.Warnings, w => w.Contains("fewer than 10 held-out rows") && w.Contains("'red', 'green', 'blue'"));
        host = new RecordingHost();
        Samples.Read(_ml.KeyedView(Samples.Rows(300)), o => o.ValidationFraction = 0.2, host: host);
        Assert.DoesNotContain(host.Warnings, w => w.Contains("fewer than"));
    }

    [Fact]
    public void A_rare_class_has_held_out_rows()
    {
        long[] classes = [.. Enumerable.Range(0, 1000).Select(row => row < 12 ? 1L : row < 19 ? 2L : 0)];
        bool[] heldOut = HoldOut.ByFraction(classes, 1000, 0.1, everyClass: false, new Random(1));
        Assert.Equal(100, heldOut.Count(isHeldOut => isHeldOut));
        Assert.Equal([92, 5, 3], Enumerable.Range(0, 3).Select(c => Enumerable.Range(0, 1000).Count(row => heldOut[row] && classes[row] == c)));
        Assert.Equal([2, 1, 3], HoldOut.WithEnoughOfEach([20, 11, 30], [2, 1, 3]));
    }

    [Fact]
    public void The_calibration_error_is_that_of_hand()
    {
        float[][] scores = [[0.9f, 0.1f], [0.9f, 0.1f], [0.4f, 0.6f], [0.45f, 0.55f]];
        // Of the bin of 0.9 half is right, the two others lie in bins of their own: one right, one wrong.
        Assert.Equal((2 * 0.4 + 0.4 + 0.55) / 4, ClassMetrics.CalibrationError(scores, [0, 1, 1, 0], bins: 20), 6);
        Assert.Throws<ArgumentException>(() => ClassMetrics.CalibrationError([[2, -1]], [0]));
    }

    /// <summary>A label that few rows have, and that is told faintly.</summary>
    private static List<Sample> Rare(int count, int seed)
    {
        var rows = Noisy(count, seed);
        var random = new Random(seed + 7);
        foreach (var row in rows)
            row.IsRed = row.Label == "red" && random.Next(3) == 0;
        return rows;
    }

    private static List<Sample> Noisy(int count, int seed)
    {
        var rows = Samples.Rows(count, seed);
        var random = new Random(seed + 100);
        foreach (var row in rows)
        {
            row.A = [.. row.A.Select(v => v + 3 * (float)(random.NextDouble() - 0.5))];
            row.B = [.. row.B.Select(v => v + 4 * (float)(random.NextDouble() - 0.5))];
        }
        return rows;
    }

    private sealed class Counting(Action count) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => count();
    }
}
