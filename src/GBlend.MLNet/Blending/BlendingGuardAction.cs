namespace GBlend.MLNet;

/// <summary>A record of what a guard did to an estimate.</summary>
/// <param name="Guard">The guard that acted.</param>
/// <param name="Branch">The name of the branch that it concerned; <see langword="null"/> when it concerned all branches.</param>
/// <param name="Message">The message that says in words what the guard did.</param>
public sealed record BlendingGuardAction(BlendingGuard Guard, string? Branch, string Message);

/// <summary>The guards of an estimate; see <see cref="BlendingGuards"/>.</summary>
public enum BlendingGuard
{
    /// <summary>The losses of a branch are not finite, so the estimate gives it no weight.</summary>
    NotFinite,

    /// <summary>The held-out loss of a branch did not fall (G is at most 0), so the estimate gives it no weight.</summary>
    NoGain,

    /// <summary>The held-out loss fell for no branch, so the estimate says nothing about the weights.</summary>
    NoBranchGained,

    /// <summary>The overfitting |O| of a branch was raised to <see cref="BlendingGuards.OverfittingFloor"/>.</summary>
    OverfittingFloor,

    /// <summary>
    /// The estimate differs from naive joint training by hardly more than its error, so it moves the weights by less than half of the way, or not
    /// at all.
    /// </summary>
    Noise,

    /// <summary>The weight of a branch was raised to <see cref="BlendingGuards.WeightFloor"/>.</summary>
    WeightFloor,
}
