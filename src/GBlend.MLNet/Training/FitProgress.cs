using System.Diagnostics;

namespace GBlend.MLNet;

/// <summary>Tells the user how a fit goes: messages, progress at least every second, .NET metrics. It also is where a fit notices that it is to stop.</summary>
/// <param name="host">Who is told.</param>
/// <param name="settings">What is trained.</param>
/// <param name="branches">The names of the heads of all networks, as in the history.</param>
/// <param name="totalWork">The rows that all epochs take together.</param>
internal sealed class FitProgress(ITrainingHost host, TrainingSettings settings, IReadOnlyList<string> branches, long totalWork)
{
    /// <summary>Epochs that are logged of a long run, the last one apart.</summary>
    private const int MostEpochsSaid = 25;

    private readonly Lock _reporting = new();
    private readonly Stopwatch _sinceReport = Stopwatch.StartNew();
    private readonly FitMetrics _metrics = new();
    private readonly HashSet<BlendingGuard> _guards = [];
    private long _work;
    private int _epochsDone;

    /// <summary>The rows that were trained on so far, trial trainings included.</summary>
    internal long Work => Interlocked.Read(ref _work);

    /// <summary>Goes on from a checkpoint.</summary>
    internal void Resume(long work, int epochsDone) => (_work, _epochsDone) = (work, epochsDone);

    internal void Info(string message) => host.Info(message);

    internal void Warn(string message) => host.Warning(message);

    /// <summary>Throws when the fit is to stop.</summary>
    internal void CheckAlive() => host.CheckAlive();

    /// <summary>Says what begins.</summary>
    /// <param name="folds">The rows of every fold.</param>
    /// <param name="refits">Whether other networks learn from all rows.</param>
    internal void Begin(IReadOnlyList<EpochRows> folds, bool refits)
    {
        string rows = folds.Count == 1
            ? $"{folds[0].Training} training rows, {folds[0].HeldOut.Length} held-out rows"
            : $"{folds[0].Count} training rows, cross-fitted in {folds.Count} folds of {string.Join(", ", folds.Select(f => f.HeldOut.Length))} "
                + $"rows{(refits ? " and refitted on all of them" : "")}";
        Info($"Fit {_metrics.Fit}: {rows}, epochs 0 to {settings.NumberOfEpochs - 1}, seed {settings.Seed}, "
            + $"{(settings.Modalities.Count == 1 ? "one modality: nothing to blend" : settings.Blending)}.");
    }

    /// <summary>Before every batch: stops when asked to, and reports at least every second. Branches that train side by side come here together.</summary>
    internal void OnBatch(TrainingPhase phase, long rows)
    {
        host.CheckAlive();
        lock (_reporting)
        {
            _work += rows;
            _metrics.Train(phase, rows);
            if (_sinceReport.Elapsed.TotalSeconds >= 1)
                Report(phase, null);
        }
    }

    /// <summary>Weights are estimated.</summary>
    internal void Say(BlendingEstimate estimate)
    {
        string span = estimate.Epochs == 1 ? $"Epoch {estimate.FirstEpoch}" : $"Epochs {estimate.FirstEpoch} to {estimate.FirstEpoch + estimate.Epochs - 1}";
        Info($"{span}: " + string.Join(", ", estimate.Branches.Select(b =>
            FormattableString.Invariant($"{b.Branch} weight {b.Weight:0.000} (G {b.Generalization:0.000}, O {b.Overfitting:0.000})"))));
        // What a guard does at every estimate is worth a warning once.
        foreach (var action in estimate.Guards)
            (_guards.Add(action.Guard) ? (Action<string>)Warn : Info)($"{span}: {action.Message}.");
    }

    /// <summary>An epoch is done.</summary>
    internal void EndEpoch(EpochRecord epoch)
    {
        _epochsDone = epoch.Epoch + 1;
        _metrics.EndEpoch(epoch, branches);
        Report(TrainingPhase.Training, epoch);
    }

    /// <summary>Logs the first epoch, the last one and, of long runs, every so many between them.</summary>
    internal void Say(EpochRecord epoch, bool isLast)
    {
        int step = (settings.NumberOfEpochs + MostEpochsSaid - 1) / MostEpochsSaid;
        if (epoch.Epoch % step == 0 || isLast)
            Info(epoch.Describe(branches));
    }

    /// <summary>The fit is over, also where it took less work than it might have.</summary>
    internal void End()
    {
        if (_work >= totalWork)
            return;
        _work = totalWork;
        Report(TrainingPhase.Training, null);
    }

    private void Report(TrainingPhase phase, EpochRecord? last)
    {
        _sinceReport.Restart();
        _metrics.Pace();
        host.Report(new TrainingProgress(
            phase, _epochsDone, settings.NumberOfEpochs, Math.Min(1, (double)_work / Math.Max(totalWork, 1)), last)
        { Branches = branches });
    }
}
