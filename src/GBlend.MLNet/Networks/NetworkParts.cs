using System.Collections;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace GBlend.MLNet;

/// <summary>
/// The parts of a network (encoders, heads and the joint branch's fusion), built from its shape, with their parameters side by side in one flat
/// tensor. Enumerated by the names that their tensors have in model files.
/// </summary>
internal sealed class NetworkParts : IEnumerable<(string Name, ParameterSegment Segment)>, IDisposable
{
    private readonly ParameterSegment[] _encoders;
    private readonly ParameterSegment[] _heads;
    private readonly ParameterSegment? _joint;

    /// <param name="shape">What is built.</param>
    /// <param name="seed">The seed of the weights.</param>
    /// <param name="precision">What the network computes with.</param>
    /// <param name="device">Where it lies.</param>
    /// <param name="learns">Whether it is trained, or only scores and needs no gradients.</param>
    internal NetworkParts(NetworkShape shape, int seed, ScalarType precision, Device device, bool learns)
    {
        using (new TorchRandomScope(seed))
        using (var scope = NewDisposeScope())
        {
            Encoders = [.. shape.Modalities.Select(Build)];
            Heads = shape.HasHeads ? [.. Encoders.Select(e => Linear(e.FeatureWidth, shape.Outputs))] : [];
            Fusion = shape.HasJoint ? shape.Fusion.Build(Encoders, shape.Outputs, shape.HasPlaceholder) : null;
            scope.Detach(Modules.SelectMany(m => m.parameters().Cast<Tensor>().Concat(m.buffers())).Cast<IDisposable>());
        }
        for (int i = 0; i < Encoders.Count; i++)
        {
            if (shape.Modalities[i].Start is { } weights)
                SetWeights(Encoders[i], weights);
        }
        Parameters = new FlatParameters(Modules.Sum(ParameterSegment.SizeOf), precision, device, learns);
        long start = 0;
        ParameterSegment Segment(Module module)
        {
            var segment = new ParameterSegment(module, Parameters, start);
            start += segment.Length;
            return segment;
        }
        _encoders = [.. Encoders.Select(Segment)];
        _heads = [.. Heads.Select(Segment)];
        _joint = Fusion is null ? null : Segment(Fusion);
    }

    internal IReadOnlyList<EncoderModule> Encoders { get; }

    /// <summary>The heads of the modalities; none where the network has only a joint branch.</summary>
    internal IReadOnlyList<Linear> Heads { get; }

    /// <summary>The joint branch above the encoders; <see langword="null"/> without one.</summary>
    internal FusionModule? Fusion { get; }

    /// <summary>The parameters of all parts.</summary>
    internal FlatParameters Parameters { get; }

    /// <summary>The part of an encoder.</summary>
    internal ParameterSegment Encoder(int modality) => _encoders[modality];

    /// <summary>The part of a modality's head.</summary>
    internal ParameterSegment Head(int modality) => _heads[modality];

    /// <summary>The joint branch's own part, above the encoders.</summary>
    internal ParameterSegment Joint => _joint!;

    /// <summary>The modality whose encoder a part is; <see langword="null"/> for the others.</summary>
    internal int? ModalityOf(ParameterSegment segment) => Array.IndexOf(_encoders, segment) is >= 0 and var modality ? modality : null;

    /// <summary>All parameters and buffers by name.</summary>
    internal IEnumerable<(string Name, Tensor Value)> Tensors =>
        from part in this
        from tensor in part.Segment.Module.NamedTensors()
        select ($"{part.Name}.{tensor.Name}", tensor.Value);

    /// <summary>Multiply-adds of a row, roughly.</summary>
    internal double MultiplyAdds => Encoders.Sum(e => e.MultiplyAdds) + _heads.Append(_joint).Sum(s => s?.Length ?? 0);

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

    /// <summary>Takes over the encoders, parameters and buffers, of a network of the same modalities.</summary>
    internal void CopyEncodersFrom(NetworkParts other)
    {
        foreach (var (mine, theirs) in _encoders.Zip(other._encoders))
            mine.CopyFrom(theirs);
    }

    /// <summary>Takes over all parameters and buffers.</summary>
    internal void CopyFrom(NetworkParts other)
    {
        foreach (var ((_, mine), (_, theirs)) in this.Zip(other))
            mine.CopyFrom(theirs);
    }

    public IEnumerator<(string Name, ParameterSegment Segment)> GetEnumerator() =>
        _encoders.Select((s, i) => ($"encoders.{i}", s))
            .Concat(_heads.Select((s, i) => ($"heads.{i}", s)))
            .Concat(_joint is null ? [] : [("joint", _joint)]).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public void Dispose()
    {
        foreach (var (_, segment) in this)
            segment.Dispose();
        Parameters.Dispose();
    }

    private IEnumerable<Module> Modules => Encoders.Concat<Module>(Heads).Concat(Fusion is null ? [] : [Fusion]);

    /// <exception cref="ArgumentException">The encoder can't read the column; the message names it.</exception>
    private static EncoderModule Build(ModalitySpec modality)
    {
        try
        {
            return modality.Encoder.Build(modality.Shape)
                ?? throw new InvalidOperationException($"Modality '{modality.Column}': {modality.Encoder.GetType().Name}.Build gave no module.");
        }
        catch (ArgumentException e)
        {
            throw new ArgumentException($"Modality '{modality.Column}': {e.Message}", e);
        }
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
