using GBlend.MLNet.AutoML;
using GBlend.MLNet.Reports;
using Microsoft.Data.Analysis;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace GBlend.MLNet.Tables;

/// <summary>
/// A model of a table: a transformer that scores rows with the table's columns (the label is not needed), and what is known of its training. It is saved
/// and loaded by <c>ml.Model</c>; a loaded model is the transformer alone.
/// </summary>
public sealed class MultiModalModel : ITransformer, IDisposable
{
    private readonly ITransformer _chain;
    private readonly ITransformer _label;
    private readonly MLContext _ml;

    internal MultiModalModel(MLContext ml, TransformerChain<ITransformer> chain, ITransformer label, TablePlan plan, SweepResult? sweep)
    {
        (_ml, _chain, _label, Table) = (ml, chain, label, plan.LabelColumn.Name);
        Task = plan.Task;
        Trainer = chain.OfType<GradientBlendingTransformer>().Single();
        Leaderboard = sweep?.ToDataFrame();
    }

    private string Table { get; }

    /// <summary>The task of the model.</summary>
    public TableTask Task { get; }

    /// <summary>The course of the training: losses by epoch, estimates, the answer.</summary>
    public TrainingHistory History => Trainer.History;

    /// <summary>The trained part of the model.</summary>
    public GradientBlendingTransformer Trainer { get; }

    /// <summary>The trials of the sweep, the best first; <see langword="null"/> when nothing was swept.</summary>
    public DataFrame? Leaderboard { get; }

    /// <summary>The C# program that builds and fits the same pipeline by hand, from the same columns.</summary>
    public required string Pipeline { get; init; }

    /// <summary>Remarks on the table and the training that the user should know, such as rows that were left out; often none.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }

    /// <summary>Measures the model on rows with labels that it was not trained on.</summary>
    /// <param name="test">The rows, read as those to train on were.</param>
    /// <returns>
    /// The metrics by name: accuracies and log-loss of classes, also the area under the ROC curve of two; R squared, the mean absolute and the root mean
    /// squared error of numbers; mean average precision of several labels.
    /// </returns>
    /// <exception cref="ArgumentException">The rows have no label column.</exception>
    public IReadOnlyDictionary<string, double> Evaluate(MultiModalTable test)
    {
        var scored = Scored(test);
        switch (Task)
        {
            case TableTask.Multiclass:
                var classes = _ml.MulticlassClassification.Evaluate(scored, TablePlan.Label, predictedLabelColumnName: TablePlan.PredictedKey);
                return new Dictionary<string, double>
                {
                    [nameof(classes.MicroAccuracy)] = classes.MicroAccuracy,
                    [nameof(classes.MacroAccuracy)] = classes.MacroAccuracy,
                    [nameof(classes.LogLoss)] = classes.LogLoss,
                };
            case TableTask.Binary:
                var binary = _ml.BinaryClassification.Evaluate(scored, TablePlan.Label);
                return new Dictionary<string, double>
                {
                    [nameof(binary.Accuracy)] = binary.Accuracy,
                    [nameof(binary.AreaUnderRocCurve)] = binary.AreaUnderRocCurve,
                    [nameof(binary.LogLoss)] = binary.LogLoss,
                };
            case TableTask.Regression:
                var numbers = _ml.Regression.Evaluate(scored, TablePlan.Label);
                return new Dictionary<string, double>
                {
                    [nameof(numbers.RSquared)] = numbers.RSquared,
                    [nameof(numbers.MeanAbsoluteError)] = numbers.MeanAbsoluteError,
                    [nameof(numbers.RootMeanSquaredError)] = numbers.RootMeanSquaredError,
                };
            default:
                var labels = _ml.Transforms.Conversion.ConvertType(TablePlan.Label, outputKind: DataKind.Boolean).Fit(scored).Transform(scored);
                var report = MultiLabelMetrics.Evaluate([.. scored.GetColumn<float[]>("Score")], [.. labels.GetColumn<bool[]>(TablePlan.Label)]);
                return new Dictionary<string, double> { [nameof(report.MeanAveragePrecision)] = report.MeanAveragePrecision };
        }
    }

    /// <summary>Makes a report of the training and of rows that the model was not trained on.</summary>
    /// <param name="test">The rows, with labels.</param>
    /// <returns>The report; its <see cref="Report.Save"/> writes one HTML file.</returns>
    public TrainingReport Report(MultiModalTable test) => TrainingReport.Create(History, Scored(test), new() { LabelColumnName = TablePlan.Label });

    /// <inheritdoc/>
    public bool IsRowToRowMapper => _chain.IsRowToRowMapper;

    /// <inheritdoc/>
    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => _chain.GetOutputSchema(inputSchema);

    /// <inheritdoc/>
    public IDataView Transform(IDataView input) => _chain.Transform(input);

    /// <summary>Scores the rows of a table.</summary>
    /// <param name="table">The rows; they need no label.</param>
    /// <returns>The rows with the columns <c>PredictedLabel</c> and <c>Score</c>, as ML.NET's trainers name them.</returns>
    public IDataView Transform(MultiModalTable table)
    {
        ArgumentNullException.ThrowIfNull(table);
        return _chain.Transform(table.Data);
    }

    /// <inheritdoc/>
    public IRowToRowMapper GetRowToRowMapper(DataViewSchema inputSchema) => _chain.GetRowToRowMapper(inputSchema);

    void ICanSaveModel.Save(ModelSaveContext ctx) => _chain.Save(ctx);

    /// <summary>Frees the networks.</summary>
    public void Dispose() => (_chain as IDisposable)?.Dispose();

    private IDataView Scored(MultiModalTable test)
    {
        ArgumentNullException.ThrowIfNull(test);
        test.Column(Table);
        return _chain.Transform(TablePlan.WithLabels(_ml, _label.Transform(test.Data), Task));
    }
}
