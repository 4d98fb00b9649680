using System.Runtime.InteropServices;
using GBlend.MLNet.Native;
using static TorchSharp.torch;

namespace GBlend.MLNet;

/// <summary>Trained networks that score rows: what a transformer wraps and a model file holds. Safe for scoring from many threads.</summary>
internal sealed class TrainedModel : IDisposable
{
    private readonly Device _device;
    private readonly int? _threads;
    private readonly int _views, _crops;
    private readonly HeadInfo[] _branches, _heads;

    /// <param name="networks">Fold after fold.</param>
    /// <param name="loss">The task's loss.</param>
    /// <param name="answer">How the branches make one answer.</param>
    /// <param name="history">How they were trained.</param>
    /// <param name="folds">How many networks stand for one, whose predictions are the mean of theirs.</param>
    internal TrainedModel(IReadOnlyList<JointNetwork> networks, Loss loss, AnswerRule answer, TrainingHistory history, int folds = 1)
    {
        (Networks, Loss, Answer, History, Folds) = (networks, loss, answer, history, folds);
        _heads = _branches = [.. networks.Take(networks.Count / folds).SelectMany(n => n.Shape.Heads)];
        _device = networks[0].Device;
        BlockRows = networks.Min(n => n.Cost.RowsToScore);
        _threads = networks[0].Cost.WantedThreads(BlockRows);
        (_views, _crops) = (Modalities.Max(m => m.Layout.Views), Modalities.Max(m => m.Layout.ScoringCrops));
    }

    /// <summary>
    /// Rows per forward pass, always exactly: a block that is not full is padded, so that the same kernels run for a single row and for
    /// many. Where it is more than one, networks on the CPU, but for very large ones, moreover compute in double precision and round once at
    /// the end: a matrix product's last float bits depend on where a row lies in memory, its score must not.
    /// </summary>
    internal int BlockRows { get; }

    /// <summary>
    /// One or more that read the same rows, fold after fold; the heads of a fold's networks, in order, are the branches of the history.
    /// </summary>
    internal IReadOnlyList<JointNetwork> Networks { get; }

    /// <summary>How many networks stand for one: 1, or in a cross-fitted model the number of its folds.</summary>
    internal int Folds { get; }

    /// <summary>The first network, whose encoders are the ones to take away.</summary>
    internal JointNetwork Network => Networks[0];

    internal Loss Loss { get; }

    internal AnswerRule Answer { get; }

    internal TrainingHistory History { get; }

    /// <summary>What answers in addition to the heads of the networks, behind them.</summary>
    internal IReadOnlyList<PooledMember> Members
    {
        get;
        init
        {
            field = value;
            _heads = [.. _branches, .. value.Select(member => member.Head)];
        }
    } = [];

    /// <summary>What the held-out rows say of its answers.</summary>
    internal Calibration Calibration { get; init; } = new();

    internal LearningTask Task => Loss.Task;

    /// <summary>Whether rows may lack modalities.</summary>
    internal bool LeavesOutMissing => Answer.SingleHeads is not null;

    /// <summary>The names of the modalities, if rows may lack them.</summary>
    internal IReadOnlyList<string> MayBeAbsent => LeavesOutMissing ? [.. Modalities.Select(m => m.Column)] : [];

    internal IReadOnlyList<ModalitySpec> Modalities => Network.Shape.Modalities;

    /// <summary>Values per row and branch: classes, labels, or 1.</summary>
    internal int Outputs => Network.Shape.Outputs;

