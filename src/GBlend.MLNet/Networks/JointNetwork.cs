using TorchSharp;
using static TorchSharp.torch;

namespace GBlend.MLNet;

/// <summary>
/// The multi-head network of the paper's figure 2c: encoders shared by their own heads and by the joint branch.
/// Branch i is encoder i and head i; the last branch is all encoders and the fusion.
/// </summary>
internal sealed class JointNetwork : IDisposable
{
    private static readonly Scalar s_one = 1, s_zero = 0;

    internal JointNetwork(NetworkShape shape, int seed, ScalarType precision, Device device, bool learns = true)
    {
        (Shape, Precision, Device) = (shape, precision, device);
        Parts = new NetworkParts(shape, seed, precision, device, learns);
        Cost = new NetworkCost(Parts.MultiplyAdds, Parameters.Values.numel(), shape.Modalities, precision, device);
        Random = new NetworkRandom(Parts, seed, device, learns);
        Train(false);
    }

    internal NetworkShape Shape { get; }

    /// <summary>Modalities whose inputs are not rows but what their frozen encoders made of them; <see langword="null"/> for none.</summary>
    internal IReadOnlySet<int>? ReadsFeatures { get; init; }

    internal ScalarType Precision { get; }

    internal Device Device { get; }

    internal NetworkParts Parts { get; }

    internal NetworkCost Cost { get; }

    /// <summary>What it draws while it is trained.</summary>
    internal NetworkRandom Random { get; }

    /// <summary>The parameters of all parts.</summary>
    internal FlatParameters Parameters => Parts.Parameters;

    /// <summary>All parameters and buffers by name.</summary>
    internal IEnumerable<(string Name, Tensor Value)> Tensors => Parts.Tensors;

    /// <summary>A copy that only scores, in the precision for it; with a shape that says more of the same network, if one is given.</summary>
    internal JointNetwork ForScoring(NetworkShape? shape = null)
    {
        var copy = new JointNetwork(shape ?? Shape, 0, Cost.ScoringPrecision, Device, learns: false);
        copy.CopyFrom(this);
        return copy;
    }

    /// <summary>The parts that learn when a branch is trained.</summary>
    internal IEnumerable<ParameterSegment> LearningSegments(int branch, GradientCuts cuts)
    {
        bool isCut = branch == Shape.JointBranch ? cuts.Joint : cuts.Heads;
        for (int i = 0; i < Shape.Modalities.Count; i++)
        {
            if (!isCut && (branch == i || branch == Shape.JointBranch) && !IsFrozen(i, cuts))
                yield return Parts.Encoder(i);
        }
        yield return branch == Shape.JointBranch ? Parts.Joint : Parts.Head(branch);
    }

    internal bool IsFrozen(int modality, GradientCuts cuts) => Shape.Modalities[modality].IsFrozen || cuts.Freezes(modality);

    /// <summary>The predictions (logits, or standardized numbers) of the branches asked for, [rows, outputs] each, in that order.</summary>
    /// <param name="inputs">One per modality.</param>
    /// <param name="branches">Those asked for.</param>
    /// <param name="presence">Per modality which rows have it, see <see cref="Batch.Presence"/>.</param>
    internal Tensor[] Forward(IReadOnlyList<Tensor> inputs, IReadOnlyList<int> branches, IReadOnlyList<Tensor?>? presence = null) =>
        Pass(inputs, branches, default, presence: presence).Predictions;

    /// <summary>A forward pass with what is between inputs and predictions.</summary>
    /// <param name="inputs">One per modality.</param>
    /// <param name="branches">Those asked for.</param>
    /// <param name="cuts">Where gradients don't flow.</param>
    /// <param name="withHeads">
    /// Whether the heads predict, or are left to a backward pass that needs no predictions of theirs; they are then <see langword="null"/>.
    /// </param>
    /// <param name="presence">Per modality which rows have it, see <see cref="Batch.Presence"/>. Features of the other rows are zeros.</param>
    /// <param name="heard">What the joint branch hears of it, see <see cref="Batch.Heard"/>; <see langword="null"/> for all that is there.</param>
    internal NetworkPass Pass(IReadOnlyList<Tensor> inputs, IReadOnlyList<int> branches, GradientCuts cuts, bool withHeads = true,
        IReadOnlyList<Tensor?>? presence = null, IReadOnlyList<Tensor?>? heard = null)
    {
        bool joint = branches.Contains(Shape.JointBranch);
        var encoded = new (Tensor Middle, Tensor Feature)[Shape.Modalities.Count];
        for (int i = 0; i < encoded.Length; i++)
        {
            if (!joint && !branches.Contains(i))
                continue;
            encoded[i] = Encode(i, inputs[i], presence?[i]);
            if (IsFrozen(i, cuts))
                encoded[i] = (encoded[i].Middle.detach(), encoded[i].Feature.detach());
        }
        return new(branches, [.. branches.Select(b => b == Shape.JointBranch
            ? Joint([.. encoded.Select(e => Cut(OfJoint(e), cuts.Joint))], heard ?? presence)
            : withHeads ? Head(b, Cut(encoded[b].Feature, cuts.Heads)) : null!)], encoded);
    }

