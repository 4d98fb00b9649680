using System.Globalization;

namespace GBlend.MLNet;

/// <summary>
/// How the branches' predictions are combined: a pool of log-probabilities (regression: of numbers), or a weighted mean of predictions (one-hot
/// for a single head).
/// </summary>
/// <param name="IsPool">Whether the weights are coefficients of a <see cref="LogPool"/> or <see cref="LinearPool"/>.</param>
/// <param name="Weights">One per branch, over all networks.</param>
internal sealed record AnswerRule(bool IsPool, IReadOnlyList<double> Weights)
{
    private const int FewestRowsForPool = 20;

    /// <summary>
    /// The most modalities for which every set of them that a row may have gets a rule of its own: 62 rules. With more, the heads that a row
    /// has are weighed by their share in the pool of all single heads.
    /// </summary>
    internal const int MostModalitiesForPools = 6;

    /// <summary>What a pool for regression adds to its sum, in the unit of the standardized label; else 0.</summary>
    internal double Intercept { get; init; }

    /// <summary>
    /// What weighs the heads of single modalities in rows that lack a modality where <see cref="Partial"/> has nothing for the modalities that are there.
    /// <see langword="null"/> when such rows are refused.
    /// </summary>
    internal IReadOnlyList<double>? SingleHeads { get; init; }

    /// <summary>The rules for rows that lack modalities, by the set of those that they have: bit i for modality i.</summary>
    internal IReadOnlyDictionary<int, AnswerRule> Partial { get; init; } = new Dictionary<int, AnswerRule>();

    /// <summary>Which branches ever had weight in the training; the rule hears no others, and others have no scores of their own.</summary>
    internal IReadOnlyList<bool> Learned { get; init; } = [.. Weights.Select(_ => true)];

    /// <summary>Whether the weights were fitted, or the head was chosen, on the held-out rows, so that their loss is lower than that of other rows.</summary>
    internal bool IsFromRows { get; private init; }

    /// <summary>What the rule was chosen as.</summary>
    private Answer Kind { get; init; }

    /// <summary>Chooses the rule, looking at the held-out rows where the choice needs them.</summary>
    internal static AnswerRule Choose(
        Answer wanted, IReadOnlyList<HeadInfo> heads, HeldOutPredictions heldOut, IReadOnlyList<bool> learned, bool severalNetworks, Action<string> warn)
    {
        if (heads.Count == 1)
            return Head(0, 1);
        int joint = heads.ToList().FindLastIndex(head => head.IsJoint);
        bool hasJoint = joint >= 0, canPool = heldOut.EffectiveRowsInAll >= FewestRowsForPool - 1e-9;
        if (wanted == Answer.Auto)
        {
            wanted = !hasJoint && !heads.Any(head => head.IsMember) ? Answer.MeanOfHeads
                : canPool ? Answer.Pool : severalNetworks ? Answer.MeanOfLogits : Answer.Joint;
            if (severalNetworks && !canPool)
                warn($"The pool of heads is fitted on the held-out rows, of which there are {Number(heldOut)}; with fewer than {FewestRowsForPool} all heads "
                    + $"count alike. Hold out more rows.");
        }
        else if (wanted == Answer.Pool && !canPool)
        {
            warn($"Answer.Pool is fitted on the held-out rows, of which there are {Number(heldOut)}; with fewer than {FewestRowsForPool} the joint head "
                + $"answers instead. Hold out more rows.");
            wanted = Answer.Joint;
        }
        if (hasJoint && !learned[joint] && wanted is Answer.Joint or Answer.BestHead)
        {
            string instead = wanted == Answer.Joint ? "the mean of the heads that have" : "the best of the heads that have";
            warn($"The joint head never had weight in the blending, so it has learned nothing; {instead} answers instead. Give it weight, or choose "
                + $"Answer.MeanOfHeads or Answer.Pool.");
            hasJoint = false;
        }
        var rule = wanted switch
        {
            Answer.Pool => Pool(heldOut, learned),
            Answer.MeanOfLogits => Mean(learned, isPool: true),
            Answer.MeanOfHeads => Mean(learned, isPool: false),
            Answer.BestHead => BestHead(heads, heldOut, learned, hasJoint ? joint : -1, warn),
            _ => hasJoint ? Head(joint, heads.Count) : Mean(learned, isPool: false),
        };
        return rule with { Learned = [.. learned], Kind = wanted };
    }

