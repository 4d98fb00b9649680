using System.Text.Json.Nodes;

namespace GBlend.MLNet.AutoML;

/// <summary>A value for every setting of a space, in their order; or nothing at all, for the settings as the user gave them.</summary>
internal sealed class SweepPoint
{
    private readonly object[] _values;

    /// <param name="space">The space.</param>
    /// <param name="values">What is tried, a value for every setting; none for the settings as the user gave them.</param>
    internal SweepPoint(SweepSpace space, IReadOnlyList<object> values)
    {
        (Space, _values) = (space, [.. values]);
        Settings = space.CreateSettings(_values);
        IsActive = [.. space.Settings.Select(s => values.Count > 0 && s.Condition?.Invoke(Settings) != false)];
        Key = ToJson().ToJsonString();
    }

    internal SweepSpace Space { get; }

    /// <summary>The settings object, of the space's class.</summary>
    internal object Settings { get; }

    /// <summary>Per setting of the space, whether it has an effect together with the others.</summary>
    internal IReadOnlyList<bool> IsActive { get; }

    /// <summary>Whether these are the settings as the user gave them, which need not lie in the space.</summary>
    internal bool IsGiven => _values.Length == 0;

    /// <summary>Alike for points that differ only where it has no effect.</summary>
    internal string Key { get; }

    /// <summary>A trainer's options with these settings; where they are the given ones, defaults of a class of the user's own change nothing.</summary>
    internal GradientBlendingTrainer.Options ToOptions(GradientBlendingTrainer.Options trainer) =>
        ((GradientBlendingSettings)Settings).ToOptions(trainer, addsOwn: !IsGiven || Space.SetsOwn);

    internal object Value(int setting) => _values[setting];

    /// <summary>Where the point lies in the unit cube.</summary>
    internal double Unit(int setting) => Space.Settings[setting].UnitOf(Space.Settings[setting].Unscaled(_values[setting], Scale(setting)));

    /// <summary>What the numbers of a setting's range are multiplied by at this point.</summary>
    internal double Scale(int setting) => Space.Settings[setting].Scale?.Invoke(Settings) ?? 1;

    /// <summary>The settings that have an effect.</summary>
    internal JsonObject ToJson() => new(Space.Settings.Select((s, i) => (s, i)).Where(p => IsActive[p.i])
        .Select(p => KeyValuePair.Create<string, JsonNode?>(p.s.Path, p.s.ToJson(_values[p.i]))));

    /// <summary>Every setting, those without effect included.</summary>
    internal JsonObject ToFullJson() =>
        new(Space.Settings.Take(_values.Length).Select((s, i) => KeyValuePair.Create<string, JsonNode?>(s.Path, s.ToJson(_values[i]))));
}
