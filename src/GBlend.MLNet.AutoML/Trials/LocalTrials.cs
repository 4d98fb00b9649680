using System.Diagnostics;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace GBlend.MLNet.AutoML;

/// <summary>Trains trials in this process. A trial that pauses keeps its state, so that it goes on where it stood.</summary>
internal sealed class LocalTrials : ITrialExecutor
{
    private const int ReleasesPerTrim = 8;

    private readonly SweptPipeline _pipeline;
    private readonly TrialRows[] _folds;
    private readonly int? _threads;
    private readonly long _mostBytes;
    private readonly Lock _lock = new();
    private readonly Dictionary<(int Trial, int Repeat), PausableFit?[]> _paused = [];
    private int _released;

    /// <param name="pipeline">What is trained.</param>
    /// <param name="parallel">How many trials train at a time.</param>
    /// <param name="maximumMemoryInMegabytes">
    /// Above it no trial begins while others are trained, and paused ones give their memory back; 80 % of the machine's by default.
    /// </param>
    /// <param name="views">The rows of every fold.</param>
    internal LocalTrials(SweptPipeline pipeline, int parallel, long? maximumMemoryInMegabytes, IReadOnlyList<(IDataView Train, IDataView Choosing)> views)
    {
        _pipeline = pipeline;
        _threads = pipeline.Trainer.NumberOfThreads ?? (parallel > 1 ? Math.Max(1, Environment.ProcessorCount / parallel) : null);
        _mostBytes = maximumMemoryInMegabytes * 1_000_000 ?? GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 5 * 4;
        _folds = [.. views.Select((v, i) => new TrialRows(pipeline, v.Train, v.Choosing, views.Count > 1 ? $"Fold {i + 1} of {views.Count}" : null))];
        try
        {
            Array.ForEach(_folds, fold => fold.Read());
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Alike for the same training rows of all folds.</summary>
    internal string TrainingDigest() => string.Join(" ", _folds.Select(f => f.TrainingDigest()));

    /// <summary>Alike for the same choosing rows of all folds.</summary>
    internal string ChoosingDigest() => string.Join(" ", _folds.Select(f => f.ChoosingDigest()));

    public Task<TrialOutcome> AdvanceAsync(TrialStep step, CancellationToken cancellation) => OwnThread.Start(() => Advance(step, cancellation));

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

    /// <summary>Whether there is memory for another trial while others are trained: as much as they have taken so far on average.</summary>
    internal bool HasRoom() => Environment.WorkingSet < _mostBytes;

    /// <summary>Online blendings pause at the end of a super-epoch.</summary>
    internal static int PauseAt(SweepPoint point, int epochs) =>
        point.Settings is GradientBlendingSettings { Blending: BlendingMethod.Online, SuperEpoch: { } length }
            ? SweepStages.NearestSuperEpoch(epochs, length) : epochs;

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

    public void Dispose()
    {
        foreach (var fits in _paused.Values)
            Dispose(fits);
        _paused.Clear();
        Array.ForEach(_folds, fold => fold.Dispose());
    }

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
        var options = _pipeline.OptionsOf(point);
        if (repeat > 0)
            options.Seed = Seeds.Derive(_pipeline.Seed, "repeat", repeat);
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
}
