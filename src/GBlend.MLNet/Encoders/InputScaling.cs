using System.Text.Json.Nodes;
using GBlend.MLNet.Native;
using static TorchSharp.torch;

namespace GBlend.MLNet;

/// <summary>What is subtracted from an encoder's input and what it is divided by, once for all channels or per channel (the last axis).</summary>
/// <remarks>Not part of the module: it is a setting, not a weight, and the weights keep the names of published ones.</remarks>
internal sealed record InputScaling(IReadOnlyList<float> Mean, IReadOnlyList<float> StandardDeviation)
{
    internal static InputScaling None { get; } = new([0], [1]);

    /// <summary>
    /// What is done to bytes 0 to 255 of pictures and sound when nobody says otherwise: color images by ImageNet's mean and deviation and
    /// color clips by those of Kinetics, as the published weights of both expect (torchvision); anything else around the middle of the range.
    /// </summary>
    internal static InputScaling ForBytes(ModalityKind kind, int channels) => (kind, channels) switch
    {
        (ModalityKind.Image, 3) => new([123.675f, 116.28f, 103.53f], [58.395f, 57.12f, 57.375f]),
        (ModalityKind.Video, 3) => new([110.2008f, 100.63983f, 95.99475f], [58.14765f, 56.46975f, 55.332195f]),
        (ModalityKind.Image or ModalityKind.Video or ModalityKind.Audio, _) => new([127.5f], [63.75f]),
        _ => None,
    };

    internal bool IsNone => Mean.All(m => m == 0) && StandardDeviation.All(s => s == 1);

    internal bool IsSameAs(InputScaling other) => Mean.SequenceEqual(other.Mean) && StandardDeviation.SequenceEqual(other.StandardDeviation);

    /// <inheritdoc/>
    public override string ToString() =>
        IsNone ? "nothing" : FormattableString.Invariant($"the mean [{string.Join(", ", Mean)}] and the deviation [{string.Join(", ", StandardDeviation)}]");

    /// <exception cref="ArgumentException">Different lengths, none, or a number that is not finite or a deviation not above 0.</exception>
    internal static InputScaling Create(IReadOnlyList<float> mean, IReadOnlyList<float> standardDeviation)
    {
        ArgumentNullException.ThrowIfNull(mean);
        ArgumentNullException.ThrowIfNull(standardDeviation);
        if (mean.Count == 0 || mean.Count != standardDeviation.Count)
            throw new ArgumentException(
                $"Give as many means as standard deviations, one or one per channel; got {mean.Count} and {standardDeviation.Count}.", nameof(mean));
        if (!mean.All(float.IsFinite))
            throw new ArgumentException($"Means must be finite, got [{string.Join(", ", mean)}].", nameof(mean));
        if (!standardDeviation.All(s => float.IsFinite(s) && s > 0))
            throw new ArgumentException(
                $"Standard deviations must be finite and above 0, got [{string.Join(", ", standardDeviation)}].", nameof(standardDeviation));
        return new InputScaling([.. mean], [.. standardDeviation]);
    }

    /// <exception cref="ArgumentException">Neither one value nor one per channel.</exception>
    internal void CheckChannels(int channels)
    {
        if (Mean.Count != 1 && Mean.Count != channels)
            throw new ArgumentException($"The encoder's normalization has {Mean.Count} means, but its rows have {channels} channels (the last dimension). Give "
                + $"one value or one per channel.", nameof(channels));
    }

    /// <summary>The input scaled, in the same type and on the same device.</summary>
    /// <param name="input">Channels last.</param>
    /// <param name="inPlace">Whether the input itself is changed, which saves the memory of a second one.</param>
    internal Tensor Apply(Tensor input, bool inPlace = false)
    {
        if (IsNone)
            return input;
        using var minusMean = tensor([.. Mean.Select(m => -m)], input.dtype, input.device);
        using var deviation = tensor([.. StandardDeviation], input.dtype, input.device);
        if (inPlace)
            return input.PlusInPlace(minusMean).div_(deviation);
        using var centred = input.Plus(minusMean);
        return centred / deviation;
    }

    /// <summary>Draws <see cref="Apply"/>.</summary>
    internal string Draw(GraphBuilder graph, string input) => IsNone ? input : graph.Node("Div",
        [graph.Node("Sub", [input, graph.Floats([.. Mean], Mean.Count)]), graph.Floats([.. StandardDeviation], StandardDeviation.Count)]);

    internal void Write(JsonObject settings)
    {
        settings["mean"] = new JsonArray([.. Mean.Select(m => (JsonNode)m)]);
        settings["standardDeviation"] = new JsonArray([.. StandardDeviation.Select(s => (JsonNode)s)]);
    }

    internal static InputScaling Read(JsonObject settings) =>
        Create(settings.Singles("mean"), settings.Singles("standardDeviation"));
}
