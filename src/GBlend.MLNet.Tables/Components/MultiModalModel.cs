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
    private readonly ReadColumns _reads;

    internal MultiModalModel(
        MLContext ml, TransformerChain<ITransformer> chain, ITransformer label,
        TablePlan plan, SweepResult? sweep)
    {
        (_ml, _chain, _label, _reads, Label) = (ml, chain, label, plan.Reads, plan.LabelColumn.Name);
        Task = plan.Task;
        Trainer = chain.OfType<GradientBlendingTransformer>().Single();
        Leaderboard = sweep?.ToDataFrame();
    }

    /// <summary>The name of the label's column.</summary>
    private string Label { get; }


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
    /// squared error of numbers; mean average precision of several labels. <c>Rows</c> is the number of rows that they are of: those without a label, and
    /// those of a class that the model was not trained on, are left out.
    /// </returns>
    /// <exception cref="ArgumentException">
    /// A column is missing or of another type than in the rows to train on, or no row has a label that the model knows.
    /// </exception>
    public IReadOnlyDictionary<string, double> Evaluate(MultiModalTable test)
    {
        var scored = Scored(test);
        var metrics = Metrics(scored);
        metrics.Add("Rows", Count(scored));
        return metrics;
    }

    private Dictionary<string, double> Metrics(IDataView scored)
    {
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
    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => _chain.GetOutputSchema(_reads.Check(inputSchema));

    /// <inheritdoc/>
    public IDataView Transform(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        _reads.Check(input.Schema);
        return _chain.Transform(input);
    }

    /// <summary>Scores the rows of a table.</summary>
    /// <param name="table">The rows; they need no label.</param>
    /// <returns>The rows with the columns <c>PredictedLabel</c> and <c>Score</c>, as ML.NET's trainers name them.</returns>
    /// <exception cref="ArgumentException">A column that the model reads is missing or of another type; the message names it.</exception>
    public IDataView Transform(MultiModalTable table)
    {
        ArgumentNullException.ThrowIfNull(table);
        return Transform(table.Data);
    }

    /// <inheritdoc/>
    public IRowToRowMapper GetRowToRowMapper(DataViewSchema inputSchema) =>
        _chain.GetRowToRowMapper(_reads.Check(inputSchema));

    void ICanSaveModel.Save(ModelSaveContext ctx) => _chain.Save(ctx);

    /// <summary>Frees the networks.</summary>
    public void Dispose() => (_chain as IDisposable)?.Dispose();

    private static long Count(IDataView rows)
    {
        long count = 0;
        using var cursor = rows.GetRowCursor([]);
        while (cursor.MoveNext())
            count++;
        return count;
    }

    /// <exception cref="ArgumentException">A column is missing or of another type, or the model knows none of the labels.</exception>
    private IDataView Scored(MultiModalTable test)
    {
        ArgumentNullException.ThrowIfNull(test);
        test.Column(Label);
        _reads.Check(test.Data.Schema, withLabel: true);
        var labeled = TablePlan.WithLabels(_ml, _label.Transform(test.Data), Task);
        if (Count(labeled) == 0)
        {
            throw new ArgumentException($"No row of the test table has a label in '{Label}' that the model was trained on. Labels are compared as they are "
                + "written: 'true' is not '1'.", nameof(test));
        }
        return _chain.Transform(labeled);
    }
}
