using static TorchSharp.torch;

namespace GBlend.MLNet;

/// <summary>All of a network that changes while it is trained, as plain data, to the bit.</summary>
internal static class NetworkState
{
    private const string Parameters = "parameters";

    /// <summary>The parameters (of bfloat16 networks their float32 originals), the buffers, and where the random numbers of the network are.</summary>
    internal static IEnumerable<KeyValuePair<string, StateTensor>> Save(this JointNetwork network) =>
    [
        new(Parameters, network.Parameters.Master.ToExact()),
        .. Buffers(network).Select(b => KeyValuePair.Create(b.Name, b.Value.ToExact())),
        .. network.Random.Save(),
    ];

    /// <summary>Puts back what <see cref="Save"/> gave of a network of the same shape.</summary>
    /// <exception cref="InvalidDataException">A tensor is missing or does not fit.</exception>
    internal static void Load(this JointNetwork network, StateDict state)
    {
        using var grad = no_grad();
        var parameters = network.Parameters;
        state.CopyTo(Parameters, parameters.Master);
        if (parameters.HasOriginals)
            parameters.Values.copy_(parameters.Master);
        foreach (var (name, buffer) in Buffers(network))
            state.CopyTo(name, buffer);
        network.Random.Load(state);
        parameters.MarkChanged();
    }

    private static IEnumerable<(string Name, Tensor Value)> Buffers(JointNetwork network) =>
        network.Parts.SelectMany(part => part.Segment.Module.buffers()).Select((buffer, i) => ($"buffers.{i}", buffer));
}