    /// <summary>The same rule for models that answer rows without some of their modalities.</summary>
    /// <param name="heads">All heads.</param>
    /// <param name="heldOut">What they predict for the held-out rows.</param>
    /// <param name="incomplete">What they predict for rows without some modalities; <see langword="null"/> where no joint head can read such.</param>
    /// <exception cref="InvalidOperationException">A modality's own heads never learned, so that rows with this modality alone have no answer.</exception>
    internal AnswerRule WithSingleHeads(IReadOnlyList<HeadInfo> heads, HeldOutPredictions heldOut, IncompleteRows? incomplete = null)
    {
        int modalities = heads.Max(head => head.Modality ?? 0) + 1;
        // Heads that read all modalities can read none of these rows.
        bool[] single = [.. heads.Select((head, i) => Learned[i] && !head.IsJoint && !(head.IsMember && head.Reads!.Count == modalities))];
        string[] untaught = [
            .. heads.Index().Where(h => h.Item.Modality is not null).GroupBy(h => h.Item.Name).Where(same => same.All(h => !single[h.Index]))
                .Select(same => same.Key)];
        if (untaught.Length > 0)
            throw new InvalidOperationException(UntaughtHeads(untaught));
        bool isFitted = IsPool && IsFromRows, jointsRead = incomplete?.Dispensable > 0;
        var partial = (isFitted || jointsRead) && modalities <= MostModalitiesForPools
            ? Enumerable.Range(1, (1 << modalities) - 2).ToDictionary(has => has, has => OfPattern(has, heads, incomplete?.Of(has) ?? heldOut, incomplete))
            : [];
        return this with { SingleHeads = IsPool && IsFromRows ? Pool(heldOut, single).Weights : Mean(single, IsPool).Weights, Partial = partial };
    }

    /// <summary>The rule for rows that have some modalities and no others: by the heads that can read them, made as this one was.</summary>
    /// <param name="has">The modalities: bit i for modality i.</param>
    /// <param name="heads">All heads.</param>
    /// <param name="heldOut">What they predict for held-out rows as if these had no others.</param>
    /// <param name="incomplete">Says what joint heads can do without; <see langword="null"/> for nothing.</param>
    internal AnswerRule OfPattern(int has, IReadOnlyList<HeadInfo> heads, HeldOutPredictions heldOut, IncompleteRows? incomplete)
    {
        int modalities = heads.Max(head => head.Modality ?? 0) + 1, lacks = ((1 << modalities) - 1) & ~has;
        bool jointsRead = incomplete is not null && (lacks & ~incomplete.Dispensable) == 0;
        bool[] stays = [.. heads.Select((head, i) => Learned[i] && (head.IsJoint ? jointsRead : head.CanRead(modality => (has >> modality & 1) == 0)))];
        // Coefficients that were fitted together are wrong for some of the heads alone: what one leaves to another is missing.
        if (IsPool)
            return IsFromRows && heldOut.EffectiveRowsInAll >= FewestRowsForPool - 1e-9 ? Pool(heldOut, stays) : Mean(stays, isPool: true);
        int joint = heads.ToList().FindLastIndex(head => head.IsJoint);
        if (joint < 0 || !stays[joint] || Kind is not (Answer.Joint or Answer.BestHead))
            return Mean(stays, isPool: false);
        return Kind == Answer.Joint ? Head(joint, heads.Count) : BestHead(heads, heldOut, stays, joint, _ => { });
    }

