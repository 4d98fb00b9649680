using System.Globalization;

namespace GBlend.MLNet.AutoML;

/// <summary>
/// A space as the tuners of another library see it: every setting with the value where it begins, and the way back from the plain values that they
/// choose to an allowed point.
/// </summary>
internal sealed class ForeignSpace
{
    private readonly SweepSpace _space;

    /// <param name="space">The space.</param>
    /// <param name="trainer">The trainer's options, where tuners that have a start begin.</param>
    internal ForeignSpace(SweepSpace space, GradientBlendingTrainer.Options trainer)
    {
        _space = space;
        var start = SettingsMapping.From(trainer);
        Settings = [.. space.Settings.Where(IsSwept).Select(s => Begin(s, start))];
        string[] elsewhere = [.. Settings.Select(s => s.Note).OfType<string>()];
        if (elsewhere.Length > 0)
        {
            Note = $"The space does not hold all of the trainer's own settings, so that the search begins elsewhere: {string.Join("; ", elsewhere)}. "
                + "Widen the space to begin at them.";
        }
    }

    /// <summary>What the other library varies.</summary>
    internal IReadOnlyList<ForeignSetting> Settings { get; }

    /// <summary>Says where the search does not begin at the trainer's own settings; <see langword="null"/> where it does.</summary>
    internal string? Note { get; }

    /// <summary>The point that plain values stand for, or the nearest one that the space accepts; <see langword="null"/> if none was found.</summary>
    /// <param name="valueOf">The plain value of a setting: a string, a bool or a number; a number outside of a range is brought into it.</param>
    internal SweepPoint? PointOf(Func<SweepSetting, object> valueOf) =>
        NearestPoint.Of(_space.Of([.. _space.Settings.Select(s => IsSwept(s) ? s.ValueOf(valueOf(s)) : s.Values[0])]));

    /// <summary>A single value has no dimension elsewhere, which a grid search may not expect.</summary>
    private static bool IsSwept(SweepSetting setting) => setting.Count != 1;

    private static ForeignSetting Begin(SweepSetting setting, GradientBlendingSettings start)
    {
        object? given = IsKnown(start, setting.Path) ? SettingPath.Get(start, setting.Path) : null;
        if (given is null)
            return new(setting, setting.Values.Count > 0 ? setting.Values[0] : setting.At(0.5), null);
        object own = setting.Unscaled(given, setting.Scale?.Invoke(start) ?? 1);
        if (setting.Contains(own))
            return new(setting, own, null);
        object nearest = setting.NearestTo(own);
        return new(setting, nearest, $"{setting.Name} at {Show(setting.Scaled(nearest, start))}, not at {Show(given)}");
    }

    /// <summary>The start is of the library's class, a space may be over a class that is derived from it.</summary>
    private static bool IsKnown(GradientBlendingSettings start, string path) => start.GetType().GetProperty(path.Split('.')[0]) is not null;

    private static string Show(object value) => value is double number
        ? number.ToString("G6", CultureInfo.InvariantCulture) : Convert.ToString(value, CultureInfo.InvariantCulture)!;
}

/// <summary>A setting as another library varies it.</summary>
/// <param name="Setting">The setting.</param>
/// <param name="Start">The value where a search begins.</param>
/// <param name="Note">Why that is not the trainer's own value, if it is not.</param>
internal sealed record ForeignSetting(SweepSetting Setting, object Start, string? Note);
