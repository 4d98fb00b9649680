using System.Text.Json.Nodes;
using static TorchSharp.torch;

namespace GBlend.MLNet;

/// <summary>The way in which the joint branch combines the features of the modalities into one prediction.</summary>
/// <remarks>
/// Instances are immutable. All four fusions read features [rows, width] of every modality; their hidden layers are Linear and ReLU, and a
/// last Linear layer predicts.
/// </remarks>
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

    /// <summary>The widths of the hidden layers between the joined features and the prediction; empty when there are none.</summary>
    public IReadOnlyList<int> HiddenWidths { get; }

    /// <summary>
    /// The share of joined features that are dropped while training ("dropout at the concatenation", a baseline of the paper), in [0, 1).
    /// Default 0.
    /// </summary>
    public float Dropout { get; private init; }

    /// <summary>Makes a late fusion, which concatenates the features of the encoders: the paper's network.</summary>
    /// <param name="hiddenWidths">The widths of the hidden layers of the joint head; none is allowed.</param>
    /// <returns>The fusion, without dropout.</returns>
    /// <exception cref="ArgumentException">A width is below 1.</exception>
    public static Fusion Concat(params int[] hiddenWidths) => new(FusionKind.Concat, hiddenWidths);

    /// <summary>
    /// Makes a fusion that concatenates the mid-level features of the encoders (of an MLP, the output of its first layer), so that the joint
    /// branch learns upper layers of its own.
    /// </summary>
    /// <param name="hiddenWidths">The widths of the hidden layers of the joint head; none is allowed.</param>
    /// <returns>The fusion, without dropout.</returns>
    /// <exception cref="ArgumentException">A width is below 1.</exception>
    public static Fusion MidConcat(params int[] hiddenWidths) => new(FusionKind.MidConcat, hiddenWidths);

    /// <summary>
    /// Makes a late fusion with a squeeze-and-excitation gate: all features together decide how much of each feature passes, and what passes is
    /// concatenated.
    /// </summary>
    /// <param name="hiddenWidths">The widths of the hidden layers of the joint head; none is allowed.</param>
    /// <returns>The fusion, without dropout.</returns>
    /// <exception cref="ArgumentException">A width is below 1.</exception>
    public static Fusion SqueezeExcitationGate(params int[] hiddenWidths) => new(FusionKind.SqueezeExcitationGate, hiddenWidths);

    /// <summary>
    /// Makes a late fusion with a non-local gate: the modalities attend to each other (embedded Gaussian, residual), and the results are
    /// concatenated.
    /// </summary>
    /// <param name="hiddenWidths">The widths of the hidden layers of the joint head; none is allowed.</param>
    /// <returns>The fusion, without dropout.</returns>
    /// <exception cref="ArgumentException">A width is below 1.</exception>
    public static Fusion NonLocalGate(params int[] hiddenWidths) => new(FusionKind.NonLocalGate, hiddenWidths);

    /// <summary>Returns a copy of this fusion with dropout on the joined features.</summary>
    /// <param name="dropout">The share of joined features to drop while training, in [0, 1).</param>
    /// <returns>The copy.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The share is not in [0, 1).</exception>
    public Fusion WithDropout(float dropout)
    {
        Check.Probability(dropout);
        return this with { Dropout = dropout };
    }

    /// <inheritdoc/>
    public override string ToString() =>
        $"{Kind} {string.Join("-", HiddenWidths)}".TrimEnd() + (Dropout > 0 ? FormattableString.Invariant($" dropout {Dropout}") : "");

    internal JsonObject ToSettings() => new()
    {
        ["kind"] = Kind.ToString(),
        ["hidden"] = new JsonArray([.. HiddenWidths.Select(w => (JsonNode)w)]),
        ["dropout"] = Dropout,
    };

    internal static Fusion FromSettings(JsonObject settings) =>
        new Fusion(settings.Choice<FusionKind>("kind"), settings.WholeNumbers("hidden")).WithDropout(settings.Single("dropout"));

    /// <summary>Builds the joint branch above encoders.</summary>
    /// <param name="encoders">Of each modality.</param>
    /// <param name="outputs">The numbers that it predicts.</param>
    /// <param name="hasPlaceholder">Per modality whether a learned vector stands for it where a row lacks it.</param>
    internal FusionModule Build(IReadOnlyList<EncoderModule> encoders, int outputs, IReadOnlyList<bool> hasPlaceholder)
    {
        var module = Build(encoders, outputs);
        for (int i = 0; i < hasPlaceholder.Count; i++)
        {
            if (hasPlaceholder[i])
                module.AddPlaceholder(i, Kind == FusionKind.MidConcat ? encoders[i].MiddleWidth : encoders[i].FeatureWidth);
        }
        return module;
    }

    private FusionModule Build(IReadOnlyList<EncoderModule> encoders, int outputs) => Kind switch
    {
        FusionKind.Concat => new ConcatFusion(Widths(encoders), HiddenWidths, outputs, Dropout),
        FusionKind.MidConcat => new ConcatFusion([.. encoders.Select(e => e.MiddleWidth)], HiddenWidths, outputs, Dropout) { ReadsMiddle = true },
        FusionKind.SqueezeExcitationGate => new SqueezeExcitationFusion(Widths(encoders), HiddenWidths, outputs, Dropout),
        FusionKind.NonLocalGate => new NonLocalFusion(Widths(encoders), HiddenWidths, outputs, Dropout),
        _ => throw new InvalidOperationException($"Unknown fusion {Kind}."),
    };

    /// <summary>The tensors of the module that is built above such encoders, told without building it.</summary>
    internal IEnumerable<NamedShape> Describe(IReadOnlyList<EncoderLayout> encoders, long outputs, IReadOnlyList<bool> hasPlaceholder)
    {
        long[] widths = [.. encoders.Select(e => (long)(Kind == FusionKind.MidConcat ? e.MiddleWidth : e.FeatureWidth))];
        var placeholders = Enumerable.Range(0, widths.Length).Where(i => hasPlaceholder[i])
            .Select(i => new NamedShape(FusionModule.PlaceholderName(i), [widths[i]]));
        return placeholders.Concat(Kind switch
        {
            FusionKind.SqueezeExcitationGate => SqueezeExcitationFusion.Describe(widths, HiddenWidths, outputs, Dropout),
            FusionKind.NonLocalGate => NonLocalFusion.Describe(widths, HiddenWidths, outputs, Dropout),
            _ => ConcatFusion.Describe(widths.Sum(), HiddenWidths, outputs, Dropout),
        });
    }

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

    /// <summary>The name of the vector that stands for a modality where a row lacks it.</summary>
    internal static string PlaceholderName(int modality) => $"placeholder{modality}";

    /// <summary>Has the joint branch learn a vector that it reads in place of a modality; it starts as zeros.</summary>
    internal void AddPlaceholder(int modality, int width) =>
        register_parameter(PlaceholderName(modality), new TorchSharp.Modules.Parameter(zeros(width)));

    /// <summary>The vector that stands for a modality; <see langword="null"/> without one.</summary>
    internal Tensor? Placeholder(int modality) => get_parameter(PlaceholderName(modality));

    /// <summary>Draws the joint branch above the features.</summary>
    internal abstract string Draw(GraphBuilder graph, IReadOnlyList<string> features);
}