    /// <summary>What is wrong with a model that is to answer rows without some modalities, and what to do.</summary>
    /// <param name="modalities">Those whose own heads never learn.</param>
    internal static string UntaughtHeads(IReadOnlyList<string> modalities) =>
        $"MissingValues.LeaveOutModality lets a row have any one modality alone, which only that modality's own head can answer; but the head of "
            + $"{string.Join(", ", modalities.Select(m => $"'{m}'"))} "
        + "has no weight up to the epoch that this model is taken from, and learns nothing. Give every modality's head a weight above 0 (for estimated "
            + "weights by BlendingGuards.WeightFloor), or take Blending.Auto().";

    /// <summary>The rule for rows that lack modalities: that of <see cref="Partial"/>, or else their heads and all joint heads are left out.</summary>
    /// <param name="heads">All heads.</param>
    /// <param name="isAbsent">Per modality.</param>
    internal AnswerRule Without(IReadOnlyList<HeadInfo> heads, Func<int, bool> isAbsent)
    {
        bool[] stays = [.. heads.Select((head, i) => Learned[i] && head.CanRead(isAbsent))];
        int has = heads.Where((head, i) => stays[i] && !head.IsMember).Aggregate(0, (has, head) => has | 1 << head.Modality!.Value);
        if (Partial.TryGetValue(has, out var own))
            return own;
        double[] weights = [.. SingleHeads!.Select((w, i) => stays[i] ? w : 0)];
        double sum = weights.Sum();
        return sum == 0 ? Mean(stays, IsPool) : new(IsPool, [.. weights.Select(w => w / sum)]);
    }

    /// <summary>The mean loss of this answer on the held-out rows; <see langword="null"/> when there are none.</summary>
    internal double? MeanLoss(HeldOutPredictions heldOut) => heldOut.Rows == 0 ? null : RowWeights.Mean([.. Losses(heldOut)], heldOut.Targets.Weights);

    /// <summary>Combines the predictions of one row.</summary>
    /// <param name="task">The task.</param>
    /// <param name="predictions">Per branch, logits or standardized numbers, [row x output]; a branch of weight zero may be empty.</param>
    /// <param name="row">The row.</param>
    /// <param name="answer">Receives the answer.</param>
    /// <param name="scratch">Of the same length.</param>
    internal void Combine(LearningTask task, double[][] predictions, int row, Span<double> answer, Span<double> scratch)
    {
        answer.Clear();
        for (int b = 0; b < Weights.Count; b++)
        {
            if (Weights[b] == 0)
                continue;
            predictions[b].AsSpan(row * answer.Length, answer.Length).CopyTo(scratch);
            if (IsPool)
                LogPool.ReadHead(task, scratch);
            else
                Activate(task, scratch);
            for (int c = 0; c < answer.Length; c++)
                answer[c] += Weights[b] * scratch[c];
        }
        if (!IsPool)
            return;
        answer[0] += Intercept;
        Activate(task, answer);
    }

    /// <summary>In place: what a head gives to what a user reads (regression: still standardized).</summary>
    internal static void Activate(LearningTask task, Span<double> prediction)
    {
        if (task == LearningTask.Multiclass)
            LogPool.Softmax(prediction);
        else if (task == LearningTask.MultiLabel)
        {
            for (int c = 0; c < prediction.Length; c++)
                prediction[c] = 1 / (1 + Math.Exp(-prediction[c]));
        }
    }

    internal string Describe(IReadOnlyList<HeadInfo> heads)
    {
        string Name(int index) => heads[index].Name;
        if (IsPool)
        {
            string pool = "pool " + string.Join(", ", Weights.Select((w, i) => string.Create(CultureInfo.InvariantCulture, $"{Name(i)} {w:0.00}")));
            return Intercept == 0 ? pool : pool + string.Create(CultureInfo.InvariantCulture, $", intercept {Intercept:0.00}");
        }
        int[] used = [.. Enumerable.Range(0, Weights.Count).Where(i => Weights[i] > 0)];
        return used.Length == 1
            ? Name(used[0]) == BranchNames.Joint ? "joint head" : $"head of {Name(used[0])}"
            : $"mean of {string.Join(", ", used.Select(Name))}";
    }