    /// <summary>The predictions of a modality's head for a feature.</summary>
    internal Tensor Head(int modality, Tensor feature) => Exact(Parts.Heads[modality].call(feature));

    /// <summary>The predictions of the joint head for features.</summary>
    /// <param name="features">One per modality.</param>
    /// <param name="heard">Per modality 1 for the rows of which it is read and 0 for the others, [rows]; <see langword="null"/> for all.</param>
    internal Tensor Joint(IReadOnlyList<Tensor> features, IReadOnlyList<Tensor?>? heard = null) =>
        Exact(Parts.Fusion!.call([.. features.Select((feature, i) => heard?[i] is { } isHeard && Parts.Fusion.Placeholder(i) is { } placeholder
            ? where(Rows(isHeard), feature, placeholder) : feature)]));

    /// <summary>What the joint head reads of each modality, for <see cref="Joint"/>.</summary>
    internal Tensor[] JointFeatures(IReadOnlyList<Tensor> inputs, IReadOnlyList<Tensor?>? presence) =>
        [.. inputs.Select((input, i) => OfJoint(Encode(i, input, presence?[i])))];

    /// <summary>The feature of one modality.</summary>
    internal Tensor Feature(int modality, Tensor input) => Encode(modality, input).Feature;

    /// <summary>The mid-level and the last features of one modality.</summary>
    internal (Tensor Middle, Tensor Feature) Encode(int modality, Tensor input)
    {
        var encoder = Parts.Encoders[modality];
        return ReadsFeatures?.Contains(modality) == true
            ? (input.narrow(1, 0, encoder.MiddleWidth), input.narrow(1, encoder.MiddleWidth, encoder.FeatureWidth))
            : Random.Encode(encoder, input);
    }

    /// <summary>
    /// The same of rows of which some lack the modality: zeros for those. While it learns, the encoder does not see them, since they would change the
    /// statistics of batches.
    /// </summary>
    /// <param name="modality">The modality.</param>
    /// <param name="input">All rows.</param>
    /// <param name="isThere">1 for the rows that have it and 0 for the others, [rows]; <see langword="null"/> when all have it.</param>
    private (Tensor Middle, Tensor Feature) Encode(int modality, Tensor input, Tensor? isThere)
    {
        if (isThere is null)
            return Encode(modality, input);
        var encoder = Parts.Encoders[modality];
        if (!encoder.training)
        {
            var (middle, feature) = Encode(modality, input);
            return (where(Rows(isThere), middle, middle.new_zeros(1)), where(Rows(isThere), feature, feature.new_zeros(1)));
        }
        var rows = isThere.nonzero().view(-1);
        if (rows.numel() == isThere.numel())
            return Encode(modality, input);
        Tensor Empty(int width) => zeros([isThere.numel(), width], Precision, Device);
        if (rows.numel() == 0)
            return (Empty(encoder.MiddleWidth), Empty(encoder.FeatureWidth));
        var seen = Encode(modality, input.index_select(0, rows));
        return (Empty(encoder.MiddleWidth).index_add(0, rows, seen.Middle, s_one), Empty(encoder.FeatureWidth).index_add(0, rows, seen.Feature, s_one));
    }

    /// <summary>Switches dropout and batch statistics on or off. Frozen encoders stay in evaluation mode.</summary>
    internal void Train(bool on, GradientCuts cuts = default)
    {
        foreach (var (_, segment) in Parts)
            segment.Module.train(on && !(Parts.ModalityOf(segment) is { } modality && IsFrozen(modality, cuts)));
    }

    /// <summary>Takes over all parameters and buffers.</summary>
    internal void CopyFrom(JointNetwork other) => Parts.CopyFrom(other.Parts);

    /// <summary>Begins the random numbers of dropout, and of what is random in encoders of others, for a seed.</summary>
    internal void SeedDropout(int seed) => Random.Seed(seed);

    /// <summary>An encoder's parameters and buffers by name.</summary>
    internal IReadOnlyDictionary<string, float[]> EncoderWeights(int modality) =>
        Parts.Encoders[modality].NamedTensors().ToDictionary(t => t.Name, t => t.Value.ToFloats());

    public void Dispose()
    {
        Parts.Dispose();
        Random.Dispose();
    }

    /// <summary>Losses of predictions in bfloat16 would be too coarse to compare.</summary>
    private static Tensor Exact(Tensor predictions) => predictions.dtype == ScalarType.BFloat16 ? predictions.to(ScalarType.Float32) : predictions;

    /// <summary>What the joint head reads of what an encoder gives.</summary>
    internal Tensor OfJoint((Tensor Middle, Tensor Feature) encoded) => Parts.Fusion!.ReadsMiddle ? encoded.Middle : encoded.Feature;

    /// <summary>From 1 and 0 for each row to a condition for all its features.</summary>
    private static Tensor Rows(Tensor isThere) => isThere.gt(s_zero).unsqueeze(1);

    private static Tensor Cut(Tensor feature, bool cuts) => cuts ? feature.detach() : feature;
}
