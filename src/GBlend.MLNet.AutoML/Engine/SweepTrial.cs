using System.Collections.Immutable;

namespace GBlend.MLNet.AutoML;

/// <summary>A trial: settings that were tried, and what came of it.</summary>
public sealed class SweepTrial
{
    // Replaced, never changed: what receives progress may read them from another thread.
    private ImmutableSortedDictionary<int, IReadOnlyList<double>> _repeats = ImmutableSortedDictionary<int, IReadOnlyList<double>>.Empty;
    private ImmutableSortedDictionary<int, double> _stages = ImmutableSortedDictionary<int, double>.Empty;

    internal SweepTrial(int number, SweepPoint point) => (Number, Point) = (number, point);

    /// <summary>The number of the trial, from 0 in the order in which trials began.</summary>
    public int Number { get; }

    /// <summary>A value that says whether the trial has the trainer's options as they were given.</summary>
    public bool IsGiven => Point.IsGiven;

    /// <summary>The settings of the trial, as an object of the space's class.</summary>
    public object Settings => Point.Settings;

    /// <summary>
    /// The values of the settings that vary and have an effect, as the trainer gets them, by <see cref="SweepSetting.Name"/>; none for the given
    /// settings.
    /// </summary>
    public IReadOnlyDictionary<string, object> Values =>
        Point.Space.Settings.Select((s, i) => (s, i)).Where(p => Point.IsActive[p.i]).ToDictionary(p => p.s.Name, p => Point.Value(p.i));

    /// <summary>The way in which the trial ended.</summary>
    public SweepStatus Status => Failure is not null ? SweepStatus.Failed : IsComplete ? SweepStatus.Completed : SweepStatus.Stopped;

    /// <summary>The epochs that were trained, of one seed and fold.</summary>
    public int Epochs { get; private set; }

    /// <summary>The metric after <see cref="Epochs"/>, the mean over folds and seeds; <see langword="null"/> when there is none.</summary>
    public double? Metric => _repeats.Count > 0 ? _repeats.Values.Average(folds => folds.Average()) : null;

    /// <summary>The metric of every seed, a mean over the folds.</summary>
    public IReadOnlyList<double> MetricBySeed => [.. _repeats.Values.Select(folds => folds.Average())];

    /// <summary>The standard deviation of the metric over folds and seeds; <see langword="null"/> with fewer than two values.</summary>
    public double? Deviation
    {
        get
        {
            double[] all = [.. _repeats.Values.SelectMany(folds => folds)];
            double mean = all.DefaultIfEmpty(0).Average();
            return all.Length < 2 ? null : Math.Sqrt(all.Sum(v => (v - mean) * (v - mean)) / (all.Length - 1));
        }
    }

    /// <summary>The metric after every stage of the training that was measured, by epochs; of the first seed.</summary>
    public IReadOnlyDictionary<int, double> MetricByEpochs => _stages;

    /// <summary>The time that the trainings of the trial took.</summary>
    public TimeSpan Duration { get; private set; }

    /// <summary>The type and message of the exception when the trial failed; <see langword="null"/> otherwise.</summary>
    public string? Error => Failure is null ? null : $"{Failure.Type}: {Failure.Message}";

    /// <summary>The exception when the trial failed in this process; <see langword="null"/> when it comes from a journal.</summary>
    public Exception? Exception => Failure?.Exception;

    internal SweepPoint Point { get; }

    internal bool IsComplete { get; private set; }

    /// <summary>Whether it was trained under every seed of the finalists.</summary>
    internal bool IsFinalist { get; set; }

    internal TrialFailure? Failure { get; private set; }

    /// <summary>What trials are compared by, after the first seed.</summary>
    internal double FirstMetric => _repeats[0].Average();

    /// <summary>The last stage it was measured at; 0 before the first.</summary>
    internal int Stage => _stages.Count > 0 ? _stages.Keys.Last() : 0;

    internal int Repeats => _repeats.Count;

    internal void Record(TrialStep step, int stage, bool isFull, TrialOutcome outcome)
    {
        Duration += TimeSpan.FromSeconds(outcome.Seconds);
        if (outcome.Failure is not null)
        {
            // A finalist that fails under a further seed is not one to rely on.
            Failure = outcome.Failure;
            return;
        }
        _repeats = _repeats.SetItem(step.Repeat, outcome.Metrics);
        if (step.Repeat > 0)
            return;
        _stages = _stages.SetItem(stage, outcome.Metrics.Average());
        Epochs = step.ToEpoch;
        IsComplete = isFull;
    }
}
