using Microsoft.CSharp.RuntimeBinder;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers;

namespace GBlend.MLNet.Tests.Components;

/// <summary>What ML.NET's catalogs take of an outside trainer and of its model, and what not: each claim of the README.</summary>
public sealed class MLNetContractTests
{
    private readonly MLContext _ml = new(1);
    private readonly IDataView _view;

    public MLNetContractTests()
    {
        var rows = _ml.View(Samples.Rows(120));
        var keyed = _ml.Transforms.Conversion.MapValueToKey("Label").Append(_ml.Transforms.Concatenate("Named", "Amount", "Number2")).Append(
            _ml.Transforms.NormalizeMinMax("Named"));
        rows = _ml.Transforms.Conversion.ConvertType("Number2", "Number", DataKind.Single).Fit(rows).Transform(rows);
        _view = keyed.Fit(rows).Transform(rows);
    }

    private static void Learn(GradientBlendingTrainer.Options options, params string[] columns)
    {
        (options.NumberOfEpochs, options.LearningRate) = (15, 0.1f);
        options.Modalities.Clear();
        foreach (string column in columns)
            options.Modalities.Add(Modality.Vector(column, Encoders.Mlp(6)));
    }

    [Fact]
    public void PermutationFeatureImportance_of_a_chain_with_one_modality_is_ml_nets_own_call()
    {
        var multiclass = _ml.Transforms.CopyColumns("Copy", "A").Append(_ml.Trainer(o => Learn(o, "Named"))).Append(
            _ml.Transforms.Conversion.MapKeyToValue("Word", "PredictedLabel")).Fit(_view);
        var byName = _ml.MulticlassClassification.PermutationFeatureImportance(multiclass, _view, permutationCount: 2);
        Assert.Equal(["Amount", "Number2"], byName.Keys.Order());
        Assert.Contains(byName.Values, v => v.MicroAccuracy.Mean < 0);

        var binary = _ml.BinaryClassification.Trainers.GradientBlending(Samples.Tiny(o => { Learn(o, "Named"); o.LabelColumnName = "IsRed"; })).Fit(_view);
        Assert.Equal(2, _ml.BinaryClassification.PermutationFeatureImportance(binary, _view, "IsRed").Length);
        Assert.Equal(2, _ml.BinaryClassification.PermutationFeatureImportanceNonCalibrated(binary, _view, "IsRed").Count);

        var regression = _ml.Regression.Trainers.GradientBlending(Samples.Tiny(o => { Learn(o, "Named"); o.LabelColumnName = "Amount"; })).Fit(_view);
        Assert.Equal(2, _ml.Regression.PermutationFeatureImportance(regression, _view, "Amount").Length);
        Assert.Equal(2, _ml.Regression.PermutationFeatureImportance((ITransformer)regression, _view, "Amount").Count);
    }

    [Fact]
    public void PermutationFeatureImportance_of_several_modalities_says_to_take_one()
    {
        var chain = _ml.Transforms.CopyColumns("Copy", "A").Append(_ml.Trainer(o => Learn(o, "A", "Named"))).Fit(_view);
        var error = Assert.ThrowsAny<InvalidOperationException>(() => _ml.MulticlassClassification.PermutationFeatureImportance(chain, _view));
        Assert.Contains("the modality columns 'A', 'Named'", error.Message);
        Assert.Contains("model.GradientBlendingModel().ForFeatureImportance(\"A\")", error.Message);
        Assert.Throws<InvalidOperationException>(() => _ml.MulticlassClassification.PermutationFeatureImportance(chain.LastTransformer, _view));
        var slots = _ml.MulticlassClassification.PermutationFeatureImportance(
            chain.GradientBlendingModel().ForFeatureImportance("A"), _view, permutationCount: 2);
        Assert.Equal(4, slots.Length);
    }

    [Fact]
    public void PermutationFeatureImportance_by_name_wants_slot_names()
    {
        using var model = _ml.Trainer(o => Learn(o, "A")).Fit(_view);
        Assert.ThrowsAny<Exception>(() => _ml.MulticlassClassification.PermutationFeatureImportance((ITransformer)model, _view));
        Assert.Equal(4, _ml.MulticlassClassification.PermutationFeatureImportance(model, _view).Length);
    }

    [Fact]
    public void Trainer_has_the_contract_of_ml_nets_trainers()
    {
        ITrainerEstimator<ISingleFeaturePredictionTransformer<object>, object> trainer = _ml.Trainer(o => Learn(o, "A"));
        Assert.True(trainer.Info.NeedNormalization);
        Assert.False(trainer.Info.WantCaching);
        using var model = (GradientBlendingTransformer)trainer.Fit(_view);
        Assert.Same(model, ((IPredictionTransformer<object>)model).Model);
        Assert.Equal(("A", new VectorDataViewType(NumberDataViewType.Single, 4)),
            (((ISingleFeaturePredictionTransformer<object>)model).FeatureColumnName, ((ISingleFeaturePredictionTransformer<object>)model).FeatureColumnType));
    }

    [Fact]
    public void Calibrators_and_evaluators_take_the_score_column()
    {
        var binary = _ml.BinaryClassification.Trainers.GradientBlending(Samples.Tiny(o => { Learn(o, "A"); o.LabelColumnName = "IsRed"; }));
        var scored = binary.Append(_ml.BinaryClassification.Calibrators.Platt("IsRed", "Score")).Fit(_view).Transform(_view);
        Assert.InRange(_ml.BinaryClassification.Evaluate(scored, "IsRed").AreaUnderRocCurve, 0.5, 1);
        Assert.InRange(_ml.BinaryClassification.EvaluateNonCalibrated(scored, "IsRed").AreaUnderRocCurve, 0.5, 1);
    }

    [Fact]
    public void What_needs_a_predictor_of_one_feature_column_does_not_take_them()
    {
        var options = Samples.Tiny(o => { Learn(o, "A"); o.LabelColumnName = "IsRed"; });
        dynamic trainer = _ml.BinaryClassification.Trainers.GradientBlending(options);
        using GradientBlendingTransformer model = trainer.Fit(_view);
        dynamic fitted = model;
        Assert.Throws<RuntimeBinderException>(() => StandardTrainersCatalog.OneVersusAll(_ml.MulticlassClassification.Trainers, trainer));
        Assert.Throws<RuntimeBinderException>(() => _ml.BinaryClassification.ChangeModelThreshold(fitted, 0.4f));
        Assert.Throws<RuntimeBinderException>(() => ExplainabilityCatalog.CalculateFeatureContribution(_ml.Transforms, fitted));
        var error = Assert.Throws<ArgumentOutOfRangeException>(
            () => _ml.MulticlassClassification.Trainers.PairwiseCoupling(_ml.BinaryClassification.Trainers.GradientBlending(options)));
        Assert.Contains("right kind of model", error.Message);
        Assert.DoesNotContain(typeof(GradientBlendingTransformer).GetInterfaces(), i => i.Name.Contains("Onnx"));
    }

    [Fact]
    public void Preview_shows_the_scores()
    {
        using var model = _ml.Trainer(o => Learn(o, "A", "Named")).Fit(_view);
        var preview = model.Preview(_view, maxRows: 3);
        Assert.Equal(3, preview.RowView.Length);
        Assert.Contains(preview.ColumnView, c => c.Column.Name == "Score");
    }
}
