using System.Diagnostics;

namespace GBlend.MLNet.Tables;

/// <summary>The time that a fit may take.</summary>
/// <param name="limit">The limit; <see langword="null"/> for none.</param>
internal sealed class Deadline(TimeSpan? limit)
{
    private readonly Stopwatch _clock = Stopwatch.StartNew();

    internal TimeSpan Elapsed => _clock.Elapsed;

    /// <summary>The time that is left; <see langword="null"/> without a limit.</summary>
    internal TimeSpan? Left => limit - Elapsed;

    /// <summary>Whether there is time for something that takes so long.</summary>
    internal bool Allows(TimeSpan duration) => Left is not { } left || left >= duration;
}