    /// <summary>How many held-out rows there are, and how many that is where some count more than others.</summary>
    private static string Number(HeldOutPredictions heldOut) => heldOut.EffectiveRows < heldOut.Rows - 0.05
        ? string.Create(CultureInfo.InvariantCulture, $"{heldOut.Rows}, by their weights as good as {heldOut.EffectiveRows:0.0}")
        : $"{heldOut.Rows}";

    private static AnswerRule Head(int index, int branches) => new(false, [.. Enumerable.Range(0, branches).Select(b => b == index ? 1.0 : 0)]);

    private static AnswerRule Mean(IReadOnlyList<bool> learned, bool isPool) => new(isPool, [.. learned.Select(l => l ? 1.0 / learned.Count(x => x) : 0)]);

    private static AnswerRule Pool(HeldOutPredictions heldOut, IReadOnlyList<bool> learned)
    {
        var fit = heldOut.FitPool(learned);
        var coefficients = new Queue<double>(fit.Coefficients);
        return new(true, [.. learned.Select(l => l ? coefficients.Dequeue() : 0)]) { Intercept = fit.Intercept, IsFromRows = true };
    }

    /// <summary>This answer for every held-out row.</summary>
    internal IEnumerable<double[]> Answers(HeldOutPredictions heldOut)
    {
        double[] scratch = new double[heldOut.Targets.Outputs];
        for (int row = 0; row < heldOut.Rows; row++)
        {
            double[] answer = new double[scratch.Length];
            Combine(heldOut.Task, heldOut.ByBranch, row, answer, scratch);
            yield return answer;
        }
    }

    /// <summary>The loss of this answer for every held-out row.</summary>
    internal IEnumerable<double> Losses(HeldOutPredictions heldOut)
    {
        double[] answer = new double[heldOut.Targets.Outputs], scratch = new double[heldOut.Targets.Outputs];
        for (int row = 0; row < heldOut.Rows; row++)
        {
            Combine(heldOut.Task, heldOut.ByBranch, row, answer, scratch);
            yield return heldOut.LossOf(row, answer);
        }
    }

    /// <summary>The joint head, unless another's loss is lower by more than its error; without a joint head the one with the lowest loss.</summary>
    private static AnswerRule BestHead(
        IReadOnlyList<HeadInfo> heads, HeldOutPredictions heldOut, IReadOnlyList<bool> learned, int joint, Action<string> warn)
    {
        bool hasJoint = joint >= 0;
        if (heldOut.EffectiveRows < 2 - 1e-9)
        {
            warn($"The best head is chosen on the held-out rows, of which there are {Number(heldOut)}; with fewer than 2 the answer is the "
                + $"{(hasJoint ? "joint head" : "mean of the heads")}.");
            return hasJoint ? Head(joint, heads.Count) : Mean(learned, isPool: false);
        }
        var losses = heads.Select((_, b) => learned[b] ? Head(b, heads.Count).Losses(heldOut).ToArray() : []).ToArray();
        int[] others = [.. Enumerable.Range(0, heads.Count).Where(b => learned[b] && !(hasJoint && b == joint))];
        if (!hasJoint)
            return Head(others.MinBy(b => RowWeights.Mean(losses[b], heldOut.Targets.Weights)), heads.Count) with { IsFromRows = true };
        int best = joint;
        double bestGain = 0;
        foreach (int b in others)
        {
            var gain = losses[joint].Zip(losses[b], (f, s) => f - s).ToArray();
            double mean = RowWeights.Mean(gain, heldOut.Targets.Weights), error = Math.Sqrt(RowWeights.VarianceOfMean(gain, heldOut.Targets.Weights));
            if (mean > error && mean > bestGain)
                (best, bestGain) = (b, mean);
        }
        if (best != joint)
            warn($"On the held-out rows the head of {heads[best].Name} has a loss lower than the joint head's by "
                + $"{bestGain.ToString("0.###", CultureInfo.InvariantCulture)}, so it gives the answer.");
        return Head(best, heads.Count) with { IsFromRows = true };
    }
}
