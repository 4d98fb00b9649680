using Microsoft.ML.SearchSpace;

namespace GBlend.MLNet.AutoML.Tests;

/// <summary>Settings whose learning curve is known: early on the order of trials is nearly that of the end.</summary>
public sealed class ToySettings
{
    [Range(0.0, 1.0)]
    public double X { get; set; } = 0.5;

    [Range(0.0, 1.0)]
    public double Y { get; set; } = 0.5;

    internal double LossAfter(int epochs) => Math.Pow(X - 0.7, 2) + Math.Pow(Y - 0.2, 2) + (1.0 / epochs) + (0.02 * Math.Sin((40 * X) + epochs));
}

/// <summary>Trains nothing, and remembers what it was asked.</summary>
internal sealed class ToyTrials : ITrialExecutor
{
    private readonly Lock _lock = new();

    internal List<TrialStep> Steps { get; } = [];

    internal HashSet<(int, int)> Held { get; } = [];

    internal int MostAtATime { get; private set; }

    internal Func<TrialStep, CancellationToken, Task>? Before { get; init; }

    internal Func<TrialStep, double>? Metric { get; init; }

    private int _atATime;

    public async Task<TrialOutcome> AdvanceAsync(TrialStep step, CancellationToken cancellation)
    {
        lock (_lock)
        {
            Steps.Add(step);
            MostAtATime = Math.Max(MostAtATime, ++_atATime);
        }
        try
        {
            if (Before is not null)
                await Before(step, cancellation);
            lock (_lock)
                Held.Add((step.Trial, step.Repeat));
            return new([Metric?.Invoke(step) ?? ((ToySettings)step.Point.Settings).LossAfter(step.ToEpoch) + (0.001 * step.Repeat)], 0.5);
        }
        finally
        {
            lock (_lock)
                _atATime--;
        }
    }

    public void Release(int trial, int repeat)
    {
        lock (_lock)
            Held.Remove((trial, repeat));
    }

    public void Dispose()
    {
    }

    internal static SweepPlan Plan(SweepBudget budget) => new() { Budget = budget, IsMaximized = false, Stages = [3, 9, 27], TriesGiven = false };

    internal static SweepEngine Run(SweepPlan plan, ToyTrials trials, SweepJournal? journal = null, int seed = 1, CancellationToken cancellation = default,
        Action<SweepEngine>? changed = null)
    {
        var space = new SweepSpace<ToySettings>();
        var engine = new SweepEngine(plan, space, new ParzenTuner(space, seed), trials, journal, changed ?? (_ => { }), cancellation);
        engine.Run();
        return engine;
    }

    /// <summary>All that a user sees of the trials.</summary>
    internal static string Board(SweepEngine engine) => string.Join("\n", engine.Ranked.Select(t =>
        $"{t.Number} {t.Status} {t.Metric:R} {t.Epochs} {t.Point.Key} {string.Join(",", t.MetricByEpochs)} {string.Join(",", t.MetricBySeed)} {t.Error}"));
}
