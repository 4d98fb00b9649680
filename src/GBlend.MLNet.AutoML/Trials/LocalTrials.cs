using System.Diagnostics;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace GBlend.MLNet.AutoML;

/// <summary>Trains trials in this process. A trial that pauses keeps its state, so that it goes on where it stood.</summary>
internal sealed class LocalTrials : ITrialExecutor
{
    private const int ReleasesPerTrim = 8;

    private readonly MLContext _ml;
    private readonly GradientBlendingSweep.Options _options;
    private readonly Fold[] _folds;
    private readonly int? _threads;
    private readonly long _mostBytes;
    private readonly Lock _lock = new();
    private readonly Dictionary<(int Trial, int Repeat), PausableFit?[]> _paused = [];
    private int _released;

    internal LocalTrials(MLContext ml, GradientBlendingSweep.Options options, int parallel, IReadOnlyList<(IDataView Train, IDataView Choosing)> views)
    {
        (_ml, _options) = (ml, options);
        _threads = options.Trainer.NumberOfThreads ?? (parallel > 1 ? Math.Max(1, Environment.ProcessorCount / parallel) : null);
        _mostBytes = options.MaximumMemoryInMegabytes * 1_000_000 ?? GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 5 * 4;
        _folds = [.. views.Select(v => new Fold(ml, options, v.Train, v.Choosing, isFold: views.Count > 1))];
    }

    /// <summary>Alike for the same training rows of all folds.</summary>
    internal string TrainingDigest() => string.Join(" ", _folds.Select(f => f.TrainingDigest()));

    /// <summary>Alike for the same choosing rows of all folds.</summary>
    internal string ChoosingDigest() => string.Join(" ", _folds.Select(f => f.ChoosingDigest()));

