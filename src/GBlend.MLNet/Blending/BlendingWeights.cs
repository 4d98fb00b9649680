namespace GBlend.MLNet;

/// <summary>
/// The paper's closed form w_i = (1/Z) G_i / O_i^2 (Eq. 6 with Z = sum_i G_i / O_i^2, so that the weights sum to one) and its guards.
/// Pure: losses in, weights out.
/// </summary>
internal static class BlendingWeights
{
    private const int Resamples = 200;

    /// <summary>All weight on the joint branch: what is trained when nothing is known that speaks for a blend.</summary>
    internal static double[] Naive(int branches) => [.. Enumerable.Range(1, branches).Select(b => b == branches ? 1.0 : 0)];

    internal static double[] Equal(int branches) => [.. Enumerable.Repeat(1.0 / branches, branches)];

    /// <summary>The published rule with G clamped at zero and |O| floored; equal weights where no branch has any.</summary>
    internal static double[] Published(ReadOnlySpan<double> generalization, ReadOnlySpan<double> overfitting, double overfittingFloor)
    {
        var raw = new double[generalization.Length];
        double sum = 0;
        for (int i = 0; i < raw.Length; i++)
        {
            double g = generalization[i], o = overfitting[i];
            if (!double.IsFinite(g) || !double.IsFinite(o))
                continue;
            double floored = Math.Max(Math.Abs(o), overfittingFloor);
            raw[i] = Math.Max(g, 0) / (floored * floored);
            sum += raw[i];
        }
        if (!(sum > 0) || double.IsInfinity(sum))
            return Equal(raw.Length);
        for (int i = 0; i < raw.Length; i++)
            raw[i] /= sum;
        return raw;
    }

    /// <summary>
    /// Raises every weight to the floor and takes what that costs from the weights above it in proportion to their height above the
    /// floor, so that the sum stays one and the order of weights stays.
    /// </summary>
    internal static double[] WithFloor(IReadOnlyList<double> weights, double floor)
    {
        double room = 1 - floor * weights.Count;
        if (room <= 0)
            return Equal(weights.Count);
        double above = weights.Sum(w => Math.Max(w - floor, 0));
        return [.. weights.Select(w => floor + (above > 0 ? Math.Max(w - floor, 0) / above * room : room / weights.Count))];
    }

    /// <summary>From the rows' losses of every branch at both ends of a span to the weights of that span.</summary>
    /// <param name="branches">The branches, joint last.</param>
    /// <param name="previous">The weights of the span before; <see langword="null"/> at the first estimate.</param>
    /// <param name="guards">See <see cref="BlendingGuards"/>.</param>
    /// <param name="firstEpoch">For the record.</param>
    /// <param name="epochs">For the record.</param>
    /// <param name="seed">Of the resampling of rows.</param>
    internal static (double[] Weights, BlendingEstimate Estimate) Estimate(
        IReadOnlyList<BranchLosses> branches, double[]? previous, BlendingGuards guards, int firstEpoch, int epochs, int seed)
    {
        int count = branches.Count;
        var found = branches.Select(b => b.Summarize()).ToArray();
        double[] g = [.. found.Select(b => b.Generalization)], o = [.. found.Select(b => b.Overfitting)];
        var published = Published(g, o, guards.OverfittingFloor);
        var prior = previous ?? Naive(count);
        var acted = new List<BlendingGuardAction>();
        void Act(BlendingGuard guard, string? branch, string what) => acted.Add(new(guard, branch, branch is null ? what : $"{branch}: {what}"));

        double[] weights = published;
        double trust = 1;
        bool anyGain = false;
        for (int i = 0; i < count; i++)
        {
            if (!double.IsFinite(g[i]) || !double.IsFinite(o[i]))
                Act(BlendingGuard.NotFinite, found[i].Branch, "a loss is not finite, so the estimate gives it no weight");
            else if (g[i] <= 0)
                Act(BlendingGuard.NoGain, found[i].Branch, "the held-out loss did not fall, so the estimate gives it no weight");
            else
            {
                anyGain = true;
                if (Math.Abs(o[i]) < guards.OverfittingFloor)
                    Act(BlendingGuard.OverfittingFloor, found[i].Branch, FormattableString.Invariant($"|O| = {Math.Abs(o[i]):g2} is below the floor of {guards.OverfittingFloor:g2}"));
            }
        }
        if (!anyGain)
        {
            trust = 0;
            weights = guards.TrustsByStandardError ? prior : published;
            Act(BlendingGuard.NoBranchGained, null, "no branch gained on the held-out rows, so the weights " + (!guards.TrustsByStandardError ? "are equal" : previous is null ? "are those of naive joint training" : "stay as they were"));
        }
        else if (guards.TrustsByStandardError)
        {
            double distance = 0;
            for (int i = 0; i < count; i++)
                distance += Square(published[i] - prior[i]);
            double variance = ResampledVariance(branches, published, guards.OverfittingFloor, seed);
            trust = distance + variance > 0 ? distance / (distance + variance) : 0;
            weights = [.. prior.Zip(published, (p, w) => p + trust * (w - p))];
            if (trust < 0.5)
                Act(BlendingGuard.Noise, null, FormattableString.Invariant($"the estimate is mostly noise, so it moves the weights by only {100 * trust:0} %"));
        }
        if (guards.WeightFloor > 0 && weights.Any(w => w < guards.WeightFloor))
        {
            for (int i = 0; i < count; i++)
            {
                if (weights[i] < guards.WeightFloor)
                    Act(BlendingGuard.WeightFloor, found[i].Branch, FormattableString.Invariant($"raised to the least weight of {guards.WeightFloor:g2}"));
            }
            weights = WithFloor(weights, guards.WeightFloor);
        }

        for (int i = 0; i < count; i++)
            found[i] = found[i] with { PublishedWeight = published[i], Weight = weights[i] };
        return (weights, new BlendingEstimate(firstEpoch, epochs, found, trust, acted));
    }

