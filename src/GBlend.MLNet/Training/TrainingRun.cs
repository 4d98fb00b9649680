using System.Globalization;
using GBlend.MLNet.Native;
using static TorchSharp.torch;

namespace GBlend.MLNet;

/// <summary>
/// One fit from rows to a trained model. Read <see cref="Run"/> from top to bottom for the whole of it. A run can be advanced in steps
/// (<see cref="Advance"/>) and be asked for the model as it stands (<see cref="Finish"/>) in between.
/// </summary>
internal sealed partial class TrainingRun : IDisposable
{
    /// <summary>Rows that encoders of others are checked on.</summary>
    private const int RowsToCheck = 4;

    /// <summary>
    /// A head below this share of the largest weight has learned little: on made sets 0.3 % of it lost a quarter of the accuracy, and 1 % nothing.
    /// </summary>
    private const double LeastShareToAnswer = 0.01;

    /// <summary>Parameters of all folds' networks together above which one refit takes their place.</summary>
    private const long MostParametersOfFolds = 8_000_000;

    private readonly TrainingSettings _settings;
    private readonly IReadOnlyList<HeadInfo> _heads;
    private readonly FoldTraining[] _folds;
    private readonly FoldTraining? _refit;
    private readonly IReadOnlyList<RowColumn> _rows;
    private readonly RowStore _store;
    private readonly FrozenFeatures _features;
    private readonly FitProgress _progress;
    private readonly FitRecords _records;
    private readonly double[] _heldOutWeights, _priors;
    private readonly HeldOutAnswer _answer;
    private readonly BestEpoch _best;
    private readonly Checkpointing _checkpointing;
    private bool _isPrepared;
    private (int Epoch, bool[] IsRefitted)? _settled;
    private IReadOnlyList<MemberHistory> _members = [];

    internal TrainingRun(TrainingRows rows, TrainingSettings settings, ITrainingHost host, CheckpointFolder? folder = null)
    {
        TorchNativeLoader.EnsureLoaded();
        if (settings.FinalWeights == FinalWeights.Auto && rows.Folds is null)
            settings = settings with { FinalWeights = FinalWeights.LastEpoch };
        if (settings.PredictionSetCoverage is { } coverage)
            PredictionLimits.RequireRows(coverage, [.. rows.Measured.Select(row => rows.Targets.Weights?[row] ?? 1)]);
        (_settings, _rows) = (settings, rows.Modalities);
        var device = TorchDevices.Resolve(settings.Device, settings.GpuDeviceId, settings.FallbackToCpu, host.Warning);
        _features = new FrozenFeatures(rows.MoreMemory());
        _checkpointing = new Checkpointing(folder, ToCheckpoint);
        var plans = settings.Blending.Networks(settings.Modalities.Count, settings.NumberOfEpochs);
        PlannedNetwork[] Plan(TrainingSettings own) =>
            [.. plans.Select(plan => new PlannedNetwork(plan, rows.Targets.Outputs, own, device, _features.Modalities))];
        int folds = rows.Folds is { } foldOf ? foldOf.Max() + 1 : 1;
        TrainingSettings SettingsOf(int fold) => folds == 1 ? settings : settings with { Seed = settings.SeedOf("fold", fold) };
        var first = Plan(SettingsOf(0));
        string[] names = [.. first.SelectMany(p => p.Shape.Heads).Select(b => b.Name)];
        _heads = [.. first.SelectMany(p => p.Shape.Heads), .. settings.Members.Select(member => member.Head)];
        _records = new FitRecords(names, settings);
        JointNetwork[] networks = [.. first.Select(p => p.Create())];
        bool refits = folds > 1 && Refits(networks.Sum(n => n.Parameters.Values.numel()) * folds);
        long passes = refits ? folds : folds - 1, learning = folds == 1 ? rows.HeldOut.Count(isHeldOut => !isHeldOut) : rows.Count * passes;
        _progress = new FitProgress(host, settings, names, learning * first.Sum(p => p.Epochs));
        if (settings.NumberOfThreads is not null && !OpenMPThreads.CanSet)
            _progress.Warn("NumberOfThreads is set, but this build of torch has one number of threads for the whole process, which is left as it is.");
        var loss = Loss.For(rows.Targets, rows.HeldOut);
        using (var targets = loss.Prepare(rows.Targets, settings.LossPrecision))
            _store = new RowStore(rows, settings.Modalities, targets, settings.Precision, device);
        FoldTraining Fold(int fold, Func<int, bool> isHeldOut)
        {
            var planned = fold == 0 ? first : Plan(SettingsOf(fold));
            JointNetwork[] own = fold == 0 ? networks : [.. planned.Select(p => p.Create())];
            return new(rows, new FitContext(rows, _store, loss, isHeldOut, SettingsOf(fold), networks[0].Cost, _progress, _checkpointing), planned, own);
        }
        _folds = folds == 1 ? [Fold(0, row => rows.HeldOut[row])] : [.. Enumerable.Range(0, folds).Select(f => Fold(f, row => rows.Folds![row] == f))];
        _refit = refits ? Fold(folds, _ => false) : null;
        int[] heldOut = [.. _folds.SelectMany(f => f.Context.Rows.HeldOut)];
        _heldOutWeights = [.. _folds.Select(f => f.Context.Rows.HeldOut.Sum(row => rows.Targets.Weights?[row] ?? 1))];
        _priors = rows.Targets.ClassShares(row => !rows.HeldOut[row]);
        bool hasSeveral = first.Length + settings.Members.Count > 1;
        _answer = new HeldOutAnswer(settings.Answer, _heads, hasSeveral, rows, heldOut, loss, settings.SeedOf("answer"));
        _best = new BestEpoch(settings, () => [.. Trained.SelectMany(f => f.Planned).Select(p => p.Create())]);
        if (folder is not null)
            GoOnFrom(folder);
    }

