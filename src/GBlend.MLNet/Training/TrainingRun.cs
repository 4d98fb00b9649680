using System.Diagnostics;
using System.Globalization;
using GBlend.MLNet.Native;
using static TorchSharp.torch;

namespace GBlend.MLNet;

/// <summary>One fit from rows to a trained model. Read <see cref="Run"/> from top to bottom for the whole of it.</summary>
internal sealed class TrainingRun : IDisposable
{
    private readonly ITrainingHost _host;
    private readonly Device _device;
    private readonly NetworkShape _shape;
    private readonly IReadOnlyList<BlendingSpan> _plan;
    private readonly int[] _trainingRows;
    private readonly int[] _heldOutRows;
    private readonly TrainingTargets _targets;
    private readonly long _totalWork;
    private readonly List<EpochRecord> _epochs = [];
    private readonly List<BlendingEstimate> _estimates = [];
    private readonly Lock _reporting = new();
    private readonly Stopwatch _sinceReport = Stopwatch.StartNew();
    private long _work;

    internal TrainingRun(TrainingRows rows, TrainingSettings settings, ITrainingHost host)
    {
        TorchNativeLoader.EnsureLoaded();
        Settings = settings;
        _host = host;
        _device = TorchDevices.Resolve(settings.Device, settings.GpuDeviceId, settings.FallbackToCpu, host.Warning);
        _shape = NetworkShape.For(settings.Modalities, settings.Fusion, rows.Targets.Outputs, settings.Blending);
        _plan = settings.Blending.Plan(settings.Modalities.Count, settings.NumberOfEpochs);
        _trainingRows = [.. Enumerable.Range(0, rows.Count).Where(row => !rows.HeldOut[row])];
        _heldOutRows = [.. Enumerable.Range(0, rows.Count).Where(row => rows.HeldOut[row])];
        _targets = rows.Targets;
        _totalWork = (long)_trainingRows.Length * (settings.NumberOfEpochs + _plan.Where(s => s.Weights is null).Sum(s => 2L * s.Epochs) + settings.RefitJointHeadEpochs);
        Loss = Loss.For(rows.Targets, rows.HeldOut);
        Network = CreateNetwork();
        NumberOfThreads = settings.NumberOfThreads is { } wanted ? Math.Min(wanted, Environment.ProcessorCount) : TorchThreadScope.For(Network, settings.BatchSize);
        using var targets = Loss.Prepare(rows.Targets, settings.Precision);
        Store = new RowStore(rows, settings.Modalities, targets, settings.Precision, _device);
        int[] measured = SampleOfTrainingRows();
        Meter = new LossMeter(Store, measured, _heldOutRows, Loss, Network.MostRowsToMeasure);
        Groups = rows.Groups is { } groups ? new RowGroups([.. measured.Select(row => groups[row])], [.. _heldOutRows.Select(row => groups[row])]) : null;
    }

    internal TrainingSettings Settings { get; }

    internal Loss Loss { get; }

    internal RowStore Store { get; }

    internal LossMeter Meter { get; }

    /// <summary>Which of the measured rows belong together; <see langword="null"/> when nothing says so.</summary>
    internal RowGroups? Groups { get; }

    /// <summary>The network that is trained.</summary>
    internal JointNetwork Network { get; }

    /// <summary>Threads of torch's operations; <see langword="null"/> for torch's own number.</summary>
    internal int? NumberOfThreads { get; }

