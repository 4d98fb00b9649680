using Microsoft.ML;
using Microsoft.ML.Data;

namespace GBlend.MLNet.Tests.Components;

/// <summary>The fitted model out of what a pipeline's Fit, or ml.Model.Load, gives.</summary>
public sealed class ModelOfAChainTests
{
    private readonly MLContext _ml = new(1);
    private readonly IDataView _view;

    public ModelOfAChainTests() => _view = _ml.View(Samples.Rows());

    private IEstimator<ITransformer> Key => _ml.Transforms.Conversion.MapValueToKey("Label");

    private IEstimator<ITransformer> Value => _ml.Transforms.Conversion.MapKeyToValue("PredictedLabel");

    [Fact]
    public void Model_of_a_chain_of_a_single_transformer_and_of_a_nested_chain_is_found()
    {
        var chain = Key.Append(_ml.Trainer()).Append(Value).Fit(_view);
        var model = chain.GradientBlendingModel();
        Assert.Same(model, Assert.Single(chain.OfType<GradientBlendingTransformer>()));
        Assert.Equal(["A", "B"], model.ModalityColumns);
        Assert.Equal(3, model.History.Epochs.Count);
        Assert.Same(model, model.GradientBlendingModel());

        ITransformer nested = new TransformerChain<ITransformer>(
            chain.First(), new TransformerChain<ITransformer>(new TransformerChain<ITransformer>(model), chain.Last()));
        Assert.Same(model, nested.GradientBlendingModel());
        Assert.Same(model, ((ITransformer)model.ForFeatureImportance("A")).GradientBlendingModel());
    }

    [Fact]
    public void Model_of_a_loaded_file_is_found()
    {
        var chain = Key.Append(_ml.Trainer()).Append(Value).Fit(_view);
        using var file = new MemoryStream();
        _ml.Model.Save(chain, _view.Schema, file);
        file.Position = 0;
        var loaded = new MLContext(9).Model.Load(file, out _).GradientBlendingModel();
        Assert.Equal(chain.GradientBlendingModel().History.Answer, loaded.History.Answer);

        using var alone = new MemoryStream();
        _ml.Model.Save(chain.GradientBlendingModel(), chain.First().GetOutputSchema(_view.Schema), alone);
        alone.Position = 0;
        Assert.Equal(["A", "B"], new MLContext(9).Model.Load(alone, out _).GradientBlendingModel().ModalityColumns);
    }

    [Fact]
    public void Model_where_there_is_none_is_refused_and_says_what_there_is()
    {
        var none = Key.Append(_ml.Transforms.NormalizeMinMax("A")).Fit(_view);
        var error = Assert.Throws<ArgumentException>(() => none.GradientBlendingModel());
        Assert.Contains("ValueToKeyMappingTransformer, NormalizingTransformer", error.Message);
        Assert.Equal("model", error.ParamName);
        Assert.Empty(none.GradientBlendingModels());
    }

    [Fact]
    public void Model_where_there_are_several_is_refused_and_says_how_to_get_each()
    {
        var chain = Key.Append(_ml.Trainer()).Append(_ml.Transforms.SelectColumns("Label", "A", "B", "IsRed")).Append(
            _ml.Trainer(o => o.Modalities.RemoveAt(1))).Fit(_view);
        var error = Assert.Throws<ArgumentException>(() => chain.GradientBlendingModel());
        Assert.Contains("2 Gradient Blending models (of A, B; of A)", error.Message);
        Assert.Contains("GradientBlendingModels()", error.Message);
        Assert.Equal([2, 1], chain.GradientBlendingModels().Select(m => m.ModalityColumns.Count));
    }
}
