using System.Diagnostics;

namespace GBlend.MLNet.AutoML;

/// <summary>
/// The course of a sweep: the given settings, then brackets of trials of which ever fewer go on (successive halving, Jamieson and Talwalkar,
/// AISTATS 2016), then further seeds for the finalists. It knows no data and no model. One loop changes its state; trainings run at the same time.
/// </summary>
internal sealed class SweepEngine
{
    /// <summary>Attempts at a point that is new and possible before the space counts as exhausted.</summary>
    private const int MostAttempts = 500;

    private static readonly TimeSpan s_betweenReports = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_longestTimer = TimeSpan.FromDays(49);
    private static readonly TimeSpan s_longestEstimate = TimeSpan.FromDays(36_500);

    private readonly SweepPlan _plan;
    private readonly SweepSpace _space;
    private readonly ITuner _tuner;
    private readonly ITrialExecutor _executor;
    private readonly SweepJournal? _journal;
    private readonly Action<SweepEngine> _changed;
    private readonly List<SweepTrial> _trials = [];
    private readonly HashSet<string> _tried = [];
    private readonly SweepForecast _forecast;
    private readonly CancellationTokenSource _stop;
    private readonly CancellationToken _asked;
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private TimeSpan _before;
    private bool _isExhausted;
    private long _runningEpochs;

    /// <summary>Seconds on the clock for each epoch, and when that was last measured.</summary>
    private (double SecondsPerEpoch, TimeSpan At)? _pace;

    internal SweepEngine(SweepPlan plan, SweepSpace space, ITuner tuner, ITrialExecutor executor, SweepJournal? journal, Action<SweepEngine> changed,
        CancellationToken asked)
    {
        (_plan, _space, _tuner, _executor, _journal, _changed, _asked) = (plan, space, tuner, executor, journal, changed, asked);
        _forecast = new SweepForecast(plan, space.Count);
        _stop = CancellationTokenSource.CreateLinkedTokenSource(asked);
    }

    internal IReadOnlyList<SweepTrial> Trials => _trials;

    /// <summary>Epochs trained, by this run and the ones before it; those that are trained now are among them.</summary>
    internal long Epochs { get; private set; }

    /// <summary>An estimate of the epochs that are still to be begun; <see langword="null"/> as long as nothing tells.</summary>
    internal long? EpochsLeft => _forecast.Epochs(AffordedEpochs(_pace?.SecondsPerEpoch), _trials.Count);

    internal int Running { get; private set; }

    /// <summary>Time spent, by this run and the ones before it.</summary>
    internal TimeSpan Elapsed => _before + _clock.Elapsed;

    /// <summary>An estimate of the time to come; <see langword="null"/> as long as nothing tells.</summary>
    internal TimeSpan? Remaining
    {
        get
        {
            double? toTrain = null;
            if (_pace is var (secondsPerEpoch, at) && EpochsLeft is { } epochs)
                toTrain = (secondsPerEpoch * epochs) + Math.Max(0, (secondsPerEpoch * _runningEpochs) - (Elapsed - at).TotalSeconds);
            return Minimum((_plan.Budget.Time - Elapsed)?.TotalSeconds, toTrain) is { } left
                ? TimeSpan.FromSeconds(Math.Clamp(left, 0, s_longestEstimate.TotalSeconds)) : null;
        }
    }

    internal SweepEnd End { get; private set; } = SweepEnd.Budget;

    /// <summary>
    /// From the best to the worst: finalists by the mean of their seeds, whole trainings, those stopped later before those stopped earlier, failed
    /// ones.
    /// </summary>
    internal IEnumerable<SweepTrial> Ranked => _trials
        .OrderBy(t => t.Failure is not null)
        .ThenByDescending(t => t.IsFinalist)
        .ThenByDescending(t => t.Stage)
        .ThenBy(t => t.Repeats == 0 ? double.PositiveInfinity : Loss(t.IsFinalist ? t.Metric!.Value : t.FirstMetric))
        .ThenBy(t => t.Number);

