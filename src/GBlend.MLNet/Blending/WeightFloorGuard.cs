namespace GBlend.MLNet;

/// <summary>Keeps every branch's weight at or above a floor.</summary>
internal static class WeightFloorGuard
{
    /// <summary>
    /// Raises every weight to the floor and takes what that costs from the weights above it in proportion to their height above the
    /// floor, so that the sum stays one and the order of weights stays.
    /// </summary>
    internal static double[] Raise(IReadOnlyList<double> weights, double floor)
    {
        double room = 1 - floor * weights.Count;
        if (room <= 0)
            return BlendingWeights.Equal(weights.Count);
        double above = weights.Sum(w => Math.Max(w - floor, 0));
        return [.. weights.Select(w => floor + (above > 0 ? Math.Max(w - floor, 0) / above * room : room / weights.Count))];
    }

    /// <summary>The branches whose weights are raised.</summary>
    internal static IEnumerable<BlendingGuardAction> Actions(IReadOnlyList<BranchEstimate> branches, IReadOnlyList<double> weights, double floor) => branches
        .Where((_, i) => weights[i] < floor)
        .Select(b =>
            new BlendingGuardAction(BlendingGuard.WeightFloor, b.Branch, FormattableString.Invariant($"{b.Branch}: raised to the least weight of {floor:g2}")));
}
