using GBlend.MLNet.Reports;
using Microsoft.Data.Analysis;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace GBlend.MLNet.AutoML;

/// <summary>The result of a sweep: its trials, the best of them, and its model.</summary>
public sealed class SweepResult
{
    private readonly SweptPipeline _pipeline;
    private readonly SweepSpace _space;

    internal SweepResult(SweptPipeline pipeline, SweepSpace space, SweepEngine engine, SweepTrial best)
    {
        (_pipeline, _space, Best) = (pipeline, space, best);
        (Trials, Epochs, Duration, End) = ([.. engine.Ranked], engine.Epochs, engine.Elapsed, engine.End);
    }

    /// <summary>
    /// The trials from the best to the worst: finalists by the mean of their seeds, then whole trainings, then those stopped later before those
    /// stopped earlier, then the failed ones.
    /// </summary>
    public IReadOnlyList<SweepTrial> Trials { get; }

    /// <summary>The best trial.</summary>
    public SweepTrial Best { get; }

    /// <summary>
    /// The best trial's model, fitted on the training rows, with what comes before and after the trainer; <see langword="null"/> after cross
    /// validation, and when the sweep was canceled while this model was not at hand: <see cref="Refit"/> makes one. Yours to dispose.
    /// </summary>
    /// <remarks>
    /// When the search ended (by a budget of time, for example) with the best trial's state lost, the trial is trained again to have its model.
    /// That goes beyond the budget, and <see cref="Duration"/> has it.
    /// </remarks>
    public TransformerChain<ITransformer>? Model { get; private set; }

    /// <summary>The epochs that all trials were trained together.</summary>
    public long Epochs { get; }

    /// <summary>The time that was spent, that of interrupted runs and of making <see cref="Model"/> included.</summary>
    public TimeSpan Duration { get; private set; }

    /// <summary>The reason why the sweep ended.</summary>
    public SweepEnd End { get; }

    /// <summary>The trainer's options with the best settings. Their seed is that of the sweep.</summary>
    public GradientBlendingTrainer.Options BestOptions => OptionsOf(Best);

    /// <summary>The best settings as a C# expression, to be pasted: <c>new GradientBlendingTrainer.Options { ... }</c>.</summary>
    public string BestCode => OptionsCode.Write(BestOptions, ((GradientBlendingSettings)Best.Settings).Blending);

    /// <summary>Makes the trainer's options with the settings of a trial.</summary>
    /// <param name="trial">One of <see cref="Trials"/>.</param>
    public GradientBlendingTrainer.Options OptionsOf(SweepTrial trial)
    {
        ArgumentNullException.ThrowIfNull(trial);
        return _pipeline.OptionsOf(trial.Point);
    }

    /// <summary>
    /// Makes the leaderboard: rank, trial, status, metric, its deviation and its number of seeds, epochs, seconds, one column a setting, the error.
    /// </summary>
    public DataFrame ToDataFrame() => Leaderboard.Create(Trials, _space, _pipeline.Metric.Name);

    /// <summary>Writes the leaderboard as a CSV file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="IOException">It can't be written.</exception>
    public void SaveCsv(string path) => Leaderboard.Save(ToDataFrame(), path);

    /// <summary>Makes a report of the sweep: the leaderboard, the metric by epochs, which settings mattered, and the best settings as code.</summary>
    /// <param name="title">The heading of the page.</param>
    /// <returns>The report; <see cref="Report.Save"/> writes it as one HTML file.</returns>
    public LeaderboardReport ToReport(string title = "Sweep") => SweepReport.Create(this, title, _pipeline.Metric);

    /// <summary>
    /// Measures how much each setting mattered, the most important first; see <see cref="SettingImportance"/> for what the numbers are worth.
    /// </summary>
    public SweepImportance Importance() => SweepImportance.Of(Trials, _space, _pipeline.Seed, _pipeline.Metric.IsMaximized);

    /// <summary>Fits the best settings, with what comes before and after the trainer, on other rows.</summary>
    /// <param name="rows">All rows but the test rows. The trainer again holds rows out of them for blending.</param>
    /// <param name="cancellation">Stops within a batch.</param>
    /// <returns>The model, yours to dispose.</returns>
    /// <exception cref="OperationCanceledException">Canceled.</exception>
    public TransformerChain<ITransformer> Refit(IDataView rows, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(rows);
        var options = BestOptions;
        options.CancellationToken = cancellation;
        options.Progress = null;
        return _pipeline.Fit(options, rows);
    }

    internal SweepResult With(TransformerChain<ITransformer> model, TimeSpan duration)
    {
        (Model, Duration) = (model, duration);
        return this;
    }
}