    /// <summary>The best trial with a result, however short its training.</summary>
    internal SweepTrial? Best => Ranked.FirstOrDefault(t => t.Failure is null && t.Repeats > 0);

    /// <summary>
    /// The best whole training; <see langword="null"/> before the first. Its metric never gets worse, until the finalists are compared by the
    /// mean of their seeds: metrics after fewer epochs, or under some of the seeds, are not compared with it.
    /// </summary>
    internal SweepStanding? BestWhole => Best is { IsComplete: true } best ? Standing(best) : null;

    /// <summary>As long as there is no whole training, the best of the trials that were trained longest.</summary>
    internal SweepStanding? Leader => Best is { IsComplete: false } best ? Standing(best) : null;

    /// <summary>Trains until the budget is spent, on the calling thread and those of the trials: a pool whose threads all wait does not hold it up.</summary>
    internal void Run()
    {
        using var stop = _stop;
        try
        {
            if (_plan.TriesGiven)
                TrainToTheEnd([Begin(_space.Given())]);
            while (!_stop.IsCancellationRequested && !_isExhausted && BracketSize() is > 0 and var size)
                RunBracket(size);
            RunFinal();
            _forecast.End();
            _changed(this);
        }
        finally
        {
            if (_asked.IsCancellationRequested)
                End = SweepEnd.Canceled;
            else if (_isExhausted)
                End = SweepEnd.SpaceExhausted;
        }
    }

    /// <summary>Some new trials, of which at every stage the best go on. All others are forgotten.</summary>
    private void RunBracket(int size)
    {
        var bracket = new List<SweepTrial>();
        _forecast.BeginBracket(size);
        Each(0, () => bracket.Count < size && Propose() is { } point ? Add(bracket, Begin(point)) : null);
        for (int stage = 1; stage <= _plan.LastStage && !_stop.IsCancellationRequested; stage++)
        {
            var standing = Alive(bracket, stage - 1);
            var next = standing.Take(_plan.Survivors(size, stage)).ToArray();
            foreach (var loser in standing.Except(next))
                _executor.Release(loser.Number, 0);
            _forecast.BeginStage(stage, next.Length);
            Each(stage, next);
        }
        KeepOnlyBest();
    }

    /// <summary>Trials that no stage stops.</summary>
    private void TrainToTheEnd(IReadOnlyList<SweepTrial> trials)
    {
        _forecast.BeginWhole(trials.Count);
        for (int stage = 0; stage <= _plan.LastStage; stage++)
        {
            SweepTrial[] standing = [.. trials.Where(t => t.Failure is null)];
            _forecast.BeginStage(stage, standing.Length);
            Each(stage, standing);
        }
        KeepOnlyBest();
    }

    /// <summary>The best trials under further seeds: the best of many is partly the luckiest.</summary>
    private void RunFinal()
    {
        if (_plan.SeedsPerFinalist < 2 || _stop.IsCancellationRequested)
            return;
        var finalists = Ranked.Where(t => t.IsComplete && t.Failure is null).Take(_plan.Finalists).ToArray();
        var steps = new Queue<(SweepTrial Trial, int Repeat)>(finalists.SelectMany(t => Enumerable.Range(1, _plan.SeedsPerFinalist - 1).Select(r => (t, r))));
        _forecast.BeginSeeds(steps.Count);
        Each(_plan.LastStage, () => steps.TryDequeue(out var next) ? next : null);
        // Means over different seeds don't compare, so either all finalists have them or they don't count.
        if (finalists.All(t => t.Failure is not null || t.Repeats == _plan.SeedsPerFinalist))
        {
            foreach (var finalist in finalists)
                finalist.IsFinalist = finalist.Failure is null;
        }
        KeepOnlyBest();
    }

    private void Each(int stage, IEnumerable<SweepTrial> trials)
    {
        var queue = new Queue<SweepTrial>(trials);
        Each(stage, () => queue.TryDequeue(out var trial) ? (trial, 0) : null);
    }

