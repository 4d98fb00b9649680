using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace GBlend.MLNet;

/// <summary>
/// The multi-head network of the paper's figure 2c: encoders shared by their own heads and by the joint branch.
/// Branch i is encoder i and head i; the last branch is all encoders and the fusion.
/// </summary>
internal sealed class JointNetwork : IDisposable
{
    /// <summary>Multiply-adds of a forward pass.</summary>
    private const double SmallStep = 32e6;

    /// <summary>Parameters above which double precision would cost too much to score with.</summary>
    private const long MostParametersInDouble = 16_000_000;

    private const int MostMeasured = 1024, MostScored = 64;

    private readonly EncoderModule[] _encoders;
    private readonly Linear[] _heads;
    private readonly FusionModule? _joint;
    private readonly ParameterSegment[] _encoderSegments;
    private readonly ParameterSegment[] _headSegments;
    private readonly ParameterSegment? _jointSegment;
    private readonly Generator _dropout;
    private readonly bool _hasDropout;
    private readonly TorchStream? _torchStream;
    private readonly double _multiplyAdds;

    internal JointNetwork(NetworkShape shape, int seed, ScalarType precision, Device device, bool learns = true)
    {
        (Shape, Precision, Device) = (shape, precision, device);
        using (new TorchRandomScope(seed))
        using (var scope = NewDisposeScope())
        {
            _encoders = [.. shape.Modalities.Select(Build)];
            _heads = shape.HasHeads ? [.. _encoders.Select(e => Linear(e.FeatureWidth, shape.Outputs))] : [];
            _joint = shape.HasJoint ? shape.Fusion.Build(_encoders, shape.Outputs) : null;
            scope.Detach(_encoders.Concat<Module>(_heads).Concat(_joint is null ? [] : [_joint])
                .SelectMany(m => m.parameters().Cast<Tensor>().Concat(m.buffers())).Cast<IDisposable>());
        }
        for (int i = 0; i < _encoders.Length; i++)
        {
            if (shape.Modalities[i].Start is { } weights)
                SetWeights(_encoders[i], weights);
        }
        Parameters = new FlatParameters(_encoders.Concat<Module>(_heads).Concat(_joint is null ? [] : [_joint]).Sum(ParameterSegment.SizeOf), precision, device, learns);
        long start = 0;
        ParameterSegment Segment(Module module)
        {
            var segment = new ParameterSegment(module, Parameters, start);
            start += segment.Length;
            return segment;
        }
        _encoderSegments = [.. _encoders.Select(Segment)];
        _headSegments = [.. _heads.Select(Segment)];
        _jointSegment = _joint is null ? null : Segment(_joint);
        _multiplyAdds = _encoders.Sum(e => e.MultiplyAdds) + _headSegments.Append(_jointSegment).Sum(s => s?.Values.numel() ?? 0);
        _dropout = new Generator((ulong)Seeds.Derive(seed, "dropout"), device);
        foreach (var dropout in Parts.SelectMany(p => p.Segment.Module.modules()).OfType<SeededDropout>())
        {
            dropout.Generator = _dropout;
            _hasDropout = true;
        }
        // What modules of others draw, nobody can see; the library's own draw from its generator.
        if (learns && _encoders.Any(IsOfOthers))
            _torchStream = new TorchStream(Seeds.Derive(seed, "torch"));
        Train(false);
    }

    internal NetworkShape Shape { get; }

    /// <summary>Modalities whose inputs are not rows but what their frozen encoders made of them, see <see cref="FrozenFeatures"/>.</summary>
    internal IReadOnlySet<int>? ReadsFeatures { get; init; }

    internal ScalarType Precision { get; }

    internal Device Device { get; }

    /// <summary>Those of all parts.</summary>
    internal FlatParameters Parameters { get; }

    /// <summary>The parts by the names that their tensors have in model files.</summary>
    internal IEnumerable<(string Name, ParameterSegment Segment)> Parts =>
        _encoderSegments.Select((s, i) => ($"encoders.{i}", s))
            .Concat(_headSegments.Select((s, i) => ($"heads.{i}", s)))
            .Concat(_jointSegment is null ? [] : [("joint", _jointSegment)]);

    /// <summary>A copy that only scores, in the precision for it; with a shape that says more of the same network, if one is given.</summary>
    internal JointNetwork ForScoring(NetworkShape? shape = null)
    {
        var copy = new JointNetwork(shape ?? Shape, 0, ScoringPrecision, Device, learns: false);
        copy.CopyFrom(this);
        return copy;
    }

    /// <summary>All parameters and buffers by name.</summary>
    internal IEnumerable<(string Name, Tensor Value)> Tensors =>
        from part in Parts
        from tensor in part.Segment.Module.NamedTensors()
        select ($"{part.Name}.{tensor.Name}", tensor.Value);

