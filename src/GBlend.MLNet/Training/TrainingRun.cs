using System.Diagnostics;
using System.Globalization;
using GBlend.MLNet.Native;
using static TorchSharp.torch;

namespace GBlend.MLNet;

/// <summary>
/// One fit from rows to a trained model. Read <see cref="Run"/> from top to bottom for the whole of it. A run can be advanced in steps
/// (<see cref="Advance"/>) and be asked for the model as it stands (<see cref="Finish"/>) in between.
/// </summary>
internal sealed class TrainingRun : IDisposable
{
    /// <summary>Epochs that are logged of a long run, the last one apart.</summary>
    private const int MostEpochsSaid = 25;

    private readonly ITrainingHost _host;
    private readonly int[] _trainingRows;
    private readonly int[] _heldOutRows;
    private readonly HeldOutAnswer _answer;
    private readonly NetworkTraining[] _networks;
    private readonly BestEpoch _best;
    private readonly long _totalWork;
    private readonly List<EpochRecord> _epochs = [];
    private readonly List<BlendingEstimate> _estimates = [];
    private readonly Lock _reporting = new();
    private readonly Stopwatch _sinceReport = Stopwatch.StartNew();
    private readonly FitMetrics _metrics = new();
    private readonly HashSet<int> _readsFeatures = [];
    private readonly RowMemory _featureMemory;
    private readonly int _rows;
    private long _work;
    private bool _isPrepared;
    private (int Epoch, bool[] IsRefitted)? _settled;

    internal TrainingRun(TrainingRows rows, TrainingSettings settings, ITrainingHost host)
    {
        TorchNativeLoader.EnsureLoaded();
        Settings = settings;
        _rows = rows.Count;
        _featureMemory = rows.MoreMemory();
        _host = host;
        Device = TorchDevices.Resolve(settings.Device, settings.GpuDeviceId, settings.FallbackToCpu, host.Warning);
        _trainingRows = [.. Enumerable.Range(0, rows.Count).Where(row => !rows.HeldOut[row])];
        _heldOutRows = [.. Enumerable.Range(0, rows.Count).Where(row => rows.HeldOut[row])];
        Loss = Loss.For(rows.Targets, rows.HeldOut);
        _networks = [.. settings.Blending.Networks(settings.Modalities.Count, settings.NumberOfEpochs).Select(plan =>
            new NetworkTraining(this, plan, plan.Shape(settings.Modalities, settings.Fusion, rows.Targets.Outputs)))];
        Branches = [.. _networks.SelectMany(n => n.Network.Shape.Heads)];
        BranchNames = [.. Branches.Select(b => b.Name)];
        _totalWork = _trainingRows.Length * _networks.Sum(n => n.Epochs + settings.RefitJointHeadEpochs);
        _best = new BestEpoch(settings, () => [.. _networks.Select(n => n.Create())]);
        NumberOfThreads = settings.NumberOfThreads is { } wanted ? Math.Min(wanted, Environment.ProcessorCount) : Network.WantedThreads(settings.BatchSize);
        if (settings.NumberOfThreads is not null && !OpenMPThreads.CanSet)
            host.Warning("NumberOfThreads is set, but this build of torch has one number of threads for the whole process, which is left as it is.");
        using var targets = Loss.Prepare(rows.Targets, settings.LossPrecision);
        Store = new RowStore(rows, settings.Modalities, targets, settings.Precision, Device);
        int[] measured = SampleOfTrainingRows();
        Meter = new LossMeter(Store, measured, _heldOutRows, Loss, rows.Targets.Weights, Network.MostRowsToMeasure);
        Groups = rows.Groups is { } groups ? new RowGroups([.. measured.Select(row => groups[row])], [.. _heldOutRows.Select(row => groups[row])]) : null;
        _answer = new HeldOutAnswer(settings.Answer, Branches, _networks.Length > 1, rows.Targets.Rows(_heldOutRows), Groups?.HeldOut, Loss, SeedOf("answer"));
    }

    internal TrainingSettings Settings { get; }

