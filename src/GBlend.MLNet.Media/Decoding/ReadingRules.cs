namespace GBlend.MLNet;

/// <summary>How a file is read.</summary>
/// <param name="Limits">What it may decode to.</param>
/// <param name="TolerateDamage">Take what can be had of a damaged file.</param>
/// <param name="CheckAlive">Throws where the work has been cancelled; asked between packets.</param>
internal sealed record ReadingRules(MediaLimits Limits, bool TolerateDamage, Action CheckAlive)
{
    /// <summary>Strict, and not to be cancelled.</summary>
    internal static ReadingRules Plain(MediaLimits? limits) => new(limits ?? MediaLimits.Default, false, () => { });
}