    public Task<TrialOutcome> AdvanceAsync(TrialStep step, CancellationToken cancellation) => Task.Factory.StartNew(
        () => Advance(step, cancellation), cancellation, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    public void Release(int trial, int repeat)
    {
        if (Take((trial, repeat)) is not { } fits)
            return;
        Dispose(fits);
        if (Interlocked.Increment(ref _released) % ReleasesPerTrim == 0)
            FreedMemory.GiveBack();
    }

    internal bool Holds(int trial)
    {
        lock (_lock)
            return _paused.ContainsKey((trial, 0));
    }

    /// <summary>Whether there is memory for another trial beside those that run: as much as they have taken so far on average.</summary>
    internal bool HasRoom() => Environment.WorkingSet < _mostBytes;

    /// <summary>Online blendings pause at the end of a super-epoch.</summary>
    internal static int PauseAt(SweepPoint point, int epochs) =>
        point.Settings is GradientBlendingSettings { Blending: BlendingMethod.Online, SuperEpoch: { } length } ? SweepPlan.NearestSuperEpoch(epochs, length) : epochs;

    /// <summary>The model of a trial of one fold, with what comes before and after the trainer; trained again if it is not held.</summary>
    internal TransformerChain<ITransformer> ModelOf(SweepTrial trial, CancellationToken cancellation)
    {
        var fits = Take((trial.Number, 0)) ?? new PausableFit?[1];
        try
        {
            fits[0] ??= _folds[0].Begin(OptionsOf(trial.Point, 0));
            fits[0]!.Advance(trial.Epochs, cancellation);
            return _folds[0].Chain(fits[0]!.Snapshot());
        }
        finally
        {
            Dispose(fits);
        }
    }

    internal static IEstimator<ITransformer> Trainer(MLContext ml, SweepTask task, GradientBlendingTrainer.Options options) => Create(ml, task, options);

    public void Dispose()
    {
        foreach (var fits in _paused.Values)
            Dispose(fits);
        _paused.Clear();
        Array.ForEach(_folds, fold => fold.Dispose());
    }

    private static GradientBlendingTrainer Create(MLContext ml, SweepTask task, GradientBlendingTrainer.Options options) => task switch
    {
        SweepTask.Binary => ml.BinaryClassification.Trainers.GradientBlending(options),
        SweepTask.Regression => ml.Regression.Trainers.GradientBlending(options),
        _ => ml.MulticlassClassification.Trainers.GradientBlending(options),
    };

    private TrialOutcome Advance(TrialStep step, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        var key = (step.Trial, step.Repeat);
        var fits = Take(key) ?? new PausableFit?[_folds.Length];
        try
        {
            var metrics = new double[_folds.Length];
            for (int i = 0; i < _folds.Length; i++)
            {
                fits[i] ??= _folds[i].Begin(OptionsOf(step.Point, step.Repeat));
                fits[i]!.Advance(step.ToEpoch, cancellation);
                using var model = fits[i]!.Snapshot();
                metrics[i] = _folds[i].Measure(model);
            }
            Keep(key, fits);
            return new(metrics, clock.Elapsed.TotalSeconds);
        }
        catch
        {
            Dispose(fits);
            throw;
        }
    }

    private GradientBlendingTrainer.Options OptionsOf(SweepPoint point, int repeat)
    {
        var options = point.ToOptions(_options.Trainer);
        options.Seed = repeat == 0 ? _options.Seed : Seeds.Derive(_options.Seed, "repeat", repeat);
        options.NumberOfThreads = _threads;
        options.Progress = null;
        return options;
    }

    private void Keep((int, int) key, PausableFit?[] fits)
    {
        if (!HasRoom())
        {
            Dispose(fits);
            return;
        }
        lock (_lock)
            _paused[key] = fits;
    }

    private PausableFit?[]? Take((int, int) key)
    {
        lock (_lock)
            return _paused.Remove(key, out var fits) ? fits : null;
    }

    private static void Dispose(PausableFit?[]? fits)
    {
        foreach (var fit in fits ?? [])
            fit?.Dispose();
    }

    /// <summary>Training and choosing rows, prepared once for all trials.</summary>
    private sealed class Fold : IDisposable
    {
        private readonly MLContext _ml;
        private readonly GradientBlendingSweep.Options _options;
        private readonly ITransformer? _before;
        private readonly IDataView _train, _choosing;
        private readonly FitRows _rows;

        internal Fold(MLContext ml, GradientBlendingSweep.Options options, IDataView train, IDataView choosing, bool isFold)
        {
            (_ml, _options) = (ml, options);
            _before = options.Before?.Fit(train);
            _train = _before?.Transform(train) ?? train;
            // Every trial is measured on them at every stage.
            _choosing = ml.Data.Cache(_before?.Transform(choosing) ?? choosing);
            // With the options as they were given, so that what is wrong with them or with a column or a row ends the sweep and not every trial.
            var given = SettingsMapping.Copy(options.Trainer);
            given.Seed = options.Seed;
            Create(ml, options.Metric.Task, ForScoring(given)).CheckColumns(_choosing.Schema);
            ChoosingRows.Check(ml, choosing, _choosing, options.Trainer.LabelColumnName, isFold);
            _rows = Create(ml, options.Metric.Task, given).ReadRows(_train);
        }

        internal string TrainingDigest() => _rows.Fingerprint();

        internal string ChoosingDigest() => ColumnDigest.Of(_choosing, [.. _options.Trainer.Modalities.Select(m => m.ColumnName), _options.Trainer.LabelColumnName]);

        /// <summary>Rows to choose by need no column that says what is held out.</summary>
        private static GradientBlendingTrainer.Options ForScoring(GradientBlendingTrainer.Options options)
        {
            var copy = SettingsMapping.Copy(options);
            (copy.HoldOutColumnName, copy.SamplingKeyColumnName, copy.ValidationFraction) = (null, null, 0.1f);
            return copy;
        }

        public void Dispose() => _rows.Dispose();

        internal PausableFit Begin(GradientBlendingTrainer.Options options) => Create(_ml, _options.Metric.Task, options).Begin(_rows);

        internal double Measure(GradientBlendingTransformer model) => _options.Metric.Evaluate(_ml, model.Transform(_choosing), _options.Trainer.LabelColumnName);

        internal TransformerChain<ITransformer> Chain(GradientBlendingTransformer model)
        {
            var parts = new List<ITransformer>();
            if (_before is not null)
                parts.Add(_before);
            parts.Add(model);
            if (_options.After is { } after)
                parts.Add(after.Fit(model.Transform(_train)));
            return new TransformerChain<ITransformer>([.. parts]);
        }
    }
}
