using Microsoft.ML;

namespace GBlend.MLNet.Reports;

/// <summary>
/// A report of one training: how good the model is on test rows, alone and with all modalities, how the training went, and what it gets wrong.
/// </summary>
/// <example>
/// <code>
/// var report = TrainingReport.Create(model, test);
/// Console.WriteLine(report.Verdict);
/// Console.WriteLine(report.Save("report.html"));
/// </code>
/// </example>
public sealed class TrainingReport : Report
{
    private TrainingReport(TrainingContent content) : base(content.Title, content.Verdict, content.Sections, content.Figures, content.Numbers)
    {
    }

    /// <summary>Makes the report of a fitted pipeline. It reads the test rows once, and once more the columns that are shown as pictures.</summary>
    /// <param name="model">The fitted pipeline with one Gradient Blending model, or the model itself, before it is disposed.</param>
    /// <param name="test">
    /// Rows that had no part in the training, with their labels: as the pipeline reads them or as it scored them. Rows whose label training has not seen are
    /// left out, and counted in a warning.
    /// </param>
    /// <param name="options">The options; <see langword="null"/> for the defaults.</param>
    /// <returns>The report.</returns>
    /// <exception cref="ArgumentException">
    /// There is not one Gradient Blending model, a column is missing or of another type, or there are no rows; the message names it and the remedy.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The model is disposed.</exception>
    public static TrainingReport Create(ITransformer model, IDataView test, ReportOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(test);
        var own = model.GradientBlendingModel();
        return Create(own.History, ModelRows.Score(model, own, test), options ?? new(), ModelFacts.Of(own), own.ModalityColumns);
    }

    /// <summary>Makes the report from a history and rows that the model scored.</summary>
    /// <param name="history">The history of the training.</param>
    /// <param name="scored">
    /// Rows that had no part in the training, with <c>Label</c> and <c>Score</c> and, where the trainer's <c>OutputBranchScores</c> was set, a score for each
    /// branch.
    /// </param>
    /// <param name="options">The options; <see langword="null"/> for the defaults.</param>
    /// <returns>The report.</returns>
    /// <exception cref="ArgumentException">A column is missing or of another type, or there are no rows; the message names it and the remedy.</exception>
    public static TrainingReport Create(TrainingHistory history, IDataView scored, ReportOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(history);
        ArgumentNullException.ThrowIfNull(scored);
        return Create(history, scored, options ?? new(), null, history.Branches);
    }

    private static TrainingReport Create(TrainingHistory history, IDataView scored, ReportOptions options, ModelFacts? facts, IReadOnlyList<string> modalities)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(options.MaximumConfusedRows, nameof(options));
        var results = ScoredView.Read(scored, history, options,
            branch => branch < 0 ? facts?.AllParameters : branch < facts?.Parameters.Count ? facts.Parameters[branch] : null);
        var confused = ConfusedRows.Of(results, options.MaximumConfusedRows);
        var pictures = Pictures.Of(scored, PictureColumns(scored.Schema, options, modalities), confused.Select(r => results.Positions[r]));
        return new(new TrainingContent(history, results, facts, confused, pictures, options));
    }

    private static DataViewSchema.Column[] PictureColumns(DataViewSchema schema, ReportOptions options, IReadOnlyList<string> modalities)
    {
        if (options.PictureColumnNames.Count == 0)
            return [.. modalities.Select(m => schema.GetColumnOrNull(m)).OfType<DataViewSchema.Column>().Where(Pictures.CanShow)];
        return [.. options.PictureColumnNames.Select(name => schema.GetColumnOrNull(name) is { } column && Pictures.CanShow(column) ? column
            : throw new ArgumentException($"The column '{Inert.Name(name)}' can't be shown as a picture: it "
                + $"is {(schema.GetColumnOrNull(name) is { } other ? other.Type.ToString() : "not there")}; "
                + "expected a vector of numbers of known size with two, three or four dimensions.", nameof(options)))];
    }
}
