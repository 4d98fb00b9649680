namespace GBlend.MLNet;

/// <summary>From the rows' losses of every branch at both ends of a span to the weights of that span: the published rule, then the guards in turn.</summary>
internal static class WeightEstimation
{
    /// <summary>Estimates the weights.</summary>
    /// <param name="branches">The branches, joint last.</param>
    /// <param name="guards">See <see cref="BlendingGuards"/>.</param>
    /// <param name="firstEpoch">For the record.</param>
    /// <param name="epochs">For the record.</param>
    /// <param name="seed">The seed of the draws of rows.</param>
    /// <param name="groups">Which rows belong together; <see langword="null"/> when every row stands for itself.</param>
    /// <param name="trainWeights">How much each training row counts; <see langword="null"/> when all count alike.</param>
    /// <param name="heldOutWeights">How much each held-out row counts; <see langword="null"/> when all count alike.</param>
    internal static BlendingEstimate Estimate(
        IReadOnlyList<BranchLosses> branches,
        BlendingGuards guards,
        int firstEpoch,
        int epochs,
        int seed,
        RowGroups? groups = null,
        double[]? trainWeights = null,
        double[]? heldOutWeights = null)
    {
        var train = new RowUnits([.. branches.Select(b => b.TrainChange)], groups?.Train, trainWeights, [.. branches.Select(b => b.TrainPresence)]);
        var heldOut = new RowUnits([.. branches.Select(b => b.HeldOutChange)], groups?.HeldOut, heldOutWeights, [.. branches.Select(b => b.HeldOutPresence)]);
        BranchEstimate[] found = [.. branches.Select((b, i) => b.Summarize(train.StandardErrors[i], heldOut.StandardErrors[i], trainWeights, heldOutWeights))];
        double[] published = PublishedRule.Weights([.. found.Select(b => b.Generalization)], [.. found.Select(b => b.Overfitting)], guards.OverfittingFloor),
            weights = published;
        List<BlendingGuardAction> acted = [.. GainGuard.Actions(found, guards)];
        double trust = 1;
        if (!found.Any(GainGuard.HasGain))
        {
            trust = guards.TrustByStandardError ? 0 : 1;
            acted.Add(new(BlendingGuard.NoBranchGained, null,
                "no branch gained on the held-out rows, so the weights are " + (guards.TrustByStandardError ? "those of naive joint training" : "equal")));
        }
        else if (guards.TrustByStandardError)
        {
            (trust, string? why) = NoiseGuard.Trust(found, published, train, heldOut, guards.OverfittingFloor, seed);
            if (why is not null)
                acted.Add(new(BlendingGuard.Noise, null, why));
        }
        if (trust < 1)
            weights = [.. BlendingWeights.Start(found.Length).Zip(published, (start, w) => start + trust * (w - start))];
        acted.AddRange(WeightFloorGuard.Actions(found, weights, guards.WeightFloor));
        if (weights.Any(w => w < guards.WeightFloor))
            weights = WeightFloorGuard.Raise(weights, guards.WeightFloor);
        return new(firstEpoch, epochs, [.. found.Select((b, i) => b with { PublishedWeight = published[i], Weight = weights[i] })], trust, acted);
    }
}
