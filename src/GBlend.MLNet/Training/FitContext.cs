namespace GBlend.MLNet;

/// <summary>What the networks of one fold share: rows and what measures on them, settings, threads, and whom to tell.</summary>
internal sealed class FitContext : IDisposable
{
    /// <param name="rows">The rows of the fit.</param>
    /// <param name="store">The same as tensors, which all folds of the fit share.</param>
    /// <param name="loss">The loss of all folds.</param>
    /// <param name="isHeldOut">Whether a row is held out of the training of these networks.</param>
    /// <param name="settings">What is trained, with the seed of the fold.</param>
    /// <param name="cost">What a pass of the first network costs, by which threads and passes are sized.</param>
    /// <param name="progress">Who is told.</param>
    /// <param name="checkpointing">Writes checkpoints.</param>
    internal FitContext(TrainingRows rows, RowStore store, Loss loss, Func<int, bool> isHeldOut, TrainingSettings settings, NetworkCost cost,
        FitProgress progress, Checkpointing checkpointing)
    {
        (Store, Loss, Settings, Progress, Checkpointing) = (store, loss, settings, progress, checkpointing);
        Rows = new EpochRows(rows.Count, isHeldOut, settings, rows.Presence);
        NumberOfThreads = settings.NumberOfThreads is { } wanted ? Math.Min(wanted, Environment.ProcessorCount) : cost.WantedThreads(settings.BatchSize);
        Meter = new LossMeter(Store, Rows.Measured, Rows.HeldOut, Loss, rows.Targets.Weights, rows.Presence, cost.MostRowsToMeasure);
        Groups = rows.Groups is { } groups ? new RowGroups([.. Rows.Measured.Select(row => groups[row])], [.. Rows.HeldOut.Select(row => groups[row])]) : null;
    }

    internal TrainingSettings Settings { get; }

    internal FitProgress Progress { get; }

    internal Checkpointing Checkpointing { get; }

    internal EpochRows Rows { get; }

    internal Loss Loss { get; }

    internal RowStore Store { get; }

    internal LossMeter Meter { get; }

    /// <summary>Which of the measured rows belong together; <see langword="null"/> when nothing says so.</summary>
    internal RowGroups? Groups { get; }

    /// <summary>Threads of torch's operations; <see langword="null"/> for torch's own number.</summary>
    internal int? NumberOfThreads { get; }

    /// <summary>Whether networks and branches that share nothing may train at the same time: where each uses one thread.</summary>
    internal bool TrainsSideBySide => Settings.TrainsSideBySide && NumberOfThreads == 1;

    /// <summary>Whether something depends on how good the answer is after every epoch.</summary>
    internal bool FollowsAnswer => Rows.HeldOut.Length > 0 && (Settings.EarlyStoppingPatience is not null || Settings.FinalWeights != FinalWeights.LastEpoch);

    /// <summary>One pass of a trainer over the training rows in the order and at the learning rate of an epoch.</summary>
    /// <param name="trainer">What trains.</param>
    /// <param name="epoch">The epoch.</param>
    /// <param name="phase">What the pass is for.</param>
    /// <param name="dropoutSeed">The seed of what is random in the network.</param>
    /// <param name="firstStep">See <see cref="EpochPass.FirstStep"/>.</param>
    /// <param name="steps">What a strategy does in every step; <see langword="null"/> when there is no more to it than the weights.</param>
    internal void TrainEpoch(BranchTrainer trainer, int epoch, TrainingPhase phase, int dropoutSeed, int firstStep = 0, StrategySteps? steps = null)
    {
        var pass = new EpochPass(Rows.OrderOf(epoch), Rows.DrawOf(epoch), dropoutSeed, Settings.LearningRateOf(epoch)) { FirstStep = firstStep };
        // What an estimate trains is not saved: it begins again.
        Action? betweenSteps = phase == TrainingPhase.Estimating ? null : Checkpointing.BetweenSteps;
        trainer.TrainEpoch(Store, pass, rows => Progress.OnBatch(phase, rows), betweenSteps, steps);
    }

    public void Dispose() => Meter.Dispose();
}
