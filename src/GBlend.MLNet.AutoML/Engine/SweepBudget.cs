namespace GBlend.MLNet.AutoML;

/// <summary>The limits of what a sweep may cost. The one that is reached first ends it; at least one must be set.</summary>
public sealed record SweepBudget
{
    /// <summary>
    /// The time on the clock. What is trained when it is over is stopped within a batch; if the best trial was among that, it is then trained again to have
    /// its model, beyond this time. Resuming a sweep goes on with what was left.
    /// </summary>
    public TimeSpan? Time { get; init; }

    /// <summary>The number of trials that begin.</summary>
    public int? Trials { get; init; }

    /// <summary>
    /// The number of epochs that are trained, of all trials, seeds and folds together. The trial trainings of estimates are not counted. It is never exceeded.
    /// </summary>
    public long? Epochs { get; init; }

    /// <summary>Makes a budget with a limit of time.</summary>
    /// <param name="time">The limit, above 0.</param>
    public static SweepBudget OfTime(TimeSpan time) => new() { Time = time };

    /// <summary>Makes a budget with a limit of trials.</summary>
    /// <param name="trials">The limit, at least 1.</param>
    public static SweepBudget OfTrials(int trials) => new() { Trials = trials };

    /// <summary>Makes a budget with a limit of epochs.</summary>
    /// <param name="epochs">The limit, at least 1.</param>
    public static SweepBudget OfEpochs(long epochs) => new() { Epochs = epochs };

    internal void Check()
    {
        if (this is { Time: null, Trials: null, Epochs: null })
            throw new ArgumentException("The budget has no limit. Set Time, Trials or Epochs.", nameof(SweepBudget));
        if (Time <= TimeSpan.Zero || Trials < 1 || Epochs < 1)
            throw new ArgumentOutOfRangeException(nameof(SweepBudget), this, "The limits of a budget must be above 0.");
    }
}
