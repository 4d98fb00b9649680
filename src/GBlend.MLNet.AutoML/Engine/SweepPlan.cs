namespace GBlend.MLNet.AutoML;

/// <summary>All that decides the course of a sweep but the results of its trials.</summary>
internal sealed record SweepPlan
{
    internal required SweepBudget Budget { get; init; }

    internal required bool IsMaximized { get; init; }

    /// <summary>The epochs after which trials are compared, rising; the last is a whole training.</summary>
    internal required IReadOnlyList<int> Stages { get; init; }

    /// <summary>One in so many trials goes on to the next stage.</summary>
    internal int Reduction { get; init; } = SweepStages.DefaultReduction;

    /// <summary>Whether the settings as the user gave them are the first trial. It is always trained to the end.</summary>
    internal bool TriesGiven { get; init; } = true;

    internal int Finalists { get; init; } = 3;

    internal int SeedsPerFinalist { get; init; } = 1;

    /// <summary>Trainings per trial.</summary>
    internal int Folds { get; init; } = 1;

    internal int Parallel { get; init; } = 1;

    /// <summary>Whether another trial may begin while others are trained.</summary>
    internal Func<bool> HasRoom { get; init; } = static () => true;

    /// <summary>Where a trial pauses for a stage: an online blending at the end of a super-epoch.</summary>
    internal Func<SweepPoint, int, int> PauseAt { get; init; } = static (_, epochs) => epochs;

    internal int LastStage => Stages.Count - 1;

    internal int FullEpochs => Stages[^1];

    /// <summary>How many of so many trials reach a stage.</summary>
    internal int Survivors(int trials, int stage) => Math.Max(1, (int)(trials / Math.Pow(Reduction, stage)));

    /// <summary>The epochs of a bracket: trials begun together, of which ever fewer go on.</summary>
    internal long CostOf(int trials) =>
        Folds * Enumerable.Range(0, Stages.Count).Sum(k => (long)Survivors(trials, k) * (Stages[k] - (k > 0 ? Stages[k - 1] : 0)));

    /// <summary>The trials of a full bracket: one of them sees the end.</summary>
    internal int BracketSize => Math.Max(Parallel, (int)Math.Pow(Reduction, LastStage));

    /// <summary>The epochs of the finalists' further seeds.</summary>
    internal long CostOfSeeds => (long)Folds * Finalists * (SeedsPerFinalist - 1) * FullEpochs;

    /// <summary>The trials of the next bracket: as many as what is left pays for, the finalists' seeds set aside; 0 when it pays for none.</summary>
    internal int NextBracket(double? epochsLeft, long? trialsLeft) =>
        Enumerable.Range(1, (int)Math.Clamp(trialsLeft ?? BracketSize, 0, BracketSize))
            .LastOrDefault(n => epochsLeft is not { } left || CostOf(n) <= left - CostOfSeeds);

    /// <summary>The epochs of all brackets that what is left pays for; <see langword="null"/> where nothing limits them.</summary>
    internal long? EpochsOfBrackets(double? epochsLeft, long? trialsLeft)
    {
        if (epochsLeft is null && trialsLeft is null)
            return null;
        long size = BracketSize, cost = CostOf(BracketSize);
        // Full brackets at once, for there may be any number of them; what is left then pays for less than one.
        long full = (long)Math.Max(0,
            Math.Floor(Math.Min((epochsLeft - CostOfSeeds) / cost ?? double.PositiveInfinity, trialsLeft / size ?? double.PositiveInfinity)));
        long sum = full * cost;
        (epochsLeft, trialsLeft) = (epochsLeft - sum, trialsLeft - (full * size));
        while (NextBracket(epochsLeft, trialsLeft) is > 0 and var trials)
        {
            sum += CostOf(trials);
            (epochsLeft, trialsLeft) = (epochsLeft - CostOf(trials), trialsLeft - trials);
        }
        return sum;
    }
}