    /// <summary>The summed variance of the published weights when the rows, the same for every branch, are drawn again with replacement.</summary>
    private static double ResampledVariance(IReadOnlyList<BranchLosses> branches, double[] published, double overfittingFloor, int seed)
    {
        int count = branches.Count, train = branches[0].TrainChange.Length, heldOut = branches[0].HeldOutChange.Length;
        var random = new Random(seed);
        double[] g = new double[count], o = new double[count], trainSum = new double[count];
        double variance = 0;
        for (int r = 0; r < Resamples; r++)
        {
            Array.Clear(g);
            Array.Clear(trainSum);
            for (int n = 0; n < heldOut; n++)
            {
                int row = random.Next(heldOut);
                for (int b = 0; b < count; b++)
                    g[b] -= branches[b].HeldOutChange[row];
            }
            for (int n = 0; n < train; n++)
            {
                int row = random.Next(train);
                for (int b = 0; b < count; b++)
                    trainSum[b] += branches[b].TrainChange[row];
            }
            for (int b = 0; b < count; b++)
            {
                g[b] /= heldOut;
                o[b] = -g[b] - trainSum[b] / train;
            }
            var weights = Published(g, o, overfittingFloor);
            for (int b = 0; b < count; b++)
                variance += Square(weights[b] - published[b]);
        }
        return variance / Resamples;
    }

    private static double Square(double x) => x * x;
}

/// <summary>The losses of every row of a branch at both ends of a span, on the same rows both times.</summary>
/// <param name="Branch">The modality's column, or <c>Joint</c>.</param>
/// <param name="TrainBefore">Training rows, start of the span.</param>
/// <param name="HeldOutBefore">Held-out rows, start of the span.</param>
/// <param name="TrainAfter">Training rows, end of the span.</param>
/// <param name="HeldOutAfter">Held-out rows, end of the span.</param>
internal sealed record BranchLosses(string Branch, double[] TrainBefore, double[] HeldOutBefore, double[] TrainAfter, double[] HeldOutAfter)
{
    /// <summary>Per training row, how the loss changed over the span.</summary>
    internal double[] TrainChange { get; } = [.. TrainAfter.Zip(TrainBefore, (after, before) => after - before)];

    /// <summary>Per held-out row, how the loss changed over the span.</summary>
    internal double[] HeldOutChange { get; } = [.. HeldOutAfter.Zip(HeldOutBefore, (after, before) => after - before)];

    internal BranchEstimate Summarize()
    {
        double heldOut = VarianceOfMean(HeldOutChange), train = VarianceOfMean(TrainChange);
        return new BranchEstimate(Branch, TrainBefore.Average(), HeldOutBefore.Average(), TrainAfter.Average(), HeldOutAfter.Average())
        {
            GeneralizationStandardError = Math.Sqrt(heldOut),
            OverfittingStandardError = Math.Sqrt(heldOut + train),
        };
    }

    private static double VarianceOfMean(double[] values)
    {
        if (values.Length < 2)
            return 0;
        double mean = values.Average();
        return values.Sum(v => (v - mean) * (v - mean)) / (values.Length - 1) / values.Length;
    }
}
