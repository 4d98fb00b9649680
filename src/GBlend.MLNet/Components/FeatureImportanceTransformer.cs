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

    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => Bind(inputSchema).Output;

    public IDataView Transform(IDataView input) => new ScoringView(input, Bind(input.Schema), Model.Label);

    public IRowToRowMapper GetRowToRowMapper(DataViewSchema inputSchema) => new RowMapper(Bind(inputSchema));

    void ICanSaveModel.Save(ModelSaveContext ctx) => TransformerFile.Save(ctx, model);

    // Permutation feature importance permutes floats, also where the model was trained on bytes.
    private ScoringSchema Bind(DataViewSchema inputSchema) =>
        inputSchema.GetColumnOrNull(modality.Column)?.Type is VectorDataViewType { ItemType: var item } && item != NumberDataViewType.Single
            ? throw new ArgumentException($"Permutation feature importance permutes floats, and the column '{modality.Column}' has items of type {item}. "
                + $"Convert it first: ml.Transforms.Conversion.ConvertType(\"{modality.Column}\").", nameof(inputSchema))
            : model.Bind(inputSchema, asFloats: modality.Column);
}
