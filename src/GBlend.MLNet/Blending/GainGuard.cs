namespace GBlend.MLNet;

/// <summary>Says where the published rule has no gain to weigh: the rule itself gives such a branch no weight.</summary>
internal static class GainGuard
{
    /// <summary>Whether the estimate of a branch is a number, and a gain.</summary>
    internal static bool HasGain(BranchEstimate branch) => IsFinite(branch) && branch.Generalization > 0;

    /// <summary>What the rule did to single branches.</summary>
    internal static IEnumerable<BlendingGuardAction> Actions(IEnumerable<BranchEstimate> branches, BlendingGuards guards)
    {
        foreach (var branch in branches)
        {
            BlendingGuardAction Act(BlendingGuard guard, string what) => new(guard, branch.Branch, $"{branch.Branch}: {what}");
            if (!IsFinite(branch))
                yield return Act(BlendingGuard.NotFinite, "a loss is not finite, so the estimate gives it no weight");
            else if (branch.Generalization <= 0)
                yield return Act(BlendingGuard.NoGain, "the held-out loss did not fall, so the estimate gives it no weight");
            else if (Math.Abs(branch.Overfitting) < guards.OverfittingFloor)
                yield return Act(BlendingGuard.OverfittingFloor,
                    FormattableString.Invariant($"|O| = {Math.Abs(branch.Overfitting):g2} is below the floor of {guards.OverfittingFloor:g2}"));
        }
    }

    private static bool IsFinite(BranchEstimate branch) => double.IsFinite(branch.Generalization) && double.IsFinite(branch.Overfitting);
}
