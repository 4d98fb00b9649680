using System.Globalization;
using GBlend.MLNet.AutoML;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace GBlend.MLNet.Tables;

/// <summary>
/// Fits models of tables. Columns are turned into modalities by what they are (<see cref="MultiModalTable.Columns"/>), Gradient Blending trains on
/// them, and while time is left of the limit, its settings are swept.
/// </summary>
public sealed class MultiModalCatalog
{
    /// <summary>A sweep begins when so many fits as the first one still have time.</summary>
    private const double FitsForSweep = 6;

    /// <summary>The share of the time left that the sweep takes; the rest is for the fit of its best settings on all rows.</summary>
    private const double SweepShare = 0.5;

    /// <summary>A cross-fitted fit begins when so many fits as the first one still have time.</summary>
    private const double FitsForFolds = 6.5;

    /// <summary>A fit with members begins when so many fits as the one without still have time.</summary>
    private const double FitsForMembers = 3;

    /// <summary>The longest time that a token can wait.</summary>
    private const double MostSeconds = int.MaxValue / 1000;

    private const double ChoosingShare = 0.2, HeldOutShare = 0.1;
    private readonly MLContext _ml;

    internal MultiModalCatalog(MLContext ml) => _ml = ml;

    /// <summary>Fits a model of a table.</summary>
    /// <param name="table">The rows.</param>
    /// <param name="label">The name of the column that is to be predicted.</param>
    /// <param name="timeLimit">
    /// The time that the fit may take. Default: no limit, and one fit of the default settings. A fit that has no time for all its epochs gives the model
    /// as it is by then; one epoch is always trained.
    /// </param>
    /// <param name="options">What else may be said.</param>
    /// <param name="cancellation">Ends the fit; the result is the best model so far, if there is one.</param>
    /// <returns>The model.</returns>
    /// <exception cref="ArgumentException">The label can't be learned, a column is not there, or no column is left to learn from.</exception>
    /// <exception cref="InvalidOperationException">No row is left to train on, or a row can't be used; the message names column and row.</exception>
    /// <exception cref="OperationCanceledException">Canceled before there was a model.</exception>
    public MultiModalModel Fit(
        MultiModalTable table, string label, TimeSpan? timeLimit = null, MultiModalOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentException.ThrowIfNullOrWhiteSpace(label);
        if (timeLimit <= TimeSpan.Zero)
            throw new ArgumentOutOfRangeException(nameof(timeLimit), timeLimit, "The time limit must be above zero.");
        options ??= new();
        var deadline = new Deadline(timeLimit);
        var log = new List<string>();
        void Say(string step) => options.Progress?.Report(new(step, deadline.Elapsed, deadline.Left));

        string[] notFeatures = options.SamplingKey is { } key ? [table.Column(key).Name] : [];
        var plan = TablePlan.Create(_ml, table, label, options.Task, notFeatures, table.Data.GetRowCount(), timeLimit);
        log.AddRange(Suspicions.Of(table, plan.LabelColumn, notFeatures));
        Say($"{plan.Task} of '{label}' from {string.Join(", ", plan.Modalities.Select(m => m.ColumnName))}");

        var labelStep = plan.LabelStep.Estimator.Fit(table.Data);
        var rows = TablePlan.WithLabels(_ml, labelStep.Transform(table.Data), plan.Task);
        if (plan.LabelColumn.Missing > 0)
            log.Add($"{plan.LabelColumn.Missing} rows have no label ('{label}') and were left out.");
        var (features, prepared) = Prepare(plan, rows);

        var trainer = plan.TrainerOptions(options.Seed, options.SamplingKey, options.Members);
        options.Trainer?.Invoke(trainer);
        // Trees that nobody asked for are no reason to refuse what was asked for.
        if (options.Members is null && trainer is { Answer: Answer.Joint } or { ValidationFraction: 0, HoldOutColumnName: null })
            trainer.Members.Clear();
        var timed = new TimedFit(_ml, plan.Task, deadline, options.Progress);
        // Under a limit the rows are held out once first, without members: a model after a sixth of the time that folds take.
        bool isHeldOutOnce = trainer.ValidationFraction is not null || trainer.HoldOutColumnName is not null;
        var once = isHeldOutOnce ? trainer : HeldOutOnce(trainer);
        var first = timeLimit is null ? trainer : WithoutMembers(once);
        var begun = deadline.Elapsed;
        var (model, isWhole) = timed.Fit(prepared, first, "the default", cancellation);
        var took = deadline.Elapsed - begun;
        var used = first;
        if (!isWhole)
            log.Add($"The {(cancellation.IsCancellationRequested ? "fit was canceled" : "time limit was reached")} after {model.History.Epochs.Count} of "
                + $"{first.NumberOfEpochs} epochs.");
        if (isWhole && first != trainer && trainer.Members.Count > 0)
            Try(once, $"the default with {string.Join(", ", trainer.Members.Select(m => m.Name))}", fits: FitsForMembers);
        if (isWhole && first != trainer && !isHeldOutOnce)
            Try(trainer, "the default, cross-fitted", FitsForFolds);

        SweepResult? sweep = null;
        if (isWhole && options.Sweep && timeLimit is not null && deadline.Allows(took * FitsForSweep) && !cancellation.IsCancellationRequested
            && MetricOf(plan.Task) is { } metric)
        {
            sweep = Swept(plan, used, prepared, metric, deadline, options, cancellation);
            if (sweep is not null && !sweep.Best.IsGiven && !cancellation.IsCancellationRequested)
            {
                var best = sweep.BestOptions;
                (best.ValidationFraction, best.NumberOfThreads) = (used.ValidationFraction, used.NumberOfThreads);
                foreach (var member in used.Members)
                    best.Members.Add(member);
                if (!Replace(ref model, ref used, best, "the best settings, on all rows"))
                    log.Add("The time was too short to fit the best settings of the sweep on all rows: the model has the default settings.");
            }
        }
        foreach (string line in log)
            Say(line);
        return new MultiModalModel(_ml, Chain(plan, rows.Schema, features, model, prepared), labelStep, plan, sweep)
        {
            Pipeline = PipelineCode.Write(plan, used),
            Warnings = log,
        };

        // Another fit, if there is time for so many as the one before.
        void Try(GradientBlendingTrainer.Options by, string what, double fits)
        {
            if (!deadline.Allows(took * fits) || cancellation.IsCancellationRequested)
                return;
            var before = deadline.Elapsed;
            if (Replace(ref model, ref used, by, what))
                took = deadline.Elapsed - before;
        }

        bool Replace(ref GradientBlendingTransformer model, ref GradientBlendingTrainer.Options used, GradientBlendingTrainer.Options by, string what)
        {
            // Members can't be left half done: what takes longer than there is time for is ended, and the model before it stays.
            using var inTime = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            if (deadline.Left is { } left)
                inTime.CancelAfter(TimeSpan.FromSeconds(Math.Clamp(left.TotalSeconds, 0, MostSeconds)));
            if (timed.TryFit(prepared, by, what, inTime.Token) is not var (other, isComplete))
                return false;
            if (!isComplete)
            {
                other.Dispose();
                return false;
            }
            model.Dispose();
            (model, used) = (other, by);
            return true;
        }
    }