    internal Device Device { get; }

    internal Loss Loss { get; }

    internal RowStore Store { get; }

    /// <summary>Modalities whose features are computed once.</summary>
    internal IReadOnlySet<int> ReadsFeatures => _readsFeatures;

    internal LossMeter Meter { get; }

    /// <summary>Which of the measured rows belong together; <see langword="null"/> when nothing says so.</summary>
    internal RowGroups? Groups { get; }

    /// <summary>Whether something depends on how good the answer is after every epoch.</summary>
    internal bool FollowsAnswer => _heldOutRows.Length > 0 && (Settings.EarlyStoppingPatience is not null || Settings.FinalWeights == FinalWeights.BestEpoch);

    /// <summary>The heads of all networks, in the order of the history.</summary>
    internal IReadOnlyList<HeadInfo> Branches { get; }

    private IReadOnlyList<string> BranchNames { get; }

    /// <summary>The first network that is trained.</summary>
    internal JointNetwork Network => _networks[0].Network;

    /// <summary>Another network like the first, as it begins.</summary>
    internal JointNetwork CreateNetwork() => _networks[0].Create();

    /// <summary>Threads of torch's operations; <see langword="null"/> for torch's own number.</summary>
    internal int? NumberOfThreads { get; }

    /// <summary>Whether networks and branches that share nothing may train at the same time: where each uses one thread.</summary>
    internal bool TrainsSideBySide => Settings.TrainsSideBySide && NumberOfThreads == 1;

    internal int EpochsDone => _epochs.Count;

    /// <summary>Whether the last epoch is done, or early stopping has said so.</summary>
    internal bool IsOver { get; private set; }

    /// <summary>Trains a model.</summary>
    internal static TrainedModel Fit(TrainingRows rows, TrainingSettings settings, ITrainingHost host)
    {
        TorchNativeLoader.EnsureLoaded();
        // The user's own modes, which this thread may be in, are not for training.
        using var inference = inference_mode(false);
        using var grad = enable_grad();
        using var run = new TrainingRun(rows, settings, host);
        return run.Run();
    }

    internal TrainedModel Run()
    {
        Advance(Settings.NumberOfEpochs);
        return Finish();
    }

    /// <summary>Trains up to an epoch, or until early stopping.</summary>
    internal void Advance(int toEpoch)
    {
        Prepare();
        while (!IsOver && EpochsDone < Math.Min(toEpoch, Settings.NumberOfEpochs))
        {
            int epoch = EpochsDone;
            var results = new NetworkEpoch[_networks.Length];
            SideBySide.Run(TrainsSideBySide, [.. _networks.Select((network, i) => (Action)(() => results[i] = network.Train(epoch)))]);
            foreach (var estimate in results.SelectMany(r => r.Estimates))
                Record(estimate);
            Record(epoch, results);
            IsOver = _best.Saw([.. _networks.Select(n => n.Network)], epoch, _epochs[^1].AnswerHeldOutLoss) || EpochsDone == Settings.NumberOfEpochs;
            Say(_epochs[^1]);
        }
    }

    /// <summary>The model as it stands, with networks of its own. When the run is over, the joint heads are refitted first if that is wanted.</summary>
    internal TrainedModel Finish()
    {
        using var threads = new TorchThreadScope(NumberOfThreads);
        if (IsOver)
            Settle();
        int selected = _settled?.Epoch ?? _epochs.Count - 1;
        bool[] learned = [.. Learned(_epochs.Take(selected + 1)).Select((learned, branch) => learned || _settled?.IsRefitted[branch] == true)];
        if (!_networks.All(n => n.Network.IsFinite))
            throw Diverged("at the end the network has parameters that are not finite");
        var heldOut = HeldOut([.. _networks.SelectMany(n => Meter.HeldOutPredictions(n.Network, n.Network.Shape.Branches))], learned);
        var answer = _answer.Choose(heldOut, learned, _host.Warning);
        if (Settings.LeavesOutMissing)
            answer = answer.WithSingleHeads(Branches, heldOut);
        string description = answer.Describe(Branches);
        double? heldOutLoss = _answer.MeanLoss(heldOut, learned);
        _host.Info($"The answer is the {description}" + (heldOutLoss is { } loss ? FormattableString.Invariant($"; its held-out loss is {loss:0.000}.") : "."));
        var history = new TrainingHistory(BranchNames, [.. _epochs], [.. _estimates], description, heldOutLoss, selected)
        {
            Seed = Settings.Seed,
            TrainingRows = _trainingRows.Length,
            HeldOutRows = _heldOutRows.Length,
        };
        return new TrainedModel([.. _networks.Select(n => n.Network.ForScoring())], Loss, answer, history);
    }

