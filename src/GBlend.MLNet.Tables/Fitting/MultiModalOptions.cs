namespace GBlend.MLNet.Tables;

/// <summary>The settings of a fit of a table; everything has a default.</summary>
public sealed class MultiModalOptions
{
    /// <summary>The task. Default: the one that the label's values say (a number with many values: regression; else classes).</summary>
    public TableTask? Task { get; set; }

    /// <summary>
    /// The column whose rows of one value (a person, a camera) are held out together, and that is no feature. Default: none;
    /// <see cref="TableColumn.MayGroupRows"/> says which columns look so.
    /// </summary>
    public string? SamplingKey { get; set; }

    /// <summary>The seed of all that is random. Default: 1.</summary>
    public int Seed { get; set; } = 1;

    /// <summary>
    /// A value that says whether settings are swept while time is left of the limit. Default <see langword="true"/>; without a time limit nothing
    /// is swept.
    /// </summary>
    public bool Sweep { get; set; } = true;

    /// <summary>
    /// Other trainers of ML.NET that take part in the answer, see <see cref="GradientBlendingTrainer.Options.Members"/>. Default <see langword="null"/>:
    /// boosted trees, those of LightGBM where the application references Microsoft.ML.LightGbm, else FastTree for up to 10 classes. An empty list is for
    /// none.
    /// </summary>
    public IReadOnlyList<Member>? Members { get; set; }

    /// <summary>The object that is told what is being done. Default: none.</summary>
    public IProgress<MultiModalProgress>? Progress { get; set; }

    /// <summary>The action that changes the options of the trainer before the first fit, for what is not said here. Default: none.</summary>
    public Action<GradientBlendingTrainer.Options>? Trainer { get; set; }
}
