using Microsoft.ML;
using Microsoft.ML.Data;

namespace GBlend.MLNet;

/// <summary>A model seen as one of a single feature column, the form in which ML.NET's permutation feature importance takes models.</summary>
internal sealed class FeatureImportanceTransformer(GradientBlendingTransformer model, ModalitySpec modality)
    : ISingleFeaturePredictionTransformer<GradientBlendingTransformer>, ISingleFeaturePredictionTransformer
{
    public GradientBlendingTransformer Model => model;

    public string FeatureColumnName => modality.Column;

    public DataViewType FeatureColumnType { get; } = new VectorDataViewType(NumberDataViewType.Single, modality.Layout.Stored.ToArray());

    public bool IsRowToRowMapper => true;

    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => model.GetOutputSchema(inputSchema);

    public IDataView Transform(IDataView input) => model.Transform(input);

    public IRowToRowMapper GetRowToRowMapper(DataViewSchema inputSchema) => ((ITransformer)model).GetRowToRowMapper(inputSchema);

    void ICanSaveModel.Save(ModelSaveContext ctx) => TransformerFile.Save(ctx, model);
}
