using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.ML;

namespace GBlend.MLNet.AutoML;

/// <summary>
/// A search for the best settings of the <see cref="GradientBlendingTrainer"/>: random or by a model of the results, with successive halving, a
/// journal, a leaderboard and the importance of every setting.
/// </summary>
/// <remarks>
/// Three kinds of rows are not the same. <b>Held-out rows</b> are part of the training rows; the trainer measures on them how branches should be
/// blended. <b>Choosing rows</b> are those that this sweep compares trials on; its best figure is a little too good, being the best of many.
/// <b>Test rows</b> are seen by neither; only they say how good the model is. Where groups matter (speakers, patients), no group should be
/// in two of the three.
/// </remarks>
public sealed partial class GradientBlendingSweep
{
    private readonly MLContext _ml;
    private readonly Options _options;
    private readonly SweepSpace _space;

    /// <summary>Prepares a sweep.</summary>
    /// <param name="ml">The context that trains and evaluates.</param>
    /// <param name="options">The settings.</param>
    /// <exception cref="ArgumentException">An option is wrong; the message names it.</exception>
    public GradientBlendingSweep(MLContext ml, Options options)
    {
        ArgumentNullException.ThrowIfNull(ml);
        ArgumentNullException.ThrowIfNull(options);
        options.Check();
        (_ml, _options) = (ml, options);
        _space = SweepSpaces.Fitted(options.Space ?? SweepSpaces.For(options.Trainer), options.Trainer);
    }

    /// <summary>Sweeps with training rows and rows to choose by.</summary>
    /// <param name="train">The training rows, those to be held out for blending included.</param>
    /// <param name="choosing">
    /// The rows that trials are compared on. Not the test rows: what the best trial gets here is too good to report. ML.NET's metrics leave out
    /// rows of classes that training lacks; a warning in the context's log says how many there are.
    /// </param>
    /// <param name="cancellation">Stops within a batch; the result is the best so far.</param>
    /// <returns>The trials and the best model; see <see cref="SweepResult.Model"/> for when there is none.</returns>
    /// <exception cref="ArgumentException">An option or a column is wrong, or there are no rows to choose by.</exception>
    /// <exception cref="InvalidOperationException">
    /// A row can't be used, no choosing row has a class of the training rows, or no trial gave a result; the first failure is the inner exception.
    /// </exception>
    /// <exception cref="InvalidDataException">The journal is damaged or of another sweep.</exception>
    /// <exception cref="OperationCanceledException">Canceled before the first result.</exception>
    public SweepResult Run(IDataView train, IDataView choosing, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(train);
        ArgumentNullException.ThrowIfNull(choosing);
        return Run([(train, choosing)], "", cancellation);
    }

    /// <summary>Sweeps with cross validation: every trial is trained once a fold and compared by the mean.</summary>
    /// <remarks>
    /// Folds have equal shares of the classes, as nearly as a sampling key allows, where <paramref name="rows"/> have the trainer's label column as a
    /// single value a row; the metrics of <see cref="SweepMetric.Binary"/> need rows of both classes in every fold.
    /// </remarks>
    /// <param name="rows">All rows but the test rows. They must come in the same order at every pass.</param>
    /// <param name="folds">At least 2. An epoch of a trial costs one epoch a fold of the budget.</param>
    /// <param name="samplingKeyColumnName">A column whose rows of one value stay in one fold. Default: none.</param>
    /// <param name="cancellation">Stops within a batch; the result is the best so far.</param>
    /// <returns>The trials. There is no model of all rows yet: <see cref="SweepResult.Refit"/> makes it.</returns>
    /// <exception cref="ArgumentException">An option or a column is wrong.</exception>
    /// <exception cref="InvalidOperationException">
    /// A row can't be used, a fold has no rows or lacks rows of a class that the metric needs, or no trial gave a result; the first failure is the inner
    /// exception.
    /// </exception>
    /// <exception cref="InvalidDataException">The journal is damaged or of another sweep.</exception>
    /// <exception cref="OperationCanceledException">Canceled before the first result.</exception>
    public SweepResult CrossValidate(IDataView rows, int folds = 5, string? samplingKeyColumnName = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentOutOfRangeException.ThrowIfLessThan(folds, 2);
        string? classes = _options.Metric.Task == SweepTask.Regression ? null : _options.Trainer.LabelColumnName;
        return Run(Folds.Split(_ml, rows, folds, classes, samplingKeyColumnName, _options.Seed), $"{folds} folds by {samplingKeyColumnName}", cancellation);
    }