    /// <summary>What the networks of the first fold share.</summary>
    internal FitContext Context => _folds[0].Context;

    /// <summary>The first network that is trained.</summary>
    internal JointNetwork Network => _folds[0].Networks[0].Network;

    /// <summary>Another network like the first, as it begins.</summary>
    internal JointNetwork CreateNetwork() => _folds[0].Planned[0].Create();

    /// <summary>All folds, and behind them the networks that learn from all rows, if the model is to have those.</summary>
    private IEnumerable<FoldTraining> Trained => _refit is null ? _folds : _folds.Append(_refit);

    /// <summary>All networks that learn, fold after fold.</summary>
    internal IEnumerable<NetworkTraining> Networks => Trained.SelectMany(f => f.Networks);

    internal int EpochsDone => _records.Count;

    /// <summary>Whether the last epoch is done, or early stopping has said so.</summary>
    internal bool IsOver { get; private set; }

    /// <summary>Trains a model.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="settings">What is trained.</param>
    /// <param name="host">Who is told.</param>
    /// <param name="folder">Where checkpoints are; <see langword="null"/> for none.</param>
    internal static TrainedModel Fit(TrainingRows rows, TrainingSettings settings, ITrainingHost host, CheckpointFolder? folder = null)
    {
        TorchNativeLoader.EnsureLoaded();
        // The user's own modes, which this thread may be in, are not for training.
        using var inference = inference_mode(false);
        using var grad = enable_grad();
        folder?.Expect(RunIdentity.Of(rows, settings));
        if (folder is not null && FinishedModel(folder, settings, host) is { } finished)
            return finished;
        using var run = new TrainingRun(rows, settings, host, folder);
        var model = run.Run();
        run._progress.End();
        if (folder is not null)
            Keep(model, folder, settings.Seed);
        return model;
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
            NetworkTraining[] networks = [.. Networks];
            var results = new NetworkEpoch[networks.Length];
            SideBySide.Run(Context.TrainsSideBySide, [.. networks.Select((network, i) => (Action)(() => results[i] = network.Train(epoch)))]);
            foreach (var estimate in results.SelectMany(r => r.Estimates))
            {
                _records.Add(estimate);
                _progress.Say(estimate);
            }
            var (record, answer) = Record(epoch, results);
            IsOver = _best.Saw([.. networks.Select(n => n.Network)], epoch, answer) || EpochsDone == _settings.NumberOfEpochs;
            _progress.Say(record, isLast: IsOver);
            _checkpointing.BetweenEpochs(always: IsOver && _settings.RefitJointHeadEpochs > 0);
        }
    }

    /// <summary>The model as it stands, with networks of its own. When the run is over, the joint heads are refitted first if that is wanted.</summary>
    internal TrainedModel Finish()
    {
        using var threads = new TorchThreadScope(Context.NumberOfThreads);
        if (IsOver)
            Settle();
        int selected = _settled?.Epoch ?? EpochsDone - 1;
        bool[] learned = WithMembers([.. _records.Learned(selected).Select((learned, branch) => learned || _settled?.IsRefitted[branch] == true)]);
        if (!Networks.All(n => n.Network.Parts.IsFinite))
            throw Diverged("at the end the network has parameters that are not finite");
        var heldOut = _answer.Predictions(Joined([.. _folds.Select(f => f.HeldOutPredictions())]), learned);
        var answer = _answer.Choose(heldOut, learned, _progress.Warn);
        using var joints = new JointHeads(_folds, _settings.LeavesOutMissing ? _settings.Modalities : []);
        var incomplete = _settings.LeavesOutMissing ? _answer.Incomplete(heldOut, joints.Dispensable, joints.Predict) : null;
        if (incomplete is not null)
            answer = answer.WithSingleHeads(_heads, heldOut, incomplete);
        WarnOfHardlyTaught(answer, _records.LargestShares(selected));
        var calibration = _answer.Calibrate(heldOut, incomplete, answer, _settings.PredictionSetCoverage, _progress.Warn) with { Priors = _priors };
        string description = answer.Describe(_heads);
        double? heldOutLoss = _answer.MeanLoss(heldOut, incomplete, answer);
        _progress.Info(
            $"The answer is the {description}" + (heldOutLoss is { } loss ? FormattableString.Invariant($"; its held-out loss is {loss:0.000}.") : "."));
        var history = _records.ToHistory([.. _folds.Select(f => f.ToHistory())], description, heldOutLoss, selected) with { Members = _members };
        FoldTraining[] final = _refit is null ? _folds : [_refit];
        return new TrainedModel([.. final.SelectMany(f => f.Networks).Select(n => n.Network.ForScoring())], Context.Loss, answer, history, final.Length)
        {
            Calibration = calibration,
            Members = [.. _settings.Members.Select((member, i) => new PooledMember(member.Head, [.. final.Select(fold => fold.Members[i])]))],
        };
    }

    public void Dispose()
    {
        _best.Dispose();
        foreach (var fold in Trained)
            fold.Dispose();
        _store.Dispose();
        _features.Dispose();
    }

    private void Prepare()
    {
        if (_isPrepared)
            return;
        _isPrepared = true;
        _progress.Begin([.. _folds.Select(f => f.Context.Rows)], _refit is not null);
        if (Network.Parts.Encoders.Any(OthersEncoders.Include))
        {
            using var threads = new TorchThreadScope(Context.NumberOfThreads);
            foreach (var batch in _store.Batches([.. Context.Rows.OrderOf(0).Take(RowsToCheck)], RowsToCheck))
                OthersEncoders.Check(Network, batch);
        }
        _features.Compute(Context, Network);
        while (Networks.Where(network => network.IsToPrepare).ToArray() is { Length: > 0 } preparing)
        {
            SideBySide.Run(Context.TrainsSideBySide, [.. preparing.Select(network => (Action)network.Prepare)]);
            _checkpointing.BetweenEpochs();
        }
        FitMembers();
    }

    /// <summary>Fits the members, which learn once, before the first epoch.</summary>
    private void FitMembers()
    {
        foreach (var fold in Trained)
        {
            fold.FitMembers();
            _checkpointing.BetweenEpochs();
        }
        double[][] heldOut = Joined([.. _folds.Select(f => f.HeldOutOfMembers.ToArray())]);
        _members = [.. _settings.Members.Select((member, i) => new MemberHistory(
            member.Head.Name, [.. member.Head.Reads!.Select(m => _settings.Modalities[m].Column)],
            _answer.LossOf(_heads.Count - heldOut.Length + i, heldOut[i])))];
        foreach (var member in _members)
            _progress.Info($"{member}.");
    }

    /// <summary>Of all heads: members have always learned.</summary>
    private bool[] WithMembers(IEnumerable<bool> learned) => [.. learned, .. _settings.Members.Select(_ => true)];

    private (EpochRecord Record, JudgedAnswer? Answer) Record(int epoch, NetworkEpoch[] results)
    {
        JudgedAnswer? answer = null;
        int networks = _folds[0].Networks.Length;
        NetworkEpoch[][] byFold = [.. results.Chunk(networks)];
        EpochRecord[] records = [.. Trained.Zip(byFold, (fold, own) => fold.Record(epoch, own))];
        var record = FitRecords.MeanOver(records[.._folds.Length], _heldOutWeights);
        bool isFinite = records.All(FitRecords.IsFinite);
        if (_folds.All(f => f.Context.FollowsAnswer) && isFinite)
        {
            bool[] learned = WithMembers(_records.Learned(epoch, record));
            var heldOut = Joined([.. _folds.Zip(byFold, (fold, own) =>
                (double[][])[.. own.SelectMany(r => r.Losses.HeldOutPredictions!), .. fold.HeldOutOfMembers])]);
            answer = _answer.Judge(_answer.Predictions(heldOut, learned), learned);
            record = record with { AnswerHeldOutLoss = answer?.Mean };
        }
        _records.Add(record);
        _progress.EndEpoch(record);
        return isFinite ? (record, answer) : throw Diverged($"at the end of epoch {epoch} (counted from 0) the loss is not finite");
    }

    /// <summary>
    /// A head whose loss hardly counted answers rows that have its modality alone, and counts like the others in a mean of heads; how well, nobody has asked
    /// it. A pool has.
    /// </summary>
    private void WarnOfHardlyTaught(AnswerRule answer, double[] shares)
    {
        bool isMean = !answer.IsFromRows && answer.Weights.Count(weight => weight > 0) > 1;
        foreach (var heads in _heads.Index().Where(head => head.Item.Modality is not null).GroupBy(head => head.Item.Name))
        {
            double share = heads.Max(head => shares[head.Index]);
            string? does = share >= LeastShareToAnswer ? null
                : _settings.LeavesOutMissing ? $"rows with '{heads.Key}' alone are answered by it (MissingValues.LeaveOutModality)"
                : isMean && heads.Any(head => answer.Weights[head.Index] > 0) ? "in the answer it counts like the others" : null;
            if (does is not null)
                _progress.Warn(FormattableString.Invariant(
                    $"The head of '{heads.Key}' had at most {100 * share:0.##} % of the largest weight in the training, so that it has learned little, and ")
                    + $"{does}. Give it more weight (for estimated weights by BlendingGuards.WeightFloor), or take Blending.Auto().");
        }
    }

    private TrainingDivergedException Diverged(string what)
    {
        string cause = FarValue.Find(_rows) is { } far ? string.Create(CultureInfo.InvariantCulture,
            $" The column '{_settings.Modalities[far.Modality].Column}' has the value {far.Value:g3} in row {far.Row}, slot {far.Slot} (both counted from 0), "
            + $"far from its others: if it stands for a missing value, make it NaN (MissingValues.ImputeMean).") : "";
        return _records.Diverged(what, cause);
    }

    /// <summary>From [fold][branch][row x output] to [branch][row x output], fold after fold.</summary>
    private static double[][] Joined(double[][][] byFold) => [.. byFold[0].Select((_, branch) => byFold.SelectMany(fold => fold[branch]).ToArray())];

    /// <summary>Whether networks that learn from all rows give the model, with the folds' answer.</summary>
    private bool Refits(long parameters) => _settings.FinalNetworks == FinalNetworks.Refit
        || (_settings.FinalNetworks == FinalNetworks.Auto && parameters > MostParametersOfFolds && !_settings.Blending.NeedsHeldOutRows);

    /// <summary>Once, when the run is over: the weights of the best epoch and the refit of the joint heads, where they are wanted.</summary>
    private void Settle()
    {
        if (_settled is not null)
            return;
        int epoch = _best.Restore([.. Networks.Select(n => n.Network)]) ?? EpochsDone - 1;
        bool[][] refitted = [.. Trained.Select(f => f.Networks.Select(network => _settings.RefitJointHeadEpochs > 0 && network.RefitJointHead()).ToArray())];
        _settled = (epoch, [.. _folds[0].Networks.SelectMany((n, i) => n.Network.Shape.Heads.Select(head => head.IsJoint && refitted.Any(fold => fold[i])))]);
    }
}
