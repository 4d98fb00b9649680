using Microsoft.Data.Analysis;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace GBlend.MLNet.Tests.Components;

/// <summary>ML.NET's own evaluators, cross validation and feature importance on models of this library.</summary>
public class EvaluationTests
{
    private readonly MLContext _ml = new(1);
    private readonly IDataView _view;

    public EvaluationTests() => _view = _ml.KeyedView(Samples.Rows(120));

    private static void Learn(GradientBlendingTrainer.Options options) => (options.NumberOfEpochs, options.LearningRate) = (25, 0.1f);

    [Fact]
    public void Evaluate_of_classes_learns_them_and_names_them()
    {
        using var model = _ml.Trainer(Learn).Fit(_view);
        var metrics = _ml.MulticlassClassification.Evaluate(model.Transform(_view));
        Assert.True(metrics.MicroAccuracy > 0.9, $"accuracy {metrics.MicroAccuracy}");
        Assert.True(metrics.LogLoss < 0.5, $"log-loss {metrics.LogLoss}");
        Assert.Equal(3, metrics.ConfusionMatrix.NumberOfClasses);
        Assert.Contains("green", metrics.ConfusionMatrix.GetFormattedConfusionTable());
    }

    [Fact]
    public void Evaluate_of_labels_never_seen_in_training_counts_the_others()
    {
        var chain = _ml.Transforms.Conversion.MapValueToKey("Label").Append(_ml.Trainer(Learn)).Fit(_ml.View(Samples.Rows(120)));
        var rows = Samples.Rows(60, seed: 2);
        rows[7].Label = "violet";
        var metrics = _ml.MulticlassClassification.Evaluate(chain.Transform(_ml.View(rows)));
        Assert.True(metrics.MicroAccuracy > 0.8, $"accuracy {metrics.MicroAccuracy}");
    }

    [Fact]
    public void Transform_takes_a_data_frame_and_gives_one()
    {
        var random = new Random(3);
        double[] x = [.. Enumerable.Range(0, 90).Select(i => i % 2 + 0.3 * random.NextDouble())];
        var frame = new DataFrame(
            new DoubleDataFrameColumn("X", x), new SingleDataFrameColumn("Y", x.Select(v => 1 - (float)v)),
            new StringDataFrameColumn("Label", Enumerable.Range(0, 90).Select(i => i % 2 == 0 ? "even" : "odd")));
        var chain = _ml.Transforms.Conversion.MapValueToKey("Key", "Label")
            .Append(_ml.Trainer(o =>
            {
                Learn(o);
                o.LabelColumnName = "Key";
                o.Modalities.Clear();
                o.Modalities.Add(Modality.Vector("X", Encoders.Mlp(4)));
                o.Modalities.Add(Modality.Vector("Y", Encoders.Mlp(4)));
            }))
            .Append(_ml.Transforms.Conversion.MapKeyToValue("Answer", "PredictedLabel"))
            .Append(_ml.Transforms.SelectColumns("X", "Y", "Label", "Answer", "Score"));
        var answers = chain.Fit(frame).Transform(frame).ToDataFrame();
        Assert.Equal(90, answers.Rows.Count);
        Assert.Equal(frame["Label"].Cast<string>(), answers["Answer"].Cast<object>().Select(a => a.ToString()));
    }

    [Fact]
    public void Evaluate_of_a_branch_takes_its_score_column()
    {
        using var model = _ml.Trainer(o =>
        {
            Learn(o);
            o.OutputBranchScores = true;
        }).Fit(_view);
        var metrics = _ml.MulticlassClassification.Evaluate(model.Transform(_view), scoreColumnName: "Score.A");
        Assert.InRange(metrics.LogLoss, 0, 1);
    }

    [Fact]
    public void Evaluate_of_a_regression_learns_it()
    {
        using var model = _ml.Regression.Trainers.GradientBlending(Samples.Tiny(o =>
        {
            Learn(o);
            o.LabelColumnName = "Amount";
        })).Fit(_view);
        var metrics = _ml.Regression.Evaluate(model.Transform(_view), "Amount");
        Assert.True(metrics.RSquared > 0.8, $"R² {metrics.RSquared}");
        Assert.Equal(LearningTask.Regression, model.Task);
    }

