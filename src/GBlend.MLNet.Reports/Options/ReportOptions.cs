using Microsoft.ML;

namespace GBlend.MLNet.Reports;

/// <summary>The options of a <see cref="TrainingReport"/>. All of them may be left as they are.</summary>
public sealed class ReportOptions
{
    /// <summary>The heading of the page. Default <c>Training report</c>.</summary>
    public string Title { get; set; } = "Training report";

    /// <summary>The name of the label column of the test rows. Default <c>Label</c>.</summary>
    public string LabelColumnName { get; set; } = "Label";

    /// <summary>
    /// The name of the column that names a row for people, for example a file's path. Default <see langword="null"/>: rows are named by their place in the
    /// data view, counted from 0.
    /// </summary>
    public string? RowNameColumnName { get; set; }

    /// <summary>
    /// The name of the column by whose values the test rows are grouped, for example speakers; the report then shows how good the model is for each group.
    /// Default <see langword="null"/>: no groups.
    /// </summary>
    public string? GroupColumnName { get; set; }

    /// <summary>
    /// The names of the columns whose content is shown as pictures of the most confused rows: vectors of numbers of two dimensions (frames x bands), three
    /// (height x width x channels) or four (frames x height x width x channels, of which the middle frame is shown). Default empty: the modality columns of
    /// such
    /// types.
    /// </summary>
    public IList<string> PictureColumnNames { get; } = [];

    /// <summary>The most rows in the list of confused rows, at least 0. Default 20.</summary>
    public int MaximumConfusedRows { get; set; } = 20;

    /// <summary>
    /// Other models to compare with, for example a naive one: their names, and the test rows as each of them scored these (the same rows in the same
    /// order). The
    /// gain per class is counted from the first of them. Default empty: it is counted from the best single modality.
    /// </summary>
    public IList<KeyValuePair<string, IDataView>> Baselines { get; } = [];

    /// <summary>
    /// The options of the training, from which the report lists the settings and says how the held-out rows were chosen. Default <see langword="null"/>: it
    /// says
    /// what the model knows of itself.
    /// </summary>
    public GradientBlendingTrainer.Options? Trainer { get; set; }

    /// <summary>The time that the training took. Default <see langword="null"/>: the report does not say.</summary>
    public TimeSpan? TrainingTime { get; set; }

    /// <summary>Further facts to list with the settings, for example a commit or a hash of the data. Default empty.</summary>
    public IDictionary<string, string> Facts { get; } = new Dictionary<string, string>();

    /// <summary>Warnings to list with the report's own, for example those of <c>ml.Log</c>. Default empty.</summary>
    public IList<string> Warnings { get; } = [];
}