    /// <summary>Once, when the run is over: the weights of the best epoch and the refit of the joint heads, where they are wanted.</summary>
    private void Settle()
    {
        if (_settled is not null)
            return;
        int epoch = _best.Restore([.. _networks.Select(n => n.Network)]) ?? _epochs.Count - 1;
        bool[] refitted = [.. _networks.Select(network => Settings.RefitJointHeadEpochs > 0 && network.RefitJointHead())];
        _settled = (epoch, [.. _networks.SelectMany((n, i) => n.Network.Shape.Heads.Select(head => head.IsJoint && refitted[i]))]);
    }

    /// <summary>The order of the training rows in an epoch; the same for all networks and for trial copies.</summary>
    internal int[] OrderOf(int epoch)
    {
        var order = (int[])_trainingRows.Clone();
        if (Settings.Shuffle)
            new Random(SeedOf("order", epoch)).Shuffle(order);
        return order;
    }

    /// <summary>The seed of what is random about the rows in an epoch; the same for the network and for the trial copies.</summary>
    internal int DrawOf(int epoch) => Seeds.Derive(Settings.Seed, "rows", epoch);

    internal double LearningRateOf(int epoch) => Settings.LearningRate * Settings.LearningRateSchedule.Factor(epoch, Settings.NumberOfEpochs);

    internal int SeedOf(string purpose, int index = 0) => Seeds.Derive(Settings.Seed, purpose, index);

    /// <summary>Tells the user something.</summary>
    internal void Say(string message) => _host.Info(message);

    /// <summary>Before every batch: stops when asked to, and reports at least every second. Branches that train side by side come here together.</summary>
    internal void OnBatch(TrainingPhase phase, long rows)
    {
        _host.CheckAlive();
        lock (_reporting)
        {
            _work += rows;
            _metrics.Train(phase, rows);
            if (_sinceReport.Elapsed.TotalSeconds >= 1)
                Report(phase, null);
        }
    }

    public void Dispose()
    {
        _best.Dispose();
        Meter.Dispose();
        Store.Dispose();
        _featureMemory.Dispose();
        Array.ForEach(_networks, network => network.Dispose());
    }

    private void Prepare()
    {
        if (_isPrepared)
            return;
        _isPrepared = true;
        _host.Info($"Fit {_metrics.Fit}: {_trainingRows.Length} training rows, {_heldOutRows.Length} held-out rows, epochs 0 to {Settings.NumberOfEpochs - 1}, seed {Settings.Seed}, {(Settings.Modalities.Count == 1 ? "one modality: nothing to blend" : Settings.Blending)}.");
        ComputeFrozenFeatures();
        Array.ForEach(_networks, network => network.Prepare());
    }

    private void ComputeFrozenFeatures()
    {
        using var threads = new TorchThreadScope(NumberOfThreads);
        for (int i = 0; i < Settings.Modalities.Count; i++)
        {
            if (!FrozenFeatures.AreFixed(Settings.Modalities[i], Network.EncoderNames(i), Settings))
                continue;
            Store.Replace(i, FrozenFeatures.Compute(Store, Network, i, _rows, _featureMemory, _host.CheckAlive));
            _readsFeatures.Add(i);
            _host.Info($"The encoder of '{Settings.Modalities[i].Column}' is frozen; its features were computed once.");
        }
    }

