using Microsoft.ML;
using Microsoft.ML.Data;

namespace GBlend.MLNet;

/// <summary>A fitted multi-modal network.</summary>
/// <remarks>
/// <para>
/// A model adds these columns to a data view. For classes they are <c>PredictedLabel</c> (a key of the label's type, with its values) and
/// <c>Score</c> (a probability per class, with the classes as slot names); for multi-label tasks <c>PredictedLabel</c> (a bool per label) and
/// <c>Score</c> (a probability per label); for regression <c>Score</c>; for a binary model <c>PredictedLabel</c> (bool), <c>Score</c> (log-odds) and
/// <c>Probability</c>. With <see cref="GradientBlendingTrainer.Options.OutputBranchScores"/> there is also a column for each branch, named
/// <c>Score.</c> and the name of the branch.
/// </para>
/// <para>
/// Scoring is lazy and safe from many threads, and the scores of a row have the same bits in a data view and in a prediction engine. Models are
/// saved and loaded by <c>ml.Model.Save</c> and <c>ml.Model.Load</c>; a file that is truncated, altered or of a newer version is refused with an
/// <see cref="InvalidDataException"/>, which ML.NET wraps (<see cref="Exception.GetBaseException"/> finds it). <see cref="Dispose"/> frees the native
/// memory at once; otherwise finalizers free it.
/// </para>
/// </remarks>
public sealed class GradientBlendingTransformer
    : ISingleFeaturePredictionTransformer<GradientBlendingTransformer>, ISingleFeaturePredictionTransformer, IEncoderSource, IDisposable
{
    private readonly IReadOnlyList<OutputColumn> _columns;
    private readonly SharedModel _shared;

    internal GradientBlendingTransformer(
        TrainedModel model, LabelInfo label, bool outputsBranchScores, TrainingDevice device, double threshold = DecisionThreshold.Usual)
        : this(new SharedModel(model, typeof(GradientBlendingTransformer).FullName!), label, outputsBranchScores, device, threshold)
    {
    }

    private GradientBlendingTransformer(SharedModel shared, LabelInfo label, bool outputsBranchScores, TrainingDevice device, double threshold)
    {
        _shared = shared;
        Label = label;
        OutputsBranchScores = outputsBranchScores;
        Device = device;
        Threshold = threshold;
        _columns = Columns(outputsBranchScores ? shared.Unguarded.History.Heads : []);
    }

    /// <summary>The history of the training of this model.</summary>
    /// <exception cref="ObjectDisposedException">The model is disposed.</exception>
    public TrainingHistory History => Model.History;

    /// <summary>The task that the model was trained for. A binary model is a multiclass model of two classes.</summary>
    /// <exception cref="ObjectDisposedException">The model is disposed.</exception>
    public LearningTask Task => Model.Task;

    /// <summary>The names of the input columns, in the order of the modalities.</summary>
    /// <exception cref="ObjectDisposedException">The model is disposed.</exception>
    public IReadOnlyList<string> ModalityColumns => [.. Model.Modalities.Select(m => m.Column)];

    /// <summary>
    /// The probability above which <c>PredictedLabel</c> of a binary model is true: 0.5, unless <see cref="WithThreshold(double)"/> made it another. Other
    /// models make no use of it.
    /// </summary>
    public double Threshold { get; }

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

    /// <summary>The names of the columns that the model adds.</summary>
    internal IReadOnlyList<string> OutputColumnNames => [.. _columns.Select(c => c.Name)];

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
        : throw new InvalidOperationException(
            $"The model has the modality columns {string.Join(", ", ModalityColumns.Select(c => $"'{c}'"))}, and ML.NET asks for one feature column. "
            + $"Give it model.GradientBlendingModel().ForFeatureImportance(\"{ModalityColumns[0]}\") instead of the model, one column at a time.");

    /// <summary>Returns the schema that the data view of <see cref="Transform"/> has.</summary>
    /// <param name="inputSchema">The schema of the input, with the modality columns.</param>
    /// <returns>The schema: the input columns and those that the model adds.</returns>
    /// <exception cref="ArgumentOutOfRangeException">
    /// A modality column is missing, or its item type or dimensions are not those of training; the message names the column, both types and the remedy.
    /// Floats and doubles are one item type, and dimensions of 1 don't count.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The model is disposed.</exception>
    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => Bind(inputSchema).Output;

    /// <summary>Adds the model's columns to a data view; rows are scored when they are read.</summary>
    /// <param name="input">The data view, with the modality columns; its other columns pass through.</param>
    /// <returns>A lazy view. It needs the model, so don't dispose the model before the view is read.</returns>
    /// <exception cref="ArgumentOutOfRangeException">
    /// A modality column is missing, or its item type or dimensions are not those of training; the message names the column, both types and the remedy.
    /// Floats and doubles are one item type, and dimensions of 1 don't count.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The model is disposed.</exception>
    public IDataView Transform(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return new ScoringView(input, Bind(input.Schema), Label);
    }

    /// <summary>
    /// Returns this model as a model of a single feature column, for <c>PermutationFeatureImportance</c>, which permutes the slots of one
    /// column. A model of one modality, or a pipeline with such a model, can be passed to it directly.
    /// </summary>
    /// <param name="columnName">The name of a modality column; its type in the data must be a vector of float.</param>
    /// <returns>
    /// A view of this model, not a copy. Passed to <c>ml.MulticlassClassification.PermutationFeatureImportance</c>
    /// (or that of another catalog) with data that the steps before the trainer have transformed, it gives one importance per slot of
    /// the column.
    /// </returns>
    /// <exception cref="ArgumentException">The model has no modality of this column.</exception>
    /// <exception cref="ObjectDisposedException">The model is disposed.</exception>
    /// <example>
    /// <code>
    /// var scorer = model.GradientBlendingModel().ForFeatureImportance("Audio");
    /// var importance = ml.MulticlassClassification.PermutationFeatureImportance(scorer, preprocessedTestRows);
    /// </code>
    /// </example>
    public ISingleFeaturePredictionTransformer<GradientBlendingTransformer> ForFeatureImportance(string columnName)
    {
        ArgumentNullException.ThrowIfNull(columnName);
        var modality = Model.Modalities.FirstOrDefault(m => m.Column == columnName)
            ?? throw new ArgumentException(
                $"The model has no modality '{columnName}'. {Names.Suggest(columnName, [.. ModalityColumns], "modalities")}", nameof(columnName));
        return new FeatureImportanceTransformer(this, modality);
    }

    /// <summary>
    /// Returns this binary model with another decision threshold: <c>PredictedLabel</c> is true where <c>Probability</c> is above it. <c>Score</c> and
    /// <c>Probability</c> stay as they are.
    /// </summary>
    /// <param name="threshold">The threshold, at least 0 and below 1.</param>
    /// <returns>A model that shares the network with this one: disposing of one disposes of both. It is saved with its threshold.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The threshold is not in [0, 1).</exception>
    /// <exception cref="InvalidOperationException">The model is not binary.</exception>
    public GradientBlendingTransformer WithThreshold(double threshold)
    {
        Check.Probability(threshold);
        return Label.Kind == OutputKind.Binary ? new(_shared, Label, OutputsBranchScores, Device, threshold) : throw NotBinary();
    }

    /// <summary>
    /// Returns this binary model with the decision threshold that has the best value of a metric on the held-out rows (of a cross-fitted model on all rows),
    /// each answered by heads and pools that did not learn from it. With few held-out rows of a class the choice is uncertain.
    /// </summary>
    /// <param name="metric">The metric.</param>
    /// <returns>A model that shares the network with this one: disposing of one disposes of both. It is saved with its threshold.</returns>
    /// <exception cref="InvalidOperationException">The model is not binary, or was trained without held-out rows.</exception>
    /// <example>
    /// <code>
    /// var model = pipeline.Fit(train).GradientBlendingModel().WithThreshold(DecisionMetric.F1);
    /// </code>
    /// </example>
    public GradientBlendingTransformer WithThreshold(DecisionMetric metric)
    {
        if (Label.Kind != OutputKind.Binary)
            throw NotBinary();
        return Model.Calibration.Thresholds.TryGetValue(metric, out double threshold) ? WithThreshold(threshold) : throw new InvalidOperationException(
            $"The threshold for {metric} is chosen on held-out rows, but this model was trained without any. Hold out rows, or give the threshold as "
                + $"a number.");
    }

    /// <summary>
    /// Computes how much each modality contributes to the answers to rows, and, where the label column is there, to the probability of the truth: exact Shapley
    /// values over all sets of modalities. It takes one pass of the encoders and heads over the rows. What the model answers without a modality is what it
    /// answers to rows that lack it (best with <see cref="MissingValues.LeaveOutModality"/>, which fits a pool for every set; otherwise the heads of the other
    /// modalities answer by their weights in the whole answer).
    /// </summary>
    /// <param name="input">The rows, with the modality columns.</param>
    /// <returns>The contributions of each row and their means with standard errors; <c>ToString</c> gives a table.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A modality column is missing, or its type is not that of training.</exception>
    /// <exception cref="InvalidOperationException">
    /// The model has no classes, more than 8 modalities, or a modality without a head of its own that has learned.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The model is disposed.</exception>
    public ModalityContributions ModalityContributions(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        var reader = new ContributionReader(Bind(input.Schema), Label);
        reader.Check();
        return reader.Read(input);
    }

    /// <summary>
    /// Copies the trained weights as plain data, for users of PyTorch (<c>safetensors.torch.load_file</c> reads what
    /// <see cref="StateDict.Save(string)"/> writes) or as the start of another training.
    /// </summary>
    /// <returns>
    /// The weights. Encoder i, in the order of <see cref="ModalityColumns"/>, is under <c>encoders.i.</c>, its head under <c>heads.i.</c>, the fusion and
    /// the joint head are under <c>joint.</c>; <see cref="StateDict.Under"/> gives one part. Linear weights are [outputs, inputs] as in PyTorch, in
    /// float32; counters are int64. The combination of the heads that <c>History.Answer</c> describes, and what a fit learns outside the network, are
    /// not part of it.
    /// </returns>
    /// <exception cref="ObjectDisposedException">The model is disposed.</exception>
    public StateDict ToStateDict()
    {
        StateDict? weights = null;
        Use(model => weights = new StateDict(ModelFile.NamedTensors(model.Networks).Select(t => KeyValuePair.Create(t.Name, t.Value.ToStateTensor()))));
        return weights!;
    }

    /// <summary>
    /// Frees the native memory of the model, at once or when the scoring that is under way in other threads ends. A second call does nothing.
    /// </summary>
    public void Dispose() => _shared.Dispose();

    /// <summary>Uses the network, which is not freed meanwhile.</summary>
    /// <exception cref="ObjectDisposedException">The model is disposed.</exception>
    internal void Use(Action<TrainedModel> action) => _shared.Use(action);

    /// <summary>Like <see cref="Transform"/>, with a column for each branch whatever the trainer's options were.</summary>
    internal IDataView TransformWithBranches(IDataView input) =>
        new ScoringView(input, new ScoringSchema(input.Schema, _shared, Columns(Model.History.Heads)), Label);

    private IReadOnlyList<OutputColumn> Columns(IReadOnlyList<string> branches)
    {
        var calibration = _shared.Unguarded.Calibration;
        return OutputColumns.Create(Label, branches, calibration.Coverage is null ? null : calibration.Limits, Threshold,
            _shared.Unguarded.MayBeAbsent);
    }

    private InvalidOperationException NotBinary() => new(
        $"A threshold decides between yes and no, but the label '{Label.Column}' has {Label.Outputs} outputs ({Label.Kind}). Train with "
            + "ml.BinaryClassification.");

    IRowToRowMapper ITransformer.GetRowToRowMapper(DataViewSchema inputSchema) => new RowMapper(Bind(inputSchema));

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