    internal long ParameterCount => Parameters.Values.numel();

    /// <summary>Whether every parameter and buffer is a finite number.</summary>
    internal bool IsFinite
    {
        get
        {
            using var grad = no_grad();
            using var scope = NewDisposeScope();
            return Tensors.All(t => t.Value.isfinite().all().ToBoolean());
        }
    }

    /// <summary>
    /// Whether a step of so many rows is so small that what is done around its arithmetic takes longer, as in MLPs: then a second thread
    /// costs more than it brings.
    /// </summary>
    internal bool IsSmall(int rows) => rows * _multiplyAdds < SmallStep;

    /// <summary>
    /// The threads that suit the network when the user does not say: one when its steps are small, else torch's own number, as <see
    /// langword="null"/>.
    /// </summary>
    /// <param name="rows">Rows per step.</param>
    internal int? WantedThreads(int rows) => IsSmall(rows) ? 1 : null;

    /// <summary>The precision in which the network scores; float32 weights lose nothing in it.</summary>
    internal ScalarType ScoringPrecision =>
        Device.type == TorchSharp.DeviceType.CPU && RowsToScore > 1 && ParameterCount <= MostParametersInDouble ? ScalarType.Float64
        : Precision == ScalarType.BFloat16 ? ScalarType.Float32
        : Precision;

    /// <summary>Rows whose losses are measured by one forward pass: many, but for networks and rows whose activations would fill the memory.</summary>
    internal int MostRowsToMeasure => RowsFor(MostMeasured, 1e10, 16 << 20, m => m.Layout.Size);

    /// <summary>
    /// Rows that are scored by one forward pass, a power of two: fewer for larger networks and rows, and one for convolutional networks so
    /// large that a row alone is work enough.
    /// </summary>
    internal int RowsToScore => IsLargeConvolution ? 1 : 1 << (int)Math.Log2(RowsFor(MostScored, ParameterCount > _multiplyAdds / 2 ? double.PositiveInfinity : 2e8, 32 << 20, m => m.Width));

    private bool IsLargeConvolution => _multiplyAdds >= 1e7 && _multiplyAdds >= 8.0 * ParameterCount;

    private int RowsFor(int most, double multiplyAdds, long bytes, Func<ModalitySpec, long> size) =>
        (int)Math.Clamp(Math.Min(multiplyAdds / _multiplyAdds, (double)bytes / (sizeof(float) * Shape.Modalities.Sum(size))), 1, most);

    /// <summary>The parts that learn when a branch is trained.</summary>
    internal IEnumerable<ParameterSegment> LearningSegments(int branch, GradientCuts cuts)
    {
        bool isCut = branch == Shape.JointBranch ? cuts.Joint : cuts.Heads;
        for (int i = 0; i < _encoderSegments.Length; i++)
        {
            if (!isCut && (branch == i || branch == Shape.JointBranch) && !IsFrozen(i, cuts))
                yield return _encoderSegments[i];
        }
        yield return branch == Shape.JointBranch ? _jointSegment! : _headSegments[branch];
    }

    /// <summary>The part of an encoder.</summary>
    internal ParameterSegment EncoderSegment(int modality) => _encoderSegments[modality];

    /// <summary>The part of a modality's head.</summary>
    internal ParameterSegment HeadSegment(int modality) => _headSegments[modality];

    internal bool IsFrozen(int modality, GradientCuts cuts) => Shape.Modalities[modality].IsFrozen || cuts.Freezes(modality);

    /// <summary>The joint branch's own part, above the encoders.</summary>
    internal ParameterSegment JointSegment => _jointSegment!;

    /// <summary>The predictions (logits, or standardized numbers) of the branches asked for, [rows, outputs] each, in that order.</summary>
    internal Tensor[] Forward(IReadOnlyList<Tensor> inputs, IReadOnlyList<int> branches) => Pass(inputs, branches, default).Predictions;

    /// <summary>A forward pass with what is between inputs and predictions.</summary>
    /// <param name="inputs">One per modality.</param>
    /// <param name="branches">Those asked for.</param>
    /// <param name="cuts">Where gradients don't flow.</param>
    /// <param name="withHeads">
    /// Whether the heads predict, or are left to <see cref="BlendedBackward"/>, which leaves their predictions <see langword="null"/>.
    /// </param>
    internal NetworkPass Pass(IReadOnlyList<Tensor> inputs, IReadOnlyList<int> branches, GradientCuts cuts, bool withHeads = true)
    {
        bool joint = branches.Contains(Shape.JointBranch);
        var encoded = new (Tensor Middle, Tensor Feature)[_encoders.Length];
        for (int i = 0; i < encoded.Length; i++)
        {
            if (!joint && !branches.Contains(i))
                continue;
            encoded[i] = Encode(i, inputs[i]);
            if (IsFrozen(i, cuts))
                encoded[i] = (encoded[i].Middle.detach(), encoded[i].Feature.detach());
        }
        return new(branches, [.. branches.Select(b => b == Shape.JointBranch
            ? Joint([.. encoded.Select(e => Cut(_joint!.ReadsMiddle ? e.Middle : e.Feature, cuts.Joint))])
            : withHeads ? Head(b, Cut(encoded[b].Feature, cuts.Heads)) : null!)], encoded);
    }

