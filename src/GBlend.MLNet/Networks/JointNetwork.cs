using static TorchSharp.torch;

namespace GBlend.MLNet;

/// <summary>
/// The multi-head network of the paper's figure 2c: encoders shared by their own heads and by the joint branch.
/// Branch i is encoder i and head i; the last branch is all encoders and the fusion.
/// </summary>
internal sealed class JointNetwork : IDisposable
{
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
    internal Tensor[] Forward(IReadOnlyList<Tensor> inputs, IReadOnlyList<int> branches) => Pass(inputs, branches, default).Predictions;

    /// <summary>A forward pass with what is between inputs and predictions.</summary>
    /// <param name="inputs">One per modality.</param>
    /// <param name="branches">Those asked for.</param>
    /// <param name="cuts">Where gradients don't flow.</param>
    /// <param name="withHeads">
    /// Whether the heads predict, or are left to a backward pass that needs no predictions of theirs; they are then <see langword="null"/>.
    /// </param>
    internal NetworkPass Pass(IReadOnlyList<Tensor> inputs, IReadOnlyList<int> branches, GradientCuts cuts, bool withHeads = true)
    {
        bool joint = branches.Contains(Shape.JointBranch);
        var encoded = new (Tensor Middle, Tensor Feature)[Shape.Modalities.Count];
        for (int i = 0; i < encoded.Length; i++)
        {
            if (!joint && !branches.Contains(i))
                continue;
            encoded[i] = Encode(i, inputs[i]);
            if (IsFrozen(i, cuts))
                encoded[i] = (encoded[i].Middle.detach(), encoded[i].Feature.detach());
        }
        return new(branches, [.. branches.Select(b => b == Shape.JointBranch
            ? Joint([.. encoded.Select(e => Cut(Parts.Fusion!.ReadsMiddle ? e.Middle : e.Feature, cuts.Joint))])
            : withHeads ? Head(b, Cut(encoded[b].Feature, cuts.Heads)) : null!)], encoded);
    }

    /// <summary>The predictions of a modality's head for a feature.</summary>
    internal Tensor Head(int modality, Tensor feature) => Exact(Parts.Heads[modality].call(feature));

    /// <summary>The predictions of the joint head for features.</summary>
    internal Tensor Joint(IReadOnlyList<Tensor> features) => Exact(Parts.Fusion!.call([.. features]));

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

    private static Tensor Cut(Tensor feature, bool cuts) => cuts ? feature.detach() : feature;
}
