using System.Text.Json.Nodes;

namespace GBlend.MLNet.AutoML;

/// <summary>A search space: the settings of a class that vary, and how they do. See <see cref="SweepSpace{T}"/> and <see cref="SweepSpaces"/>.</summary>
public abstract class SweepSpace
{
    private protected SweepSpace(IReadOnlyList<SweepSetting> settings) => Settings = settings;

    /// <summary>The settings that vary.</summary>
    public IReadOnlyList<SweepSetting> Settings { get; }

    /// <summary>How many different points there are; <see langword="null"/> when a range of real numbers is among them or they are too many to count.</summary>
    internal long? Count => Settings.Aggregate((long?)1, (product, s) => product * s.Count is { } n && n < int.MaxValue ? n : null);

    /// <summary>The space with a setting, in place of the one with its path if there is one.</summary>
    internal abstract SweepSpace With(SweepSetting setting);

    /// <summary>The space without what lies under these paths.</summary>
    internal abstract SweepSpace WithoutPaths(IEnumerable<string> paths);

    /// <summary>Settings with these values, those of the start elsewhere; with no values the start itself.</summary>
    internal abstract object CreateSettings(IReadOnlyList<object> values);

    /// <summary>Whether the start sets a property that is not <see cref="GradientBlendingSettings"/>' to something else than a new object has.</summary>
    internal abstract bool SetsOwn { get; }

    /// <summary>Whether the settings can be tried.</summary>
    internal abstract bool Accepts(object settings);

    /// <summary>What the space is, exactly: part of a sweep's identity.</summary>
    internal abstract string Describe();

    /// <summary>The point at a place in the unit cube.</summary>
    internal SweepPoint At(IReadOnlyList<double> unit) => Of([.. Settings.Select((s, i) => s.At(unit[i]))]);

    /// <summary>The point where the settings have these values of their own.</summary>
    internal SweepPoint Of(IReadOnlyList<object> values)
    {
        if (Settings.All(s => s.Scale is null))
            return new(this, values);
        object settings = CreateSettings(values);
        return new(this, [.. Settings.Select((s, i) => s.Scaled(values[i], settings))]);
    }

    /// <summary>The settings as the user gave them.</summary>
    internal SweepPoint Given() => new(this, []);

    internal SweepPoint FromJson(JsonObject values) => values.Count == 0 ? Given() : new(this, [.. Settings.Select(s => s.FromJson(values[s.Path]
        ?? throw new InvalidDataException($"The setting {s.Path} is missing.")))]);
}
