namespace GBlend.MLNet;

/// <summary>What a guard did to an estimate.</summary>
/// <param name="Guard">Which one.</param>
/// <param name="Branch">The branch it concerned; <see langword="null"/> when it concerned all.</param>
/// <param name="Message">The same in words.</param>
public sealed record BlendingGuardAction(BlendingGuard Guard, string? Branch, string Message);

/// <summary>The guards of an estimate; see <see cref="BlendingGuards"/>.</summary>
public enum BlendingGuard
{
    /// <summary>A branch's losses are not finite: the estimate gives it no weight.</summary>
    NotFinite,

    /// <summary>A branch's held-out loss did not fall (G at most 0): the estimate gives it no weight.</summary>
    NoGain,

    /// <summary>No branch's held-out loss fell: the estimate says nothing.</summary>
    NoBranchGained,

    /// <summary>A branch's |O| was raised to <see cref="BlendingGuards.OverfittingFloor"/>.</summary>
    OverfittingFloor,

    /// <summary>The estimate is mostly noise, so it moves the weights by less than half of the way, or not at all.</summary>
    Noise,

    /// <summary>A branch's weight was raised to <see cref="BlendingGuards.WeightFloor"/>.</summary>
    WeightFloor,
}