    /// <summary>Scores up to <see cref="BlockRows"/> rows: probabilities of classes or labels, or the predicted number.</summary>
    /// <remarks>Where rows have several views, or several crops are scored, the scores are the mean of the scores of all of them.</remarks>
    /// <param name="block">
    /// Per modality the rows, row-major, float[] or byte[], of length <see cref="BlockRows"/> x width; rows from <paramref name="rows"/> on are
    /// ignored.
    /// </param>
    /// <param name="rows">The rows to score, 1 to <see cref="BlockRows"/>.</param>
    /// <param name="scores">Receives [rows x Outputs]; of length at least BlockRows x Outputs.</param>
    /// <param name="branchScores">
    /// Receives the same for every branch of <see cref="TrainingHistory.Branches"/>, NaN for one that can't read the row or never learned; <see
    /// langword="null"/> when they are not wanted.
    /// </param>
    /// <param name="isAbsent">Per modality and row whether the row lacks it; <see langword="null"/> when no row lacks any.</param>
    internal void Score(IReadOnlyList<Array> block, int rows, float[] scores, IReadOnlyList<float[]>? branchScores, bool[][]? isAbsent = null)
    {
        bool IsAbsent(int row, int modality) => isAbsent is not null && isAbsent[modality][row];
        bool LacksAny(int row) => isAbsent is not null && isAbsent.Any(modality => modality[row]);
        bool LacksMore(int row) => isAbsent is not null && isAbsent.Where((modality, m) => modality[row] && !Modalities[m].HasPlaceholder).Any();
        AnswerRule[] rules = [.. Enumerable.Range(0, rows).Select(row => LacksAny(row) ? Answer.Without(_heads, modality => IsAbsent(row, modality)) : Answer)];
        bool[] needed = [.. _heads.Select((_, b) => branchScores is not null || rules.Any(rule => rule.Weights[b] != 0))];
        int branches = branchScores?.Count ?? 0;
        var answers = new double[rows * Outputs];
        double[][] byBranch = [.. Enumerable.Range(0, branches).Select(_ => new double[rows * Outputs])];
        double[] answer = new double[Outputs], scratch = new double[Outputs];
        double[][] members = PredictByMembers(block, rows, needed);
        foreach (var (view, crop) in from view in Enumerable.Range(0, _views) from crop in Enumerable.Range(0, _crops) select (view, crop))
        {
            double[][] predictions = [.. Predict(block, rows, view, crop, needed, isAbsent), .. members];
            for (int row = 0; row < rows; row++)
            {
                rules[row].Combine(Task, predictions, row, answer, scratch);
                Add(answer, answers, row);
                for (int b = 0; b < branches; b++)
                {
                    predictions[b].AsSpan(row * Outputs, Outputs).CopyTo(scratch);
                    AnswerRule.Activate(Task, scratch);
                    if (!Answer.Learned[b] || (_heads[b].IsJoint ? LacksMore(row) : !_heads[b].CanRead(modality => IsAbsent(row, modality))))
                        Array.Fill(scratch, double.NaN);
                    Add(scratch, byBranch[b], row);
                }
            }
        }
        Write(answers, scores);
        for (int b = 0; b < branches; b++)
            Write(byBranch[b], branchScores![b]);
    }

    /// <summary>The rule for rows that have some of the modalities: bit i for modality i.</summary>
    internal AnswerRule RuleOf(int has)
    {
        if (has == (1 << Modalities.Count) - 1)
            return Answer;
        // A model that refuses rows which lack modalities has no weights for them; those of its answer are the nearest there are.
        var rule = Answer.SingleHeads is null ? Answer with { SingleHeads = Answer.Weights } : Answer;
        return rule.Without(_heads, modality => (has >> modality & 1) == 0);
    }

    /// <summary>Whether each modality has a head of its own that has learned.</summary>
    internal bool HasAllHeads => Enumerable.Range(0, Modalities.Count).All(i => _heads.Where((head, b) => head.Modality == i && Answer.Learned[b]).Any());

    /// <summary>
    /// What all heads predict for the rows of a block by every set of modalities, [pass][set][branch][row x output]: a pass for each view and crop, sets
    /// as bits. Encoders are passed once. What is predicted by modalities that a row lacks has no meaning.
    /// </summary>
    internal IReadOnlyList<double[][][]> PredictAll(IReadOnlyList<Array> block, int rows)
    {
        bool[] all = [.. _heads.Select(_ => true)];
        double[][] members = PredictByMembers(block, rows, all);
        bool dependsOnSet = Modalities.Any(m => m.HasPlaceholder);
        double[][][] Pass(int view, int crop) => dependsOnSet
            ? [.. PredictSets(block, rows, view, crop).Select(set => (double[][])[.. set, .. members])]
            : [.. Enumerable.Repeat<double[][]>([.. Predict(block, rows, view, crop, all, null), .. members], 1 << Modalities.Count)];
        return [.. from view in Enumerable.Range(0, _views) from crop in Enumerable.Range(0, _crops) select Pass(view, crop)];
    }

