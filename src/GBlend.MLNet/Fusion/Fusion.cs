using System.Text.Json.Nodes;
using static TorchSharp.torch;

namespace GBlend.MLNet;

/// <summary>How the joint branch combines the modalities' features into one prediction.</summary>
/// <remarks>Immutable. All four read [rows, width] features; hidden layers are Linear and ReLU, and one Linear layer predicts.</remarks>
public sealed record Fusion
{
    private Fusion(FusionKind kind, int[] hiddenWidths)
    {
        ArgumentNullException.ThrowIfNull(hiddenWidths);
        if (hiddenWidths.Any(w => w < 1))
            throw new ArgumentException($"Hidden widths of the fusion must be at least 1, got [{string.Join(", ", hiddenWidths)}].", nameof(hiddenWidths));
        Kind = kind;
        HiddenWidths = [.. hiddenWidths];
    }

    internal FusionKind Kind { get; }

    /// <summary>The widths of the hidden layers between the joined features and the prediction; may be empty.</summary>
    public IReadOnlyList<int> HiddenWidths { get; }

    /// <summary>The share of joined features dropped while training ("dropout at the concatenation", a baseline of the paper). Default 0.</summary>
    public float Dropout { get; private init; }

    /// <summary>Late concatenation of the encoders' features: the paper's network.</summary>
    /// <param name="hiddenWidths">The widths of the hidden layers of the fusion head.</param>
    public static Fusion Concat(params int[] hiddenWidths) => new(FusionKind.Concat, hiddenWidths);

    /// <summary>Concatenation of mid-level features (for an MLP, the output of its first layer), so that the joint branch learns its own upper layers.</summary>
    /// <param name="hiddenWidths">The widths of the hidden layers of the fusion head.</param>
    public static Fusion MidConcat(params int[] hiddenWidths) => new(FusionKind.MidConcat, hiddenWidths);

    /// <summary>Squeeze-and-excitation gate: all features together decide, per feature, how much of it passes; then concatenation.</summary>
    /// <param name="hiddenWidths">The widths of the hidden layers of the fusion head.</param>
    public static Fusion SqueezeExcitationGate(params int[] hiddenWidths) => new(FusionKind.SqueezeExcitationGate, hiddenWidths);

    /// <summary>Non-local gate: the modalities attend to each other (embedded Gaussian, residual); then concatenation.</summary>
    /// <param name="hiddenWidths">The widths of the hidden layers of the fusion head.</param>
    public static Fusion NonLocalGate(params int[] hiddenWidths) => new(FusionKind.NonLocalGate, hiddenWidths);

    /// <summary>A copy with dropout on the joined features.</summary>
    /// <param name="dropout">The share of joined features dropped while training, in [0, 1).</param>
    /// <exception cref="ArgumentOutOfRangeException">Not in [0, 1).</exception>
    public Fusion WithDropout(float dropout)
    {
        Check.Probability(dropout);
        return this with { Dropout = dropout };
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Kind} {string.Join("-", HiddenWidths)}".TrimEnd() + (Dropout > 0 ? FormattableString.Invariant($" dropout {Dropout}") : "");

    internal JsonObject ToSettings() => new()
    {
        ["kind"] = Kind.ToString(),
        ["hidden"] = new JsonArray([.. HiddenWidths.Select(w => (JsonNode)w)]),
        ["dropout"] = Dropout,
    };

    internal static Fusion FromSettings(JsonObject settings)
    {
        var name = (string)settings["kind"]!;
        if (!Enum.TryParse<FusionKind>(name, out var kind))
            throw new InvalidDataException($"The model has a fusion of kind '{name}', which this version of GBlend.MLNet does not know. Update it.");
        return new Fusion(kind, [.. settings["hidden"]!.AsArray().Select(w => (int)w!)]).WithDropout((float)settings["dropout"]!);
    }

    internal FusionModule Build(IReadOnlyList<EncoderModule> encoders, int outputs) => Kind switch
    {
        FusionKind.Concat => new ConcatFusion(Widths(encoders), HiddenWidths, outputs, Dropout),
        FusionKind.MidConcat => new ConcatFusion([.. encoders.Select(e => e.MiddleWidth)], HiddenWidths, outputs, Dropout) { ReadsMiddle = true },
        FusionKind.SqueezeExcitationGate => new SqueezeExcitationFusion(Widths(encoders), HiddenWidths, outputs, Dropout),
        FusionKind.NonLocalGate => new NonLocalFusion(Widths(encoders), HiddenWidths, outputs, Dropout),
        _ => throw new InvalidOperationException($"Unknown fusion {Kind}."),
    };

    private static int[] Widths(IReadOnlyList<EncoderModule> encoders) => [.. encoders.Select(e => e.FeatureWidth)];
}

internal enum FusionKind
{
    Concat,
    MidConcat,
    SqueezeExcitationGate,
    NonLocalGate,
}

/// <summary>The joint branch above the encoders: features of every modality in, predictions [rows, outputs] out.</summary>
internal abstract class FusionModule(string name) : nn.Module<Tensor[], Tensor>(name)
{
    /// <summary>Whether it joins mid-level features rather than the encoders' last ones.</summary>
    internal bool ReadsMiddle { get; init; }
}
