using GBlend.MLNet.Tests.Components;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace GBlend.MLNet.Tests.Evaluation;

public sealed class ScoredRowsTests
{
    private readonly MLContext _ml = new(1);

    [Fact]
    public void Reads_what_a_model_gives()
    {
        var samples = Samples.Rows();
        var view = _ml.KeyedView(samples);
        using var model = _ml.Trainer(o => (o.NumberOfEpochs, o.LearningRate) = (10, 0.1f)).Fit(view);
        var scored = model.Transform(view);
        var classes = ScoredRows.Classes(scored);
        Assert.Equal(samples.Select(s => Array.IndexOf(Samples.Colours, s.Label)), classes);
        Assert.Equal(_ml.MulticlassClassification.Evaluate(scored).MicroAccuracy, ClassMetrics.TopKAccuracy(ScoredRows.Scores(scored), classes), 12);
        Assert.Equal(samples.Select(s => s.Speaker), ScoredRows.Groups(scored, "Speaker"));
        var speakers = new ScoreGroups(ScoredRows.Groups(scored, "Speaker"));
        Assert.Equal(6, speakers.Average(ScoredRows.Scores(scored)).Length);
    }

    [Fact]
    public void Reads_labels_of_numbers_and_of_bools()
    {
        var samples = Samples.Rows(6);
        bool[][] expected = [.. samples.Select(s => s.Tags.Select(t => t != 0).ToArray())];
        Assert.Equal(expected, ScoredRows.Labels(_ml.View(samples), "Tags"));
        var bools = _ml.Transforms.Conversion.ConvertType("Flags", "Tags", DataKind.Boolean).Fit(_ml.View(samples)).Transform(_ml.View(samples));
        Assert.Equal(expected, ScoredRows.Labels(bools, "Flags"));
    }

    [Fact]
    public void Of_a_value_that_training_has_not_seen_there_is_no_class()
    {
        var chain = _ml.Transforms.Conversion.MapValueToKey("Label").Fit(_ml.View(Samples.Rows()));
        var rows = Samples.Rows(3);
        rows[1].Label = "violet";
        Assert.Equal([0, -1, 2], ScoredRows.Classes(chain.Transform(_ml.View(rows))));
    }

    [Fact]
    public void Of_a_wrong_column_says_what_was_expected()
    {
        var view = _ml.View(Samples.Rows(3));
        Assert.Contains("Speaker", Assert.Throws<ArgumentException>(() => ScoredRows.Scores(view)).Message);
        Assert.Contains("expected a vector of numbers", Assert.Throws<ArgumentException>(() => ScoredRows.Scores(view, "Label")).Message);
        Assert.Contains("expected a key", Assert.Throws<ArgumentException>(() => ScoredRows.Classes(view)).Message);
        Assert.Throws<ArgumentException>(() => ScoredRows.Labels(view, "Number"));
        Assert.Throws<ArgumentException>(() => ScoredRows.Groups(view, "Number"));
    }

    [Fact]
    public void Of_keys_other_than_those_of_training_is_refused()
    {
        using var model = _ml.Trainer().Fit(_ml.KeyedView(Samples.Rows()));
        var others = _ml.KeyedView(Samples.Rows().Skip(1));
        var error = Assert.Throws<ArgumentException>(() => ScoredRows.Classes(model.Transform(others)));
        Assert.Contains("key 1 of the column 'Label' is 'green', but class 1 of the model is 'red'", error.Message);
        Assert.Contains("MapValueToKey", error.Message);
    }

    [Fact]
    public void Of_a_label_that_is_missing_is_refused()
    {
        var rows = Samples.Rows(6);
        rows[4].Tags[1] = float.NaN;
        Assert.Contains("row 4", Assert.Throws<ArgumentException>(() => ScoredRows.Labels(_ml.View(rows), "Tags")).Message);
    }
}
