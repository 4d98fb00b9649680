namespace GBlend.MLNet;

/// <summary>
/// The paper's closed form w_i = (1/Z) G_i / O_i^2 (Eq. 6 with Z = sum_i G_i / O_i^2, so that the weights sum to one) and its guards.
/// Pure: losses in, weights out.
/// </summary>
internal static class BlendingWeights
{
    private const int Resamples = 200;

    /// <summary>The share of the largest weight up to which a weight teaches nothing worth hearing.</summary>
    private const double LeastShare = 1e-6;

    /// <summary>Whether a branch with this weight among the others' learns.</summary>
    internal static bool Teach(IReadOnlyList<double> weights, int branch) => weights[branch] > LeastShare * weights.Max();

    /// <summary>
    /// Where an estimate starts from: all weight on the joint branch, as in naive training, so that a blend has to be earned by evidence
    /// each time. Not the weights of the span before, which may starve a branch for the rest of the run, and not equal ones, which can
    /// be far worse than naive training.
    /// </summary>
    internal static double[] Start(int branches) => [.. Enumerable.Range(1, branches).Select(b => b == branches ? 1.0 : 0)];

    /// <summary>Weights of the same proportions that sum to one.</summary>
    internal static double[] Normalised(IReadOnlyList<double> weights)
    {
        double sum = weights.Sum();
        return [.. weights.Select(w => w / sum)];
    }

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
    /// <param name="guards">See <see cref="BlendingGuards"/>.</param>
    /// <param name="firstEpoch">For the record.</param>
    /// <param name="epochs">For the record.</param>
    /// <param name="seed">Of the resampling of rows.</param>
    /// <param name="groups">Which rows belong together; <see langword="null"/> when every row stands for itself.</param>
    internal static (double[] Weights, BlendingEstimate Estimate) Estimate(
        IReadOnlyList<BranchLosses> branches, BlendingGuards guards, int firstEpoch, int epochs, int seed, RowGroups? groups = null)
    {
        int count = branches.Count;
        var found = branches.Select(b => b.Summarize()).ToArray();
        double[] g = [.. found.Select(b => b.Generalization)], o = [.. found.Select(b => b.Overfitting)];
        var published = Published(g, o, guards.OverfittingFloor);
        var start = Start(count);
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
            trust = guards.TrustsByStandardError ? 0 : 1;
            weights = guards.TrustsByStandardError ? start : published;
            Act(BlendingGuard.NoBranchGained, null, "no branch gained on the held-out rows, so the weights are " + (guards.TrustsByStandardError ? "those of naive joint training" : "equal"));
        }
        else if (guards.TrustsByStandardError)
        {
            double distance = 0;
            for (int i = 0; i < count; i++)
                distance += Square(published[i] - start[i]);
            double variance = ResampledVariance(branches, published, guards.OverfittingFloor, seed, groups);
            trust = distance + variance > 0 ? distance / (distance + variance) : 0;
            weights = [.. start.Zip(published, (s, w) => s + trust * (w - s))];
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

    /// <summary>
    /// The summed variance of the published weights when the rows, the same for every branch, are drawn again with replacement; rows of
    /// a group, which are alike, are drawn together.
    /// </summary>
    private static double ResampledVariance(IReadOnlyList<BranchLosses> branches, double[] published, double overfittingFloor, int seed, RowGroups? groups)
    {
        var train = new Units([.. branches.Select(b => b.TrainChange)], groups?.Train);
        var heldOut = new Units([.. branches.Select(b => b.HeldOutChange)], groups?.HeldOut);
        var random = new Random(seed);
        double variance = 0;
        for (int r = 0; r < Resamples; r++)
        {
            double[] heldOutChange = heldOut.MeansOfADraw(random), trainChange = train.MeansOfADraw(random);
            var weights = Published([.. heldOutChange.Select(c => -c)], [.. heldOutChange.Zip(trainChange, (h, t) => h - t)], overfittingFloor);
            for (int b = 0; b < weights.Length; b++)
                variance += Square(weights[b] - published[b]);
        }
        return variance / Resamples;
    }

    private static double Square(double x) => x * x;

    /// <summary>What is drawn: groups of rows, or single rows where there are no two groups.</summary>
    private sealed class Units
    {
        private readonly double[][] _sums;
        private readonly int[] _rows;

        /// <param name="changes">[branch][row].</param>
        /// <param name="groups">Per row; <see langword="null"/> for none.</param>
        internal Units(double[][] changes, int[]? groups)
        {
            int rows = changes[0].Length;
            int[] unit = groups is not null && groups.Distinct().Count() > 1 ? Numbered(groups) : [.. Enumerable.Range(0, rows)];
            int units = unit.DefaultIfEmpty(-1).Max() + 1;
            _sums = [.. changes.Select(_ => new double[units])];
            _rows = new int[units];
            for (int row = 0; row < rows; row++)
            {
                _rows[unit[row]]++;
                for (int b = 0; b < changes.Length; b++)
                    _sums[b][unit[row]] += changes[b][row];
            }
        }

        /// <summary>As many units as there are, drawn with replacement: per branch the mean over their rows.</summary>
        internal double[] MeansOfADraw(Random random)
        {
            var means = new double[_sums.Length];
            int rows = 0;
            for (int n = 0; n < _rows.Length; n++)
            {
                int unit = random.Next(_rows.Length);
                rows += _rows[unit];
                for (int b = 0; b < means.Length; b++)
                    means[b] += _sums[b][unit];
            }
            for (int b = 0; b < means.Length; b++)
                means[b] /= rows;
            return means;
        }

        private static int[] Numbered(int[] groups)
        {
            var numbers = groups.Distinct().Index().ToDictionary(g => g.Item, g => g.Index);
            return [.. groups.Select(g => numbers[g])];
        }
    }
}

/// <summary>Which measured rows belong together (the sampling key's groups).</summary>
/// <param name="Train">Per measured training row.</param>
/// <param name="HeldOut">Per held-out row.</param>
internal sealed record RowGroups(int[] Train, int[] HeldOut);

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