    internal TrainedModel Run()
    {
        using var threads = new TorchThreadScope(NumberOfThreads);
        _host.Info($"{_trainingRows.Length} training rows, {_heldOutRows.Length} held-out rows, seed {Settings.Seed}, {Settings.Blending}.");
        using var trainer = new BranchTrainer(Network, Settings, Loss);
        using var estimator = _plan.Any(s => s.Weights is null) ? new GradientBlendingEstimator(this) : null;
        using var best = new BestEpoch(Settings, CreateNetwork);
        var losses = Meter.Measure(Network, _shape.Branches, glance: estimator is null);
        double[]? weights = null;
        foreach (var span in _plan)
        {
            bool estimateFollows = span.FirstEpoch + span.Epochs < Settings.NumberOfEpochs;
            if (span.Weights is null)
            {
                (weights, var estimate) = estimator!.Estimate(Network, losses, span);
                Record(estimate);
            }
            else
                weights = [.. _shape.Branches.Select(b => span.Weights[b])];
            trainer.SetWeights([.. _shape.Branches.Zip(LossWeights(weights))]);

            for (int epoch = span.FirstEpoch; epoch < span.FirstEpoch + span.Epochs; epoch++)
            {
                Network.SeedDropout(Seeds.Derive(Settings.Seed, "epoch", epoch));
                trainer.TrainEpoch(Store, OrderOf(epoch), DrawOf(epoch), LearningRateOf(epoch), rows => OnBatch(TrainingPhase.Training, rows));
                losses = Meter.Measure(Network, _shape.Branches, glance: !(estimateFollows && epoch == span.FirstEpoch + span.Epochs - 1));
                Record(epoch, weights, losses);
                if (best.Saw(Network, epoch, AnswerLoss(losses)))
                    return Finish(best);
            }
        }
        return Finish(best);
    }

    /// <summary>The order of the training rows in an epoch; the same for the network and for the trial copies.</summary>
    internal int[] OrderOf(int epoch)
    {
        var order = (int[])_trainingRows.Clone();
        if (Settings.Shuffle)
            new Random(Seeds.Derive(Settings.Seed, "order", epoch)).Shuffle(order);
        return order;
    }

    /// <summary>The seed of what is random about the rows in an epoch; the same for the network and for the trial copies.</summary>
    internal int DrawOf(int epoch) => Seeds.Derive(Settings.Seed, "rows", epoch);

    internal double LearningRateOf(int epoch) => Settings.LearningRate * Settings.LearningRateSchedule.Factor(epoch, Settings.NumberOfEpochs);

    internal JointNetwork CreateNetwork() => new(_shape, Seeds.Derive(Settings.Seed, "network"), Settings.Precision, _device);

    /// <summary>Before every batch: stops when asked to, and reports at least every second. Branches that train side by side come here together.</summary>
    internal void OnBatch(TrainingPhase phase, long rows)
    {
        _host.CheckAlive();
        lock (_reporting)
        {
            _work += rows;
            if (_sinceReport.Elapsed.TotalSeconds >= 1)
                Report(phase, null);
        }
    }

    public void Dispose()
    {
        Meter.Dispose();
        Store.Dispose();
        Network.Dispose();
    }

    private TrainedModel Finish(BestEpoch best)
    {
        int selected = best.Restore(Network) ?? _epochs.Count - 1;
        if (_shape.HasJoint && Settings.RefitJointHeadEpochs > 0)
            RefitJointHead();
        var heldOut = new HeldOutPredictions(Meter.HeldOutPredictions(Network, _shape.Branches), _targets.Rows(_heldOutRows), Loss);
        var answer = AnswerRule.Choose(Settings.Answer, _shape, heldOut, LearnedBranches(), _host);
        string description = answer.Describe(_shape);
        double? heldOutLoss = answer.MeanLoss(heldOut);
        _host.Info($"The answer is the {description}" + (heldOutLoss is { } loss ? FormattableString.Invariant($"; its held-out loss is {loss:0.000}.") : "."));
        var history = new TrainingHistory([.. _shape.Branches.Select(_shape.NameOf)], _epochs, _estimates, description, heldOutLoss, selected)
        {
            Seed = Settings.Seed,
            TrainingRows = _trainingRows.Length,
            HeldOutRows = _heldOutRows.Length,
        };
        return new TrainedModel(CopyOfNetwork(), Loss, answer, history);
    }

    /// <summary>Per branch, whether its head ever had weight. One that never had is as random as it began.</summary>
    private bool[] LearnedBranches() => [.. _shape.Branches.Select((branch, i) =>
        _epochs.Any(e => e.Weights[i] > 0) || (branch == _shape.JointBranch && Settings.RefitJointHeadEpochs > 0))];

