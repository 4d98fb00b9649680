using Microsoft.ML;
using Microsoft.ML.Data;

namespace GBlend.MLNet;

/// <summary>A fitted multi-modal network.</summary>
/// <remarks>
/// <para>
/// Adds to a data view, for classes: <c>PredictedLabel</c> (a key of the label's type, with its values) and <c>Score</c> (a probability
/// per class, with the classes as slot names). For multi-label: <c>PredictedLabel</c> (a bool per label) and <c>Score</c> (a probability
/// per label). For regression: <c>Score</c>. For a binary model: <c>PredictedLabel</c> (bool), <c>Score</c> (log-odds) and
/// <c>Probability</c>. With <see cref="GradientBlendingTrainer.Options.OutputBranchScores"/> also <c>Score.</c> and the name of each branch.
/// </para>
/// <para>
/// Scoring is lazy and safe from many threads, and a row's scores have the same bits in a data view and in a prediction engine. Saved and
/// loaded by <c>ml.Model.Save</c> and <c>ml.Model.Load</c>; a file that is truncated, altered or of a newer version is refused with an
/// <see cref="InvalidDataException"/>, which ML.NET wraps (<see cref="Exception.GetBaseException"/> finds it). Finalisers free the native
/// memory; <see cref="Dispose"/> frees it at once.
/// </para>
/// </remarks>
public sealed class GradientBlendingTransformer
    : ISingleFeaturePredictionTransformer<GradientBlendingTransformer>, ISingleFeaturePredictionTransformer, IEncoderSource, IDisposable
{
    private readonly IReadOnlyList<OutputColumn> _columns;
    private readonly SharedModel _shared;

    internal GradientBlendingTransformer(TrainedModel model, LabelInfo label, bool outputsBranchScores, TrainingDevice device)
    {
        _shared = new SharedModel(model, typeof(GradientBlendingTransformer).FullName!);
        Label = label;
        OutputsBranchScores = outputsBranchScores;
        Device = device;
        _columns = OutputColumns.Create(label, outputsBranchScores ? model.History.Branches : []);
    }

    /// <summary>What happened in training.</summary>
    /// <exception cref="ObjectDisposedException">The model is disposed.</exception>
    public TrainingHistory History => Model.History;

    /// <summary>What the model predicts. A binary model is a multiclass one of two classes.</summary>
    /// <exception cref="ObjectDisposedException">The model is disposed.</exception>
    public LearningTask Task => Model.Task;

    /// <summary>The input columns, in the order of the modalities.</summary>
    /// <exception cref="ObjectDisposedException">The model is disposed.</exception>
    public IReadOnlyList<string> ModalityColumns => [.. Model.Modalities.Select(m => m.Column)];

    /// <summary>The network. Its tensors are safe to use while nobody disposes this; <see cref="Use"/> makes sure of that.</summary>
    /// <exception cref="ObjectDisposedException">The model is disposed.</exception>
    internal TrainedModel Model
    {
        get
        {
            ObjectDisposedException.ThrowIf(_shared.IsDisposed, this);
            return _shared.Unguarded;
        }
    }

    internal LabelInfo Label { get; }

    internal bool OutputsBranchScores { get; }

    internal TrainingDevice Device { get; }

    bool ITransformer.IsRowToRowMapper => true;

    GradientBlendingTransformer IPredictionTransformer<GradientBlendingTransformer>.Model => this;

    string ISingleFeaturePredictionTransformer<GradientBlendingTransformer>.FeatureColumnName => OnlyModality.FeatureColumnName;

    DataViewType ISingleFeaturePredictionTransformer<GradientBlendingTransformer>.FeatureColumnType => OnlyModality.FeatureColumnType;

    string ISingleFeaturePredictionTransformer.FeatureColumnName => OnlyModality.FeatureColumnName;

    /// <summary>This model as ML.NET's permutation feature importance asks for it.</summary>
    /// <exception cref="InvalidOperationException">The model has several modalities.</exception>
    private FeatureImportanceTransformer OnlyModality => Model.Modalities is [var only]
        ? new FeatureImportanceTransformer(this, only)
        : throw new InvalidOperationException($"The model has the modality columns {string.Join(", ", ModalityColumns.Select(c => $"'{c}'"))}, and ML.NET asks for one feature column. "
            + $"Give it model.GradientBlendingModel().ForFeatureImportance(\"{ModalityColumns[0]}\") instead of the model, one column at a time.");

    /// <summary>The schema that <see cref="Transform"/> gives.</summary>
    /// <param name="inputSchema">With the modality columns.</param>
    /// <exception cref="ArgumentOutOfRangeException">
    /// A modality column is missing, or its item type or dimensions are not those of training; the message names it, both types and the remedy. Floats and
    /// doubles are one item type, and dimensions of 1 don't count.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The model is disposed.</exception>
    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => Bind(inputSchema).Output;

    /// <summary>Adds the model's columns; rows are scored when they are read.</summary>
    /// <param name="input">With the modality columns; its other columns pass through.</param>
    /// <returns>A lazy view. It needs the model, so don't dispose the model before it is read.</returns>
    /// <exception cref="ArgumentOutOfRangeException">
    /// A modality column is missing, or its item type or dimensions are not those of training; the message names it, both types and the remedy. Floats and
    /// doubles are one item type, and dimensions of 1 don't count.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The model is disposed.</exception>
    public IDataView Transform(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return new ScoringView(input, Bind(input.Schema));
    }

    /// <summary>
    /// This model as one of a single feature column, for <c>PermutationFeatureImportance</c>, which permutes the slots of one column. A model of one
    /// modality, or a pipeline with one, can be given to it without this.
    /// </summary>
    /// <param name="columnName">A modality column; its type in the data must be a vector of float.</param>
    /// <returns>
    /// A view of this model, not a copy. Passed to <c>ml.MulticlassClassification.PermutationFeatureImportance</c>
    /// (or that of another catalog) with data that the steps before the trainer have transformed, it gives one importance per slot of
    /// the column.
    /// </returns>
    /// <exception cref="ArgumentException">The model has no such modality.</exception>
    /// <exception cref="ObjectDisposedException">The model is disposed.</exception>
    /// <example>
    /// <code>
    /// var scorer = model.GradientBlendingModel().ForFeatureImportance("Audio");
    /// var importance = ml.MulticlassClassification.PermutationFeatureImportance(scorer, preprocessedTestRows);
    /// </code>
    /// </example>
    public ISingleFeaturePredictionTransformer<GradientBlendingTransformer> ForFeatureImportance(string columnName)
    {
        var modality = Model.Modalities.FirstOrDefault(m => m.Column == columnName)
            ?? throw new ArgumentException($"The model has no modality '{columnName}'. It has: {string.Join(", ", ModalityColumns)}.", nameof(columnName));
        return new FeatureImportanceTransformer(this, modality);
    }

    /// <summary>The trained weights as plain data, for PyTorch users (<c>safetensors.torch.load_file</c> reads what <see cref="StateDict.Save(string)"/> writes) or another start.</summary>
    /// <returns>
    /// A copy. Encoder i, in the order of <see cref="ModalityColumns"/>, is under <c>encoders.i.</c>, its head under <c>heads.i.</c>, fusion and joint
    /// head under <c>joint.</c>; <see cref="StateDict.Under"/> gives one part. Linear weights are [outputs, inputs] as in PyTorch, float32; counters are
    /// int64. What <c>History.Answer</c> says of combining heads, and what a fit learns beside the network, is not in it.
    /// </returns>
    /// <exception cref="ObjectDisposedException">The model is disposed.</exception>
    public StateDict ToStateDict()
    {
        StateDict? weights = null;
        Use(model => weights = new StateDict(ModelFile.NamedTensors(model.Networks).Select(t => KeyValuePair.Create(t.Name, t.Value.ToStateTensor()))));
        return weights!;
    }

    /// <summary>Frees the native memory, at once or when the scoring that is under way in other threads ends. A second call does nothing.</summary>
    public void Dispose() => _shared.Dispose();

    /// <summary>Uses the network, which is not freed meanwhile.</summary>
    /// <exception cref="ObjectDisposedException">The model is disposed.</exception>
    internal void Use(Action<TrainedModel> action) => _shared.Use(action);

    IRowToRowMapper ITransformer.GetRowToRowMapper(DataViewSchema inputSchema) => new ScoringRowMapper(Bind(inputSchema));

    void ICanSaveModel.Save(ModelSaveContext ctx) => TransformerFile.Save(ctx, this);

    /// <summary>Binds the model to a schema.</summary>
    /// <param name="inputSchema">With the modality columns.</param>
    /// <param name="asFloats">A modality whose numbers come as floats, whatever type they had in training; by default none.</param>
    internal ScoringSchema Bind(DataViewSchema inputSchema, string? asFloats = null)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        ObjectDisposedException.ThrowIf(_shared.IsDisposed, this);
        return new ScoringSchema(inputSchema, _shared, _columns, asFloats);
    }

    IReadOnlyDictionary<string, float[]> IEncoderSource.StartOf(ModalitySpec wanted) => Pretraining.Start(wanted, _shared);
}
