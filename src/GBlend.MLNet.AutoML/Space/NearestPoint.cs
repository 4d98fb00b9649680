namespace GBlend.MLNet.AutoML;

/// <summary>From a point that a space does not accept to the nearest one that it does.</summary>
/// <remarks>
/// Near are points with few settings changed, and among those the ones whose changes are small in the unit cube; a value without order is as far
/// from another as the ends of a range are. Equals are decided by the point itself, so that a tuner which asks again gets the same answer and
/// no setting is favored over many points.
/// </remarks>
internal static class NearestPoint
{
    private const int ValuesOfRange = 32, MostWholeNumbers = 64, ScatteredPoints = 2000;

    /// <summary>The point itself if it is accepted, else the nearest that is; <see langword="null"/> if none was found.</summary>
    internal static SweepPoint? Of(SweepPoint point)
    {
        var space = point.Space;
        if (space.Accepts(point.Settings))
            return point;
        object[] values = [.. space.Settings.Select((s, i) => s.Unscaled(point.Value(i), point.Scale(i)))];
        Change[] changes = [.. space.Settings.SelectMany((s, i) => ChangesOf(s, i, values[i], point.Key)).OrderBy(c => c.Distance).ThenBy(c => c.Lot)];
        return changes.Select(c => With(space, values, c)).FirstOrDefault(IsAccepted)
            ?? Pairs(changes).Select(p => With(space, values, p.First, p.Second)).FirstOrDefault(IsAccepted)
            ?? Scattered(space, point);
    }

    private static bool IsAccepted(SweepPoint point) => point.Space.Accepts(point.Settings);

    private static SweepPoint With(SweepSpace space, object[] values, params ReadOnlySpan<Change> changes)
    {
        object[] changed = [.. values];
        foreach (var change in changes)
            changed[change.Setting] = change.Value;
        return space.Of(changed);
    }

    private static IEnumerable<(Change First, Change Second)> Pairs(Change[] changes) => changes
        .SelectMany((first, i) => changes.Skip(i + 1).Where(second => second.Setting != first.Setting).Select(second => (First: first, Second: second)))
        .OrderBy(p => p.First.Distance + p.Second.Distance).ThenBy(p => p.First.Lot ^ p.Second.Lot);

    /// <summary>Where two changes are not enough: the nearest of many points all over the space.</summary>
    private static SweepPoint? Scattered(SweepSpace space, SweepPoint from)
    {
        var random = new Random(Seeds.Derive(0, from.Key));
        return Enumerable.Range(0, ScatteredPoints).Select(_ => space.At([.. space.Settings.Select(_ => random.NextDouble())])).Where(IsAccepted)
            .MinBy(p => space.Settings.Select((s, i) => Distance(s, s.Unscaled(from.Value(i), from.Scale(i)), s.Unscaled(p.Value(i), p.Scale(i)))).Sum());
    }

    private static IEnumerable<Change> ChangesOf(SweepSetting setting, int index, object value, string key) => ValuesOf(setting).Where(v => !v.Equals(value))
        .Select((v, k) => new Change(index, v, Distance(setting, value, v), Seeds.Derive(Seeds.Derive(0, key), setting.Path, k)));

    private static IEnumerable<object> ValuesOf(SweepSetting setting) => setting switch
    {
        { Values.Count: > 0 } => setting.Values,
        { Count: { } count and <= MostWholeNumbers } => Enumerable.Range(0, count).Select(k => setting.At(UnitOf(k, count))),
        _ => Enumerable.Range(0, ValuesOfRange + 1).Select(k => setting.At(Math.Min((double)k / ValuesOfRange, Math.BitDecrement(1.0)))),
    };

    private static double UnitOf(int index, int count) => (index + 0.5) / count;

    private static double Distance(SweepSetting setting, object a, object b) =>
        a.Equals(b) ? 0 : setting.IsOrdered ? Math.Abs(setting.UnitOf(a) - setting.UnitOf(b)) : 1;

    /// <summary>Another value for a setting.</summary>
    /// <param name="Setting">The setting, by its place in the space.</param>
    /// <param name="Value">The setting's own value, before any scale.</param>
    /// <param name="Distance">How far it is from the value before.</param>
    /// <param name="Lot">Decides between changes that are as near.</param>
    private readonly record struct Change(int Setting, object Value, double Distance, int Lot);
}
