using static TorchSharp.torch;

namespace GBlend.MLNet;

/// <summary>
/// The random numbers of a network's passes. The library's own modules draw from the network's generator; what modules of others draw, nobody can
/// see, so that they are given a stream of their own while they encode.
/// </summary>
internal sealed class NetworkRandom : IDisposable
{
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