    /// <summary>Trains one after another, as many at a time as may run.</summary>
    private void Each(int stage, Func<(SweepTrial Trial, int Repeat)?> next)
    {
        var running = new Dictionary<Task<TrialOutcome>, (SweepTrial Trial, TrialStep Step, TimeSpan Since)>();
        bool isDone = false;
        while (true)
        {
            while (!isDone && running.Count < _plan.Parallel && (running.Count == 0 || _plan.HasRoom()))
            {
                if (_stop.IsCancellationRequested || next() is not var (trial, repeat))
                {
                    isDone = true;
                    break;
                }
                int toEpoch = stage == _plan.LastStage ? _plan.FullEpochs : Math.Min(_plan.FullEpochs, _plan.PauseAt(trial.Point, _plan.Stages[stage]));
                var step = new TrialStep(trial.Number, repeat, trial.Point, toEpoch);
                _forecast.BeginStep(stage, repeat);
                long epochs = EpochsOf(trial, step);
                if (!CanPay(epochs))
                    continue;
                Epochs += epochs;
                _runningEpochs += epochs;
                running.Add(Advance(step), (trial, step, _clock.Elapsed));
            }
            Running = running.Count;
            if (running.Count == 0)
                return;
            _changed(this);
            var ended = FirstToEnd(running.Keys);
            running.Remove(ended, out var of);
            Running = running.Count;
            long cost = EpochsOf(of.Trial, of.Step);
            _runningEpochs -= cost;
            if (Outcome(ended, of.Since) is { } outcome)
                Record(of.Trial, of.Step, stage, outcome);
            else
                Epochs -= cost;
            MeasurePace();
            _changed(this);
        }
    }

    /// <summary>The first that ends; meanwhile the user sees the time pass, and what took too long is stopped.</summary>
    private Task<TrialOutcome> FirstToEnd(IEnumerable<Task<TrialOutcome>> running)
    {
        Task<TrialOutcome>[] all = [.. running];
        int ended;
        while ((ended = Task.WaitAny(all, s_betweenReports)) < 0)
        {
            // Timers need a thread of the pool.
            if (_plan.Budget.Time <= Elapsed)
                _stop.Cancel();
            _changed(this);
        }
        return all[ended];
    }

    private Task<TrialOutcome> Advance(TrialStep step)
    {
        if (_journal?.Find(step) is { } known)
        {
            // The clock of the run that wrote it, so that a budget of time goes on where it stood.
            _before = known.Elapsed - _clock.Elapsed;
            return Task.FromResult(known.Outcome);
        }
        if (_plan.Budget.Time is { } time)
            StopAfter(time - Elapsed);
        try
        {
            return _executor.AdvanceAsync(step, _stop.Token);
        }
        catch (Exception e)
        {
            return Task.FromException<TrialOutcome>(e);
        }
    }

    /// <summary>What a step gave, if it was not stopped. Trials that fail don't end the sweep.</summary>
    private TrialOutcome? Outcome(Task<TrialOutcome> ended, TimeSpan since)
    {
        if (ended.IsCompletedSuccessfully)
        {
            var outcome = ended.Result;
            return outcome.Metrics.All(double.IsFinite) ? outcome
                : outcome with { Failure = new("NotFinite", $"The metric is {string.Join(", ", outcome.Metrics)}.") };
        }
        Exception why = ended.Exception?.InnerException ?? new OperationCanceledException();
        return why is OperationCanceledException && _stop.IsCancellationRequested
            ? null
            : new([], (_clock.Elapsed - since).TotalSeconds, TrialFailure.From(why));
    }

    private void StopAfter(TimeSpan left)
    {
        // A timer takes no longer times, and no step does.
        if (left < s_longestTimer)
            _stop.CancelAfter(left > TimeSpan.Zero ? left : TimeSpan.Zero);
    }