    /// <summary>The model outlives the run and owns a network of its own.</summary>
    private JointNetwork CopyOfNetwork()
    {
        var copy = new JointNetwork(_shape, 0, TrainedModel.ScoringPrecision(Network), _device, learns: false);
        copy.CopyFrom(Network);
        return copy;
    }

    private void RefitJointHead()
    {
        using var fresh = CreateNetwork();
        Network.JointSegment.CopyFrom(fresh.JointSegment);
        using var trainer = new BranchTrainer(Network, Settings, Loss);
        trainer.SetWeights([(_shape.JointBranch, 1)], freezeEncoders: true);
        for (int epoch = 0; epoch < Settings.RefitJointHeadEpochs; epoch++)
        {
            Network.SeedDropout(Seeds.Derive(Settings.Seed, "refit", epoch));
            trainer.TrainEpoch(Store, OrderOf(epoch), DrawOf(Settings.NumberOfEpochs + epoch), Settings.LearningRate, rows => OnBatch(TrainingPhase.Training, rows));
        }
    }

    /// <summary>What the losses are multiplied by: the weights, or, to keep the encoders' rate, such that the busiest encoder feels one whole loss.</summary>
    private IEnumerable<double> LossWeights(double[] weights)
    {
        double scale = Settings.Blending.Guards.KeepsLearningRate ? 1 / BusiestEncoder(weights) : 1;
        return weights.Select(w => w * scale);
    }

    /// <summary>The largest sum of weights, its own head's and the joint one, that reaches an encoder.</summary>
    private double BusiestEncoder(double[] weights)
    {
        double joint = _shape.HasJoint ? weights[^1] : 0;
        return joint + (_shape.HasHeads ? weights.Take(_shape.Modalities.Count).Max() : 0);
    }

    /// <summary>What early stopping and the choice of the best epoch look at: the joint branch's loss, or the mean of the heads'.</summary>
    private double? AnswerLoss(MeasuredLosses losses)
    {
        var heldOut = losses.HeldOutMeans;
        return heldOut.Length == 0 ? null : _shape.HasJoint ? heldOut[^1] : heldOut.Average();
    }

    private int[] SampleOfTrainingRows()
    {
        var sample = (int[])_trainingRows.Clone();
        new Random(Seeds.Derive(Settings.Seed, "train loss rows")).Shuffle(sample);
        return sample[..Math.Min(Settings.TrainLossRows, sample.Length)];
    }

    private void Record(BlendingEstimate estimate)
    {
        _estimates.Add(estimate);
        _host.Info($"Epochs {estimate.FirstEpoch + 1}-{estimate.FirstEpoch + estimate.Epochs}: " + string.Join(", ", estimate.Branches.Select(b =>
            FormattableString.Invariant($"{b.Branch} weight {b.Weight:0.000} (G {b.Generalization:0.000}, O {b.Overfitting:0.000})"))));
        foreach (var action in estimate.Guards)
            _host.Warning($"Epochs {estimate.FirstEpoch + 1}-{estimate.FirstEpoch + estimate.Epochs}: {action.Message}.");
    }

    private void Record(int epoch, double[] weights, MeasuredLosses losses)
    {
        var record = new EpochRecord(epoch, LearningRateOf(epoch), weights, losses.TrainMeans, losses.HeldOutMeans);
        _epochs.Add(record);
        Report(TrainingPhase.Training, record);
        if (!record.TrainLoss.Where((_, i) => weights[i] > 0).All(double.IsFinite))
            throw new TrainingDivergedException($"The training diverged: after epoch {epoch + 1} the loss is not finite. Lower LearningRate ({Settings.LearningRate.ToString("g3", CultureInfo.InvariantCulture)}), set GradientClipping, or standardise the modality columns.");
    }

    private void Report(TrainingPhase phase, EpochRecord? last)
    {
        _sinceReport.Restart();
        _host.Report(new TrainingProgress(phase, _epochs.Count, Settings.NumberOfEpochs, Math.Min(1, (double)_work / Math.Max(_totalWork, 1)), last));
    }
}