    /// <summary>Encoder parameters by name, for other trainings to start from.</summary>
    internal IReadOnlyDictionary<string, float[]> EncoderWeights(string column)
    {
        for (int i = 0; i < Modalities.Count; i++)
        {
            if (Modalities[i].Column == column)
                return Network.EncoderWeights(i);
        }
        throw new ArgumentException(
            $"The model has no modality '{column}'. {Names.Suggest(column, [.. Modalities.Select(m => m.Column)], "modalities")}", nameof(column));
    }

    /// <summary>Writes the settings (JSON, UTF-8) and the weights (safetensors).</summary>
    internal void Save(Stream settings, Stream weights) => ModelFile.Save(this, settings, weights);

    /// <summary>What each fold of each member is, as bytes.</summary>
    internal IReadOnlyList<byte[]> SaveMembers() => [.. Members.SelectMany(member => member.Folds).Select(fold => fold.Save())];

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="weights">The weights.</param>
    /// <param name="device">Where it scores.</param>
    /// <param name="gpuDeviceId">Which GPU.</param>
    /// <param name="fallbackToCpu">Whether it scores on the CPU where there is no such GPU.</param>
    /// <param name="members">What <see cref="SaveMembers"/> wrote, read.</param>
    /// <exception cref="InvalidDataException">Truncated, altered or newer; the message says which.</exception>
    internal static TrainedModel Load(Stream settings, Stream weights, TrainingDevice device, int? gpuDeviceId, bool fallbackToCpu,
        IReadOnlyList<IMemberModel>? members = null)
    {
        TorchNativeLoader.EnsureLoaded();
        return ModelFile.Load(settings, weights, TorchDevices.Resolve(device, gpuDeviceId, fallbackToCpu, _ => { }), members ?? []);
    }

    public void Dispose()
    {
        foreach (var network in Networks)
            network.Dispose();
    }

    /// <summary>Per member the predictions of the block; empty for those that are not needed.</summary>
    private double[][] PredictByMembers(IReadOnlyList<Array> block, int rows, bool[] isNeeded) =>
        [.. Members.Select((member, i) => isNeeded[_branches.Length + i] ? member.Predict(block, rows, Loss) : [])];

    /// <summary>By every set of modalities per branch the predictions of the block, over folds their mean.</summary>
    private double[][][] PredictSets(IReadOnlyList<Array> block, int rows, int view, int crop)
    {
        using var threads = new TorchThreadScope(_threads);
        using var grad = no_grad();
        using var scope = NewDisposeScope();
        int k = Modalities.Count, perFold = Networks.Count / Folds;
        Tensor[] stored = [.. Modalities.Select((m, i) => Place(block[i], m, rows, view, crop).to(_device))];
        double[][][] sums = [.. Enumerable.Range(0, 1 << k).Select(_ => _branches.Select(_ => new double[BlockRows * Outputs]).ToArray())];
        foreach (var (n, network) in Networks.Index())
        {
            int start = Networks.Take(n % perFold).Sum(before => before.Shape.Branches.Count);
            var (shape, precision) = (network.Shape, network.Precision);
            var encoded = Modalities.Select((m, i) => network.Encode(i, m.Prepare(stored[i], precision))).ToArray();
            Tensor[] features = [.. encoded.Select(network.OfJoint)];
            var isHidden = zeros(BlockRows, precision, _device);
            foreach (var (at, branch) in shape.Branches.Index())
            {
                double[]? alone = branch == shape.JointBranch ? null : network.Head(branch, encoded[branch].Feature).ToDoubles();
                for (int set = 1; set < sums.Length; set++)
                {
                    Tensor?[] heard = [.. Enumerable.Range(0, k).Select(m => (set >> m & 1) == 1 ? null : isHidden)];
                    double[] predictions = alone ?? network.Joint(features, heard).ToDoubles(), sum = sums[set][start + at];
                    for (int i = 0; i < sum.Length; i++)
                        sum[i] += predictions[i] / Folds;
                }
            }
        }
        return sums;
    }

