namespace GBlend.MLNet.Reports;

/// <summary>One trial of a sweep, or one method of a comparison, as a <see cref="LeaderboardReport"/> shows it.</summary>
/// <param name="Name">The name, for example <c>Trial 7</c> or <c>naive</c>.</param>
/// <param name="Metric">The metric; <see langword="null"/> when it has none, because it failed.</param>
public sealed record LeaderboardEntry(string Name, double? Metric)
{
    /// <summary>The metric of each repetition (seed, fold); empty when there was one. Default empty.</summary>
    public IReadOnlyList<double> Repetitions { get; init; } = [];

    /// <summary>The settings by name, in the order in which they are shown. Default empty.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Settings { get; init; } = [];

    /// <summary>The metric by the number of epochs after which it was measured. Default empty.</summary>
    public IReadOnlyDictionary<int, double> MetricByEpochs { get; init; } = new Dictionary<int, double>();

    /// <summary>The number of epochs trained. Default <see langword="null"/>: not known.</summary>
    public int? Epochs { get; init; }

    /// <summary>The time that it took. Default <see langword="null"/>: not known.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>The outcome of the trial, for example <c>Stopped</c>. Default empty.</summary>
    public string Status { get; init; } = "";

    /// <summary>Why it failed. Default <see langword="null"/>: it did not.</summary>
    public string? Error { get; init; }
}