    /// <summary>Per branch whether it had weight in any of some epochs.</summary>
    private IEnumerable<bool> Learned(IEnumerable<EpochRecord> epochs) => Branches.Select((_, i) => epochs.Any(e => BlendingWeights.Teach(e.Weights, i)));

    private int[] SampleOfTrainingRows()
    {
        var sample = (int[])_trainingRows.Clone();
        new Random(SeedOf("train loss rows")).Shuffle(sample);
        return sample[..Math.Min(Settings.TrainLossRows, sample.Length)];
    }

    private void Record(BlendingEstimate estimate)
    {
        _estimates.Add(estimate);
        _host.Info($"{Span(estimate)}: " + string.Join(", ", estimate.Branches.Select(b =>
            FormattableString.Invariant($"{b.Branch} weight {b.Weight:0.000} (G {b.Generalization:0.000}, O {b.Overfitting:0.000})"))));
        foreach (var action in estimate.Guards)
            _host.Warning($"{Span(estimate)}: {action.Message}.");
    }

    private static string Span(BlendingEstimate estimate) => $"Epochs {estimate.FirstEpoch} to {estimate.FirstEpoch + estimate.Epochs - 1}";

    /// <summary>Logs the first epoch, the last one and, of long runs, every so many between them.</summary>
    private void Say(EpochRecord epoch)
    {
        int step = (Settings.NumberOfEpochs + MostEpochsSaid - 1) / MostEpochsSaid;
        if (epoch.Epoch % step == 0 || IsOver)
            _host.Info(epoch.Describe(BranchNames));
    }

    private void Record(int epoch, NetworkEpoch[] results)
    {
        double[] weights = [.. results.SelectMany(r => r.Weights)];
        var record = new EpochRecord(epoch, LearningRateOf(epoch), weights, [.. results.SelectMany(r => r.Losses.TrainMeans)], [.. results.SelectMany(r => r.Losses.HeldOutMeans)]);
        if (FollowsAnswer && IsFinite(record))
        {
            bool[] learned = [.. Learned(_epochs.Append(record))];
            record = record with { AnswerHeldOutLoss = _answer.MeanLoss(HeldOut([.. results.SelectMany(r => r.Losses.HeldOutPredictions!)], learned), learned) };
        }
        _epochs.Add(record);
        _metrics.EndEpoch(record, BranchNames);
        Report(TrainingPhase.Training, record);
        if (!IsFinite(record))
            throw Diverged($"at the end of epoch {epoch} (counted from 0) the loss is not finite");
    }

    private static bool IsFinite(EpochRecord record) => record.TrainLoss.Where((_, i) => record.Weights[i] > 0).All(double.IsFinite);

    private TrainingDivergedException Diverged(string what) => new(
        $"The training diverged: {what}. Lower LearningRate ({Settings.LearningRate.ToString("g3", CultureInfo.InvariantCulture)}), set GradientClipping, or standardize the modality columns.");

    /// <summary>What the heads predict for the held-out rows, all of it finite: a single row would spoil what is fitted on all of them.</summary>
    private HeldOutPredictions HeldOut(double[][] byBranch, IReadOnlyList<bool> learned)
    {
        for (int branch = 0; branch < byBranch.Length; branch++)
        {
            int at = learned[branch] ? Array.FindIndex(byBranch[branch], value => !double.IsFinite(value)) : -1;
            if (at >= 0)
            {
                throw new TrainingDivergedException($"The head of '{BranchNames[branch]}' predicts no finite number for row {_heldOutRows[at / Network.Shape.Outputs]} (counted from 0), "
                    + "which is held out of training. Look for values in that row that are far from those of the others, and mend, clip or remove them.");
            }
        }
        return _answer.Predictions(byBranch);
    }

    private void Report(TrainingPhase phase, EpochRecord? last)
    {
        _sinceReport.Restart();
        _metrics.Pace();
        _host.Report(new TrainingProgress(phase, _epochs.Count, Settings.NumberOfEpochs, Math.Min(1, (double)_work / Math.Max(_totalWork, 1)), last) { Branches = BranchNames });
    }
}