    private void Record(SweepTrial trial, TrialStep step, int stage, TrialOutcome outcome)
    {
        trial.Record(step, _plan.Stages[stage], step.ToEpoch == _plan.FullEpochs, outcome);
        _journal?.Write(step, outcome, Elapsed);
        if (outcome.Failure is not null || step.Repeat > 0)
            _executor.Release(step.Trial, step.Repeat);
    }

    private SweepTrial Begin(SweepPoint point)
    {
        var trial = new SweepTrial(_trials.Count, point);
        _trials.Add(trial);
        _tried.Add(point.Key);
        return trial;
    }

    private static (SweepTrial, int)? Add(List<SweepTrial> bracket, SweepTrial trial)
    {
        bracket.Add(trial);
        return (trial, 0);
    }

    /// <summary>A point that is new and possible; what a journal has for this trial, if it has.</summary>
    private SweepPoint? Propose()
    {
        if (_journal?.PointOf(_trials.Count, _space) is { } known)
            return known;
        var observations = Observations();
        for (int attempt = 0; attempt < MostAttempts; attempt++)
        {
            var point = _space.At(_tuner.Propose(_trials.Count, attempt, observations));
            if (_space.Accepts(point.Settings) && !_tried.Contains(point.Key))
                return point;
        }
        _isExhausted = true;
        return null;
    }

    private List<Observation> Observations() => [.. _trials.SelectMany(t => t.MetricByEpochs.Select(m => new Observation(t.Point, m.Key, Loss(m.Value)))
        .Concat(t.Failure is not null ? _plan.Stages.Select(epochs => new Observation(t.Point, epochs, double.PositiveInfinity)) : []))];

    /// <summary>Those that reached a stage, the best first.</summary>
    private SweepTrial[] Alive(IEnumerable<SweepTrial> trials, int stage) =>
        [.. trials.Where(t => t.Failure is null && t.MetricByEpochs.ContainsKey(_plan.Stages[stage]))
            .OrderBy(t => Loss(t.MetricByEpochs[_plan.Stages[stage]])).ThenBy(t => t.Number)];

    private void KeepOnlyBest()
    {
        var best = Best;
        foreach (var trial in _trials.Where(t => t != best))
            _executor.Release(trial.Number, 0);
    }

    private static SweepStanding Standing(SweepTrial trial) => trial.IsFinalist
        ? new(trial, trial.Metric!.Value, trial.Epochs, trial.Repeats)
        : new(trial, trial.FirstMetric, trial.Epochs, 1);

    /// <summary>When a step has ended, the others that run are on average half done.</summary>
    private void MeasurePace()
    {
        if (Epochs - (_runningEpochs / 2.0) is > 0 and var done && Elapsed.TotalSeconds is > 0 and var seconds)
            _pace = (seconds / done, Elapsed);
    }

    private double Loss(double metric) => _plan.IsMaximized ? -metric : metric;

    private long EpochsOf(SweepTrial trial, TrialStep step) => _plan.Folds * (long)Math.Max(0, step.ToEpoch - (step.Repeat == 0 ? trial.Epochs : 0));

    private bool CanPay(long epochs) => _plan.Budget.Epochs is not { } most || Epochs + epochs <= most;

    private double? SecondsPerEpoch => Epochs > 0 && _trials.Any(t => t.Repeats > 0) ? Elapsed.TotalSeconds / Epochs : null;

    /// <summary>The trials of the next bracket; 0 when what is left of the budget pays for none.</summary>
    private int BracketSize() => _plan.NextBracket(AffordedEpochs(SecondsPerEpoch), _plan.Budget.Trials - _trials.Count);

    /// <summary>What is left of the budget, in epochs.</summary>
    private double? AffordedEpochs(double? secondsPerEpoch) => Minimum(
        _plan.Budget.Epochs - Epochs,
        secondsPerEpoch is { } seconds && _plan.Budget.Time is { } time ? (time - Elapsed).TotalSeconds / seconds : null);

    private static double? Minimum(params double?[] values) => values.Min();
}
