using System.Collections.Concurrent;
using System.Text.Json.Nodes;

namespace GBlend.MLNet;

/// <summary>The encoders that come with the library, and the registry by which saved models find theirs.</summary>
public static class Encoders
{
    private static readonly ConcurrentDictionary<string, Func<JsonObject, Encoder>> s_kinds = new()
    {
        [MlpEncoder.KindName] = MlpEncoder.FromSettings,
    };

    /// <summary>A multi-layer perceptron with ReLU after every layer, for vector columns.</summary>
    /// <param name="hiddenWidths">The widths of its layers, from input to output; the last one is the feature width.</param>
    /// <exception cref="ArgumentException">There is no width, or one below 1.</exception>
    public static MlpEncoder Mlp(params int[] hiddenWidths) => new(hiddenWidths, 0);

    /// <summary>Makes models that hold an encoder of one's own loadable. The kinds of this library need no call.</summary>
    /// <param name="kind">The <see cref="Encoder.Kind"/>.</param>
    /// <param name="create">Makes the encoder from what its <see cref="Encoder.ToSettings"/> gave.</param>
    /// <exception cref="ArgumentException">The kind is already taken.</exception>
    public static void Register(string kind, Func<JsonObject, Encoder> create)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(kind);
        ArgumentNullException.ThrowIfNull(create);
        if (!s_kinds.TryAdd(kind, create))
            throw new ArgumentException($"An encoder of kind '{kind}' is already registered. Choose another name.", nameof(kind));
    }

    internal static Encoder FromSettings(string kind, JsonObject settings) => s_kinds.TryGetValue(kind, out var create)
        ? create(settings)
        : throw new InvalidDataException($"The model has an encoder of kind '{kind}', which is not known here. Reference the library that brings it, call Encoders.Register before loading, or update GBlend.MLNet.");
}