    [Fact]
    public void Evaluate_of_a_binary_model_learns_it()
    {
        using var model = _ml.BinaryClassification.Trainers.GradientBlending(Samples.Tiny(o =>
        {
            Learn(o);
            o.LabelColumnName = "IsRed";
        })).Fit(_view);
        var output = model.Transform(_view);
        var metrics = _ml.BinaryClassification.Evaluate(output, "IsRed");
        Assert.True(metrics.Accuracy > 0.9, $"accuracy {metrics.Accuracy}");
        Assert.True(metrics.AreaUnderRocCurve > 0.9);
        Assert.All(output.GetColumn<float>("Score").Zip(output.GetColumn<float>("Probability"), output.GetColumn<bool>("PredictedLabel")), row =>
        {
            Assert.Equal(row.Second, 1 / (1 + MathF.Exp(-row.First)), 1e-4f);
            Assert.Equal(row.Second > 0.5f, row.Third);
        });
    }

    [Fact]
    public void Transform_of_multi_label_predicts_every_label()
    {
        using var model = _ml.Trainer(o =>
        {
            Learn(o);
            (o.LabelColumnName, o.NumberOfEpochs) = ("Tags", 60);
        }).Fit(_view);
        var output = model.Transform(_view);
        var right = output.GetColumn<bool[]>("PredictedLabel").Zip(output.GetColumn<float[]>("Tags")).Average(
            x => x.First.Zip(x.Second).Count(y => y.First == (y.Second == 1)) / 3.0);
        Assert.True(right > 0.8, $"right {right}");
        Assert.Equal(LearningTask.MultiLabel, model.Task);
    }

    [Fact]
    public void CrossValidate_trains_and_evaluates_every_fold()
    {
        var folds = _ml.MulticlassClassification.CrossValidate(_view, _ml.Trainer(Learn), numberOfFolds: 3);
        Assert.Equal(3, folds.Count);
        Assert.All(folds, f => Assert.True(f.Metrics.MicroAccuracy > 0.7));
        var chained = _ml.MulticlassClassification.CrossValidate(
            _ml.View(Samples.Rows(120)), _ml.Transforms.Conversion.MapValueToKey("Label").Append(_ml.Trainer(Learn)), numberOfFolds: 2);
        Assert.Equal(2, chained.Count);
    }

    [Fact]
    public void PermutationFeatureImportance_ranks_the_slots_of_a_modality()
    {
        using var model = _ml.Trainer(o =>
        {
            Learn(o);
            o.Modalities.RemoveAt(1);
        }).Fit(_view);
        var importance = _ml.MulticlassClassification.PermutationFeatureImportance(model.ForFeatureImportance("A"), _view, permutationCount: 3);
        Assert.Equal(4, importance.Length);
        double[] fall = [.. importance.Select(i => -i.MicroAccuracy.Mean)];
        Assert.True(Math.Max(fall[0], fall[1]) > Math.Max(fall[2], fall[3]), string.Join(" ", fall));
    }

    [Fact]
    public void PermutationFeatureImportance_of_a_chain_names_the_slots()
    {
        var view = _ml.View(Samples.Rows(120));
        var steps = _ml.Transforms.Conversion.MapValueToKey("Label")
            .Append(_ml.Transforms.Concatenate("Named", "Amount")).Append(_ml.Transforms.NormalizeMinMax("Named"));
        var prepared = steps.Fit(view).Transform(view);
        using var model = _ml.Trainer(o => o.Modalities.Add(Modality.Vector("Named"))).Fit(prepared);
        ITransformer scorer = model.ForFeatureImportance("Named");
        var importance = _ml.MulticlassClassification.PermutationFeatureImportance(scorer, prepared);
        Assert.Equal("Amount", Assert.Single(importance).Key);
    }

    [Fact]
    public void ForFeatureImportance_of_an_unknown_modality_is_refused()
    {
        using var model = _ml.Trainer().Fit(_view);
        var e = Assert.Throws<ArgumentException>(() => model.ForFeatureImportance("C"));
        Assert.Contains("The modalities are 'A', 'B'.", e.Message);
    }
}