    private SweepResult Run(IReadOnlyList<(IDataView Train, IDataView Choosing)> views, string split, CancellationToken cancellation)
    {
        int parallel = Math.Min(_options.ParallelTrials, Environment.ProcessorCount);
        var pipeline = new SweptPipeline
        {
            Context = _ml,
            Trainer = _options.Trainer,
            Before = _options.Before,
            After = _options.After,
            Metric = _options.Metric,
            Seed = _options.Seed,
        };
        using var trials = new LocalTrials(pipeline, parallel, _options.MaximumMemoryInMegabytes, views);
        using var journal = _options.JournalPath is { } path ? SweepJournal.Open(path, Identity(trials, split)) : null;
        var plan = new SweepPlan
        {
            Budget = _options.Budget,
            IsMaximized = _options.Metric.IsMaximized,
            Stages = _options.Stages,
            Reduction = _options.ReductionFactor,
            TriesGiven = _options.TryGivenSettings,
            Finalists = _options.Finalists,
            SeedsPerFinalist = _options.SeedsPerFinalist,
            Folds = views.Count,
            Parallel = parallel,
            HasRoom = trials.HasRoom,
            PauseAt = LocalTrials.PauseAt,
        };
        var engine = new SweepEngine(plan, _space, Tuner(), trials, journal, Report, cancellation);
        engine.Run();
        if (engine.Best is not { } best)
            throw NoResult(engine, cancellation);
        var result = new SweepResult(pipeline, _space, engine, best);
        if (views.Count > 1 || engine.End == SweepEnd.Canceled && !trials.Holds(best.Number))
            return result;
        try
        {
            return result.With(trials.ModelOf(best, cancellation), engine.Elapsed);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // What was found is worth more than the model, which Refit makes too.
            return result;
        }
    }

    private ITuner Tuner() => _options.Tuner switch
    {
        SweepTuner.Model => new ParzenTuner(_space, _options.Seed),
        _ => new RandomTuner(_space.Settings.Count, _options.Seed, spreads: _options.Tuner == SweepTuner.Spread),
    };

    private void Report(SweepEngine engine) => _options.Progress?.Report(new(
        engine.Trials.Count, engine.Running, engine.Trials.Count(t => t.Failure is not null), engine.Epochs, engine.EpochsLeft, engine.BestWhole,
        engine.Leader, engine.Elapsed, engine.Remaining));

    private static Exception NoResult(SweepEngine engine, CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested)
            return new OperationCanceledException("The sweep was canceled before its first result.", cancellation);
        if (engine.Trials.FirstOrDefault(t => t.Failure is not null) is { } failed)
        {
            string what = engine.Trials.Count == 1 ? "The only trial failed:" : $"All {engine.Trials.Count} trials failed. The first:";
            return new InvalidOperationException($"{what} {failed.Error}", failed.Exception);
        }
        return new InvalidOperationException("The budget ended before the first result. Raise it, or lower the trainer's NumberOfEpochs.");
    }

    /// <summary>All that decides the result of a step.</summary>
    private Dictionary<string, string> Identity(LocalTrials trials, string split) => new()
    {
        ["space"] = Hash(_space.Describe()),
        ["trainer"] = Hash(OptionsCode.Write(_options.Trainer)),
        ["metric"] = _options.Metric.Name,
        ["stages"] = string.Join(", ", _options.Stages),
        ["split"] = split,
        ["training rows"] = trials.TrainingDigest(),
        ["choosing rows"] = trials.ChoosingDigest(),
        ["tuner"] = _options.Tuner.ToString(),
        ["seed"] = _options.Seed.ToString(CultureInfo.InvariantCulture),
    };

    private static string Hash(string text) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..16];
}