    /// <summary>The predictions of a modality's head for a feature.</summary>
    internal Tensor Head(int modality, Tensor feature) => Exact(_heads[modality].call(feature));

    /// <summary>The predictions of the joint head for features.</summary>
    internal Tensor Joint(IReadOnlyList<Tensor> features) => Exact(_joint!.call([.. features]));

    /// <summary>The feature of one modality.</summary>
    internal Tensor Feature(int modality, Tensor input) => Encode(modality, input).Feature;

    /// <summary>The mid-level and the last features of one modality.</summary>
    internal (Tensor Middle, Tensor Feature) Encode(int modality, Tensor input)
    {
        var encoder = _encoders[modality];
        if (ReadsFeatures?.Contains(modality) == true)
            return (input.narrow(1, 0, encoder.MiddleWidth), input.narrow(1, encoder.MiddleWidth, encoder.FeatureWidth));
        if (_torchStream is null || !encoder.training || !IsOfOthers(encoder))
            return encoder.Encode(input);
        using var random = new TorchRandomScope(_torchStream);
        return encoder.Encode(input);
    }

    private static bool IsOfOthers(EncoderModule encoder) => encoder.GetType().Assembly != typeof(EncoderModule).Assembly;

    /// <summary>The names of all parameters and buffers of an encoder.</summary>
    internal IEnumerable<string> EncoderNames(int modality) => _encoders[modality].NamedTensors().Select(t => t.Name);

    /// <summary>Losses of short floats would be too coarse to compare.</summary>
    private static Tensor Exact(Tensor predictions) => predictions.dtype == ScalarType.BFloat16 ? predictions.to(ScalarType.Float32) : predictions;

    private static Tensor Cut(Tensor feature, bool cuts) => cuts ? feature.detach() : feature;

    /// <summary>Switches dropout and batch statistics on or off. Frozen encoders stay in evaluation mode.</summary>
    internal void Train(bool on, GradientCuts cuts = default)
    {
        foreach (var (_, segment) in Parts)
            segment.Module.train(on && !IsFrozen(segment, cuts));
    }

    /// <summary>Takes over the encoders, parameters and buffers, of a network of the same modalities.</summary>
    internal void CopyEncodersFrom(JointNetwork other)
    {
        foreach (var (mine, theirs) in _encoderSegments.Zip(other._encoderSegments))
            mine.CopyFrom(theirs);
    }

    /// <summary>Takes over all parameters and buffers.</summary>
    internal void CopyFrom(JointNetwork other)
    {
        foreach (var ((_, mine), (_, theirs)) in Parts.Zip(other.Parts))
            mine.CopyFrom(theirs);
    }

    /// <summary>Begins the random numbers of dropout, and of what is random in encoders of others, for a seed.</summary>
    internal void SeedDropout(int seed)
    {
        if (_hasDropout)
            _dropout.manual_seed(seed);
        _torchStream?.Seed(seed);
    }

    /// <summary>An encoder's parameters and buffers by name.</summary>
    internal IReadOnlyDictionary<string, float[]> EncoderWeights(int modality) => _encoders[modality].NamedTensors().ToDictionary(t => t.Name, t => t.Value.ToFloats());

    public void Dispose()
    {
        foreach (var (_, segment) in Parts)
            segment.Dispose();
        Parameters.Dispose();
        _dropout.Dispose();
        _torchStream?.Dispose();
    }

    /// <exception cref="ArgumentException">The encoder can't read the column; the message names it.</exception>
    private static EncoderModule Build(ModalitySpec modality)
    {
        try
        {
            return modality.Encoder.Build(modality.Shape);
        }
        catch (ArgumentException e)
        {
            throw new ArgumentException($"Modality '{modality.Column}': {e.Message}", e);
        }
    }

    private bool IsFrozen(ParameterSegment segment, GradientCuts cuts)
    {
        int index = Array.IndexOf(_encoderSegments, segment);
        return index >= 0 && IsFrozen(index, cuts);
    }

    /// <summary>Tensors without a start keep the random one they have.</summary>
    private static void SetWeights(EncoderModule encoder, IReadOnlyDictionary<string, float[]> weights)
    {
        using var grad = no_grad();
        foreach (var (name, value) in encoder.NamedTensors())
        {
            if (!weights.TryGetValue(name, out var start))
                continue;
            using var given = tensor(start, value.shape);
            value.copy_(given);
        }
    }
}