    /// <summary>Fits a model of the rows of a data view, such as a <c>DataFrame</c>.</summary>
    /// <param name="data">The rows.</param>
    /// <param name="label">The name of the column that is to be predicted.</param>
    /// <param name="timeLimit">The time that the fit may take; <see langword="null"/> for one fit of the default settings.</param>
    /// <param name="options">What else may be said.</param>
    /// <param name="cancellation">Ends the fit; the result is the best model so far, if there is one.</param>
    /// <returns>The model.</returns>
    public MultiModalModel Fit(
        IDataView data, string label, TimeSpan? timeLimit = null, MultiModalOptions? options = null, CancellationToken cancellation = default) =>
        Fit(MultiModalTable.From(_ml, data), label, timeLimit, options, cancellation);

    private SweepResult? Swept(TablePlan plan, GradientBlendingTrainer.Options trainer, IDataView rows, SweepMetric metric, Deadline deadline,
        MultiModalOptions options, CancellationToken cancellation)
    {
        // Files are opened once, and not for every part of the split.
        var split = _ml.Data.TrainTestSplit(plan.OpensFiles ? _ml.Data.Cache(rows) : rows, ChoosingShare, options.SamplingKey, options.Seed);
        // Trials hold rows out once: folds would cost as many trainings each, and the settings that are best with one are tried with the other at the end.
        // Members are the same whatever the settings of the networks are, and come in again at the end.
        var own = WithoutMembers(trainer.ValidationFraction is null && trainer.HoldOutColumnName is null ? HeldOutOnce(trainer) : trainer);
        try
        {
            return new GradientBlendingSweep(_ml, new()
            {
                Trainer = own,
                Metric = metric,
                Seed = options.Seed,
                Budget = SweepBudget.OfTime(deadline.Left!.Value * SweepShare),
                Progress = options.Progress is { } progress ? new SweepToTable(progress, deadline) : null,
            }).Run(split.TrainSet, split.TestSet, cancellation);
        }
        catch (Exception e) when (e is OperationCanceledException || (e is InvalidOperationException && plan.Task != TableTask.MultiLabel))
        {
            // There is a model already; a sweep that found nothing does not take it away.
            options.Progress?.Report(new($"the sweep gave no result: {e.Message}", deadline.Elapsed, deadline.Left));
            return null;
        }
    }

