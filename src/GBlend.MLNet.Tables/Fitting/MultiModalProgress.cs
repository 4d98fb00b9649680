using System.Globalization;

namespace GBlend.MLNet.Tables;

/// <summary>The progress of a fit of a table.</summary>
/// <param name="Step">The step that is being done, in words.</param>
/// <param name="Elapsed">The time since the fit began.</param>
/// <param name="Left">The time that is left of the limit; <see langword="null"/> without a limit.</param>
public sealed record MultiModalProgress(string Step, TimeSpan Elapsed, TimeSpan? Left)
{
    /// <summary>The progress as a line to print.</summary>
    /// <returns>The step and the times.</returns>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Elapsed:m\\:ss} {Step}{(Left is { } left ? string.Create(CultureInfo.InvariantCulture, $", {Clamped(left):m\\:ss} left") : "")}");

    private static TimeSpan Clamped(TimeSpan left) => left < TimeSpan.Zero ? TimeSpan.Zero : left;
}