    /// <summary>Per modality which rows of a block have it, in a precision; <see langword="null"/> where that makes no difference to any head.</summary>
    private Tensor?[]? Presence(bool[][]? isAbsent, int rows, ScalarType precision) => isAbsent is null || !Modalities.Any(m => m.HasPlaceholder) ? null
        : [.. isAbsent.Select(lacks => lacks.AsSpan(0, rows).Contains(true)
            ? tensor(lacks.Select((lack, row) => row < rows && lack ? 0.0 : 1).ToArray(), precision, _device) : null)];

    /// <summary>Per branch the predictions of the block, over folds their mean; empty for those that are not needed.</summary>
    private double[][] Predict(IReadOnlyList<Array> block, int rows, int view, int crop, bool[] isNeeded, bool[][]? isAbsent)
    {
        using var threads = new TorchThreadScope(_threads);
        using var grad = no_grad();
        using var scope = NewDisposeScope();
        Tensor[] stored = [.. Modalities.Select((m, i) => Place(block[i], m, rows, view, crop).to(_device))];
        var prepared = new Dictionary<ScalarType, Tensor[]>();
        double[][] sums = [.. isNeeded[.._branches.Length].Select(needed => needed ? new double[BlockRows * Outputs] : [])];
        int first = 0;
        foreach (var network in Networks)
        {
            int start = first % sums.Length;
            first += network.Shape.Branches.Count;
            int[] needed = [.. network.Shape.Branches.Where((_, i) => isNeeded[start + i])];
            if (!prepared.TryGetValue(network.Precision, out var inputs))
                prepared.Add(network.Precision, inputs = [.. Modalities.Select((m, i) => m.Prepare(stored[i], network.Precision))]);
            var given = needed.Length == 0 ? [] : network.Forward(inputs, needed, Presence(isAbsent, rows, network.Precision));
            foreach (var (at, branch) in needed.Index())
            {
                double[] predictions = given[at].ToDoubles(), sum = sums[start + network.Shape.Branches.ToList().IndexOf(branch)];
                for (int i = 0; i < sum.Length; i++)
                    sum[i] += predictions[i] / Folds;
            }
        }
        return sums;
    }

    /// <summary>What is read of the rows, as they are stored: a copy, [BlockRows, shape...].</summary>
    private Tensor Place(Array stored, ModalitySpec modality, int rows, int view, int crop)
    {
        var layout = modality.Layout;
        bool isBytes = stored is byte[];
        var placed = empty([BlockRows, .. modality.Shape.Select(s => (long)s)], isBytes ? ScalarType.Byte : ScalarType.Float32);
        int element = isBytes ? 1 : sizeof(float), size = layout.Size * element;
        var source = isBytes ? (byte[])stored : MemoryMarshal.AsBytes(((float[])stored).AsSpan());
        if (layout.IsPlain)
        {
            source[..(BlockRows * size)].CopyTo(placed.bytes);
            return placed;
        }
        var place = layout.PlaceOf(view, crop);
        var (first, count) = layout.Stretch(place);
        for (int row = 0; row < BlockRows; row++)
        {
            // Rows that are not there take the first one's values: memory that nobody wrote may hold anything.
            int from = ((row < rows ? row : 0) * layout.StoredSize + first) * element;
            layout.Copy(source.Slice(from, count * element), place, element, [], placed.bytes.Slice(row * size, size));
        }
        return placed;
    }

    private static void Add(double[] values, double[] sums, int row)
    {
        for (int c = 0; c < values.Length; c++)
            sums[row * values.Length + c] += values[c];
    }

    private void Write(double[] sums, float[] destination)
    {
        for (int i = 0; i < sums.Length; i++)
            destination[i] = (float)(sums[i] / ((double)_views * _crops) * Loss.TargetScale + Loss.TargetMean);
    }
}