    /// <summary>The same options, but that rows are held out once and not in folds.</summary>
    private static GradientBlendingTrainer.Options HeldOutOnce(GradientBlendingTrainer.Options options)
    {
        var copy = SettingsMapping.Copy(options);
        copy.ValidationFraction = HeldOutShare;
        return copy;
    }

    private static GradientBlendingTrainer.Options WithoutMembers(GradientBlendingTrainer.Options options)
    {
        if (options.Members.Count == 0)
            return options;
        var copy = SettingsMapping.Copy(options);
        copy.Members.Clear();
        return copy;
    }

    private static (List<(ITransformer Transformer, IEstimator<ITransformer>? Scoring)> Features, IDataView Prepared) Prepare(TablePlan plan, IDataView rows)
    {
        var fitted = new List<(ITransformer, IEstimator<ITransformer>?)>();
        foreach (var step in plan.FeatureSteps)
        {
            var transformer = step.Estimator.Fit(rows);
            rows = transformer.Transform(rows);
            fitted.Add((transformer, step.Scoring));
        }
        return (fitted, rows);
    }

    /// <summary>The finished model: rows without a file are answered by their other modalities.</summary>
    private TransformerChain<ITransformer> Chain(
        TablePlan plan, DataViewSchema given, List<(ITransformer Transformer, IEstimator<ITransformer>? Scoring)> features, GradientBlendingTransformer model,
        IDataView prepared)
    {
        var parts = features.Select(f => f.Scoring?.Fit(prepared) ?? f.Transformer).Append(model).ToList();
        if (plan.Task == TableTask.Multiclass)
        {
            var scored = model.Transform(prepared);
            parts.Add(_ml.Transforms.CopyColumns(TablePlan.PredictedKey, "PredictedLabel").Fit(scored));
            parts.Add(_ml.Transforms.Conversion.MapKeyToValue("PredictedLabel").Fit(scored));
        }
        // What the steps made in between is nobody's business who scores.
        string[] between = [.. prepared.Schema.Select(c => c.Name).Except(given.Select(c => c.Name), StringComparer.Ordinal)];
        parts.Add(_ml.Transforms.DropColumns(between).Fit(prepared));
        return new TransformerChain<ITransformer>([.. parts]);
    }

    private static SweepMetric? MetricOf(TableTask task) => task switch
    {
        TableTask.Multiclass => SweepMetric.LogLoss,
        TableTask.Binary => SweepMetric.Binary(m => m.LogLoss, maximize: false, "LogLoss"),
        TableTask.Regression => SweepMetric.RSquared,
        _ => null,
    };

    private sealed class SweepToTable(IProgress<MultiModalProgress> progress, Deadline deadline) : IProgress<SweepProgress>
    {
        public void Report(SweepProgress value)
        {
            string best = (value.Best ?? value.Leader) is { } standing ? string.Create(CultureInfo.InvariantCulture, $", best {standing.Metric:0.000}") : "";
            progress.Report(new($"sweep: trial {value.Trials}{best}", deadline.Elapsed, deadline.Left));
        }
    }
}
