using static TorchSharp.torch;

namespace GBlend.MLNet;

/// <summary>
/// The random numbers of a network's passes. The library's own modules draw from the network's generator; what modules of others draw, nobody can
/// see, so that they are given a stream of their own while they encode.
/// </summary>
internal sealed class NetworkRandom : IDisposable
{
    private const string OfDropout = "random.dropout", OfOthers = "random.others";

    private readonly Generator _dropout;
    private readonly bool _hasDropout;
    private readonly TorchStream? _ofOthers;

    internal NetworkRandom(NetworkParts parts, int seed, Device device, bool learns)
    {
        _dropout = new Generator((ulong)Seeds.Derive(seed, "dropout"), device);
        foreach (var dropout in parts.SelectMany(p => p.Segment.Module.modules()).OfType<SeededDropout>())
        {
            dropout.Generator = _dropout;
            _hasDropout = true;
        }
        if (learns && parts.Encoders.Any(OthersEncoders.Include))
            _ofOthers = new TorchStream(Seeds.Derive(seed, "torch"));
    }

    /// <summary>Begins the random numbers of a seed.</summary>
    internal void Seed(int seed)
    {
        if (_hasDropout)
            _dropout.manual_seed(seed);
        _ofOthers?.Seed(seed);
    }

    /// <summary>Where the random numbers are, as far as there are any.</summary>
    internal IEnumerable<KeyValuePair<string, StateTensor>> Save()
    {
        if (_hasDropout)
        {
            using var state = _dropout.get_state();
            yield return new(OfDropout, state.ToExact());
        }
        if (_ofOthers is not null)
            yield return new(OfOthers, _ofOthers.State.ToExact());
    }

    /// <summary>Goes on where <see cref="Save"/> was.</summary>
    internal void Load(StateDict state)
    {
        if (_hasDropout)
        {
            using var there = _dropout.get_state();
            state.CopyTo(OfDropout, there);
            _dropout.set_state(there);
        }
        if (_ofOthers is not null)
            state.CopyTo(OfOthers, _ofOthers.State);
    }

    /// <summary>What an encoder makes of rows, its random numbers being those of this network.</summary>
    internal (Tensor Middle, Tensor Feature) Encode(EncoderModule encoder, Tensor input)
    {
        if (_ofOthers is null || !encoder.training || !OthersEncoders.Include(encoder))
            return encoder.Encode(input);
        using var random = new TorchRandomScope(_ofOthers);
        return encoder.Encode(input);
    }

    public void Dispose()
    {
        _dropout.Dispose();
        _ofOthers?.Dispose();
    }
}
