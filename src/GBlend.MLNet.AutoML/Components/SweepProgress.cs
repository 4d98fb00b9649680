namespace GBlend.MLNet.AutoML;

/// <summary>A report of how far a sweep is.</summary>
/// <param name="Trials">The trials that have begun.</param>
/// <param name="Running">The trials that are trained now.</param>
/// <param name="Failed">The trials that ended with an exception.</param>
/// <param name="Epochs">The epochs that have been trained, or are being trained, by all trials, seeds and folds together.</param>
/// <param name="EpochsLeft">
/// An estimate of the epochs that have not begun: the stages to which trials will go on, the trials to come, and the finalists' further seeds;
/// <see langword="null"/> as long as nothing tells, 0 at the end.
/// </param>
/// <param name="Best">
/// The best whole training so far; <see langword="null"/> before the first. Its metric never gets worse, with one exception: at the end,
/// with <see cref="GradientBlendingSweep.Options.SeedsPerFinalist"/> above 1, finalists are compared by the mean of their seeds.
/// </param>
/// <param name="Leader">The best of the trials that were trained longest, as long as there is no whole training; <see langword="null"/> later.</param>
/// <param name="Elapsed">The time spent, that of interrupted runs included.</param>
/// <param name="Remaining">An estimate of the time left; <see langword="null"/> as long as nothing tells.</param>
public sealed record SweepProgress(
    int Trials, int Running, int Failed, long Epochs, long? EpochsLeft, SweepStanding? Best, SweepStanding? Leader, TimeSpan Elapsed, TimeSpan? Remaining)
{
    /// <summary>Writes the progress as one line.</summary>
    public override string ToString()
    {
        string failed = Failed > 0 ? $", {Failed} failed" : "";
        string epochs = EpochsLeft is > 0 and var left ? $"{Epochs} of about {Epochs + left} epochs" : Plural(Epochs, "epoch");
        string time = Remaining is { } remaining && (Running > 0 || EpochsLeft != 0) ? $", about {Clock(remaining)} left" : "";
        return $"{Plural(Trials, "trial")}{failed}, {epochs}, {Standing()}, {Clock(Elapsed)} passed{time}";
    }

    private string Standing() => (Best, Leader) switch
    {
        ({ Seeds: > 1 } best, _) => FormattableString.Invariant($"best {best.Metric:0.0000} (trial {best.Trial.Number}, mean of {best.Seeds} seeds)"),
        ({ } best, _) => FormattableString.Invariant($"best {best.Metric:0.0000} (trial {best.Trial.Number})"),
        (_, { } leader) => FormattableString.Invariant(
            $"no whole training yet (trial {leader.Trial.Number} leads with {leader.Metric:0.0000} after {Plural(leader.Epochs, "epoch")})"),
        _ => "no result yet",
    };

    private static string Plural(long count, string what) => $"{count} {what}{(count == 1 ? "" : "s")}";

    private static string Clock(TimeSpan time) => $"{(long)time.TotalMinutes}:{time.Seconds:00}";
}
