namespace GBlend.MLNet.AutoML;

/// <summary>How far a sweep is.</summary>
/// <param name="Trials">Trials begun.</param>
/// <param name="Running">Trials that train now.</param>
/// <param name="Failed">Trials that ended by an exception.</param>
/// <param name="Epochs">Epochs trained.</param>
/// <param name="Best">The best trial so far; <see langword="null"/> before the first result.</param>
/// <param name="Elapsed">Time spent, that of interrupted runs included.</param>
/// <param name="Remaining">An estimate of the time left; <see langword="null"/> as long as nothing tells.</param>
public sealed record SweepProgress(int Trials, int Running, int Failed, long Epochs, SweepTrial? Best, TimeSpan Elapsed, TimeSpan? Remaining)
{
    /// <summary>One line.</summary>
    public override string ToString()
    {
        string best = Best?.Metric is { } metric ? FormattableString.Invariant($"best {metric:0.0000} (trial {Best.Number})") : "no result yet";
        string left = Remaining is { } time ? $", {Clock(time)} left" : "";
        string failed = Failed > 0 ? $", {Failed} failed" : "";
        return $"{Trials} trial{(Trials == 1 ? "" : "s")}{failed}, {Epochs} epoch{(Epochs == 1 ? "" : "s")}, {best}, {Clock(Elapsed)} passed{left}";
    }

    private static string Clock(TimeSpan time) => $"{(long)time.TotalMinutes}:{time.Seconds:00}";
}
