using GBlend.MLNet.Native;
using static TorchSharp.torch;

namespace GBlend.MLNet;

/// <summary>
/// One fit from rows to a trained model. Read <see cref="Run"/> from top to bottom for the whole of it. A run can be advanced in steps
/// (<see cref="Advance"/>) and be asked for the model as it stands (<see cref="Finish"/>) in between.
/// </summary>
internal sealed class TrainingRun : IDisposable
{
    private readonly TrainingSettings _settings;
    private readonly IReadOnlyList<HeadInfo> _heads;
    private readonly PlannedNetwork[] _planned;
    private readonly NetworkTraining[] _networks;
    private readonly FrozenFeatures _features;
    private readonly FitProgress _progress;
    private readonly FitRecords _records;
    private readonly HeldOutAnswer _answer;
    private readonly BestEpoch _best;
    private bool _isPrepared;
    private (int Epoch, bool[] IsRefitted)? _settled;

    internal TrainingRun(TrainingRows rows, TrainingSettings settings, ITrainingHost host)
    {
        TorchNativeLoader.EnsureLoaded();
        _settings = settings;
        var device = TorchDevices.Resolve(settings.Device, settings.GpuDeviceId, settings.FallbackToCpu, host.Warning);
        _features = new FrozenFeatures(rows.MoreMemory());
        _planned = [.. settings.Blending.Networks(settings.Modalities.Count, settings.NumberOfEpochs)
            .Select(plan => new PlannedNetwork(plan, rows.Targets.Outputs, settings, device, _features.Modalities))];
        _heads = [.. _planned.SelectMany(p => p.Shape.Heads)];
        string[] names = [.. _heads.Select(b => b.Name)];
        _records = new FitRecords(names, settings);
        _progress = new FitProgress(host, settings, names, rows.HeldOut.Count(isHeldOut => !isHeldOut) * _planned.Sum(p => p.Epochs));
        JointNetwork[] networks = [.. _planned.Select(p => p.Create())];
        Context = new FitContext(rows, settings, networks[0], _progress);
        _networks = [.. _planned.Zip(networks, (planned, network) => new NetworkTraining(Context, planned, network))];
        _answer = new HeldOutAnswer(settings.Answer, _heads, _networks.Length > 1, rows.Targets, Context.Rows.HeldOut, Context.Groups?.HeldOut, Context.Loss, settings.SeedOf("answer"));
        _best = new BestEpoch(settings, () => [.. _planned.Select(p => p.Create())]);
    }

    /// <summary>What the networks share.</summary>
    internal FitContext Context { get; }

    /// <summary>The first network that is trained.</summary>
    internal JointNetwork Network => _networks[0].Network;

    /// <summary>Another network like the first, as it begins.</summary>
    internal JointNetwork CreateNetwork() => _planned[0].Create();

    internal int EpochsDone => _records.Count;

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
        Advance(_settings.NumberOfEpochs);
        return Finish();
    }

    /// <summary>Trains up to an epoch, or until early stopping.</summary>
    internal void Advance(int toEpoch)
    {
        Prepare();
        while (!IsOver && EpochsDone < Math.Min(toEpoch, _settings.NumberOfEpochs))
        {
            int epoch = EpochsDone;
            var results = new NetworkEpoch[_networks.Length];
            SideBySide.Run(Context.TrainsSideBySide, [.. _networks.Select((network, i) => (Action)(() => results[i] = network.Train(epoch)))]);
            foreach (var estimate in results.SelectMany(r => r.Estimates))
            {
                _records.Add(estimate);
                _progress.Say(estimate);
            }
            var record = Record(epoch, results);
            IsOver = _best.Saw([.. _networks.Select(n => n.Network)], epoch, record.AnswerHeldOutLoss) || EpochsDone == _settings.NumberOfEpochs;
            _progress.Say(record, isLast: IsOver);
        }
    }

    /// <summary>The model as it stands, with networks of its own. When the run is over, the joint heads are refitted first if that is wanted.</summary>
    internal TrainedModel Finish()
    {
        using var threads = new TorchThreadScope(Context.NumberOfThreads);
        if (IsOver)
            Settle();
        int selected = _settled?.Epoch ?? EpochsDone - 1;
        bool[] learned = [.. _records.Learned(selected).Select((learned, branch) => learned || _settled?.IsRefitted[branch] == true)];
        if (!_networks.All(n => n.Network.Parts.IsFinite))
            throw _records.Diverged("at the end the network has parameters that are not finite");
        var heldOut = _answer.Predictions([.. _networks.SelectMany(n => Context.Meter.HeldOutPredictions(n.Network, n.Network.Shape.Branches))], learned);
        var answer = _answer.Choose(heldOut, learned, _progress.Warn);
        if (_settings.LeavesOutMissing)
            answer = answer.WithSingleHeads(_heads, heldOut);
        string description = answer.Describe(_heads);
        double? heldOutLoss = _answer.MeanLoss(heldOut, learned);
        _progress.Info($"The answer is the {description}" + (heldOutLoss is { } loss ? FormattableString.Invariant($"; its held-out loss is {loss:0.000}.") : "."));
        return new TrainedModel([.. _networks.Select(n => n.Network.ForScoring())], Context.Loss, answer, _records.ToHistory(Context.Rows, description, heldOutLoss, selected));
    }

    public void Dispose()
    {
        _best.Dispose();
        Context.Dispose();
        _features.Dispose();
        Array.ForEach(_networks, network => network.Dispose());
    }

    private void Prepare()
    {
        if (_isPrepared)
            return;
        _isPrepared = true;
        _progress.Begin(Context.Rows);
        _features.Compute(Context, Network);
        Array.ForEach(_networks, network => network.Prepare());
    }

    private EpochRecord Record(int epoch, NetworkEpoch[] results)
    {
        double[] weights = [.. results.SelectMany(r => r.Weights)];
        var record = new EpochRecord(epoch, _settings.LearningRateOf(epoch), weights, [.. results.SelectMany(r => r.Losses.TrainMeans)], [.. results.SelectMany(r => r.Losses.HeldOutMeans)]);
        bool isFinite = FitRecords.IsFinite(record);
        if (Context.FollowsAnswer && isFinite)
        {
            bool[] learned = _records.Learned(epoch, record);
            record = record with { AnswerHeldOutLoss = _answer.MeanLoss(_answer.Predictions([.. results.SelectMany(r => r.Losses.HeldOutPredictions!)], learned), learned) };
        }
        _records.Add(record);
        _progress.EndEpoch(record);
        return isFinite ? record : throw _records.Diverged($"at the end of epoch {epoch} (counted from 0) the loss is not finite");
    }

    /// <summary>Once, when the run is over: the weights of the best epoch and the refit of the joint heads, where they are wanted.</summary>
    private void Settle()
    {
        if (_settled is not null)
            return;
        int epoch = _best.Restore([.. _networks.Select(n => n.Network)]) ?? EpochsDone - 1;
        bool[] refitted = [.. _networks.Select(network => _settings.RefitJointHeadEpochs > 0 && network.RefitJointHead())];
        _settled = (epoch, [.. _networks.SelectMany((n, i) => n.Network.Shape.Heads.Select(head => head.IsJoint && refitted[i]))]);
    }
}
