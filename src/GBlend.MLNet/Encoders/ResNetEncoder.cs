using System.Text.Json.Nodes;

namespace GBlend.MLNet;

/// <summary>A residual network over images, audio or clips; see <see cref="Encoders"/> for the families and where they come from.</summary>
/// <remarks>
/// All residual networks share this type. An encoder reads rows with the channels last, bytes 0 to 255 or floats as they come, and puts the
/// channels first itself. The features are those of the last stage, pooled over space and time; the mid-level features are those of the stage
/// before it, pooled the same way.
/// </remarks>
public sealed class ResNetEncoder : Encoder
{
    private readonly ResNetFamily _family;
    private readonly InputScaling? _scaling;

    internal ResNetEncoder(ResNetFamily family, int depth, double widthMultiplier, bool? stemPooling = null, InputScaling? scaling = null)
    {
        if (!family.Depths.Contains(depth))
            throw new ArgumentOutOfRangeException(nameof(depth), depth, $"{family.Name} exists with {string.Join(", ", family.Depths)} layers.");
        if (!(widthMultiplier > 0 && widthMultiplier <= MaxWidthMultiplier))
            throw new ArgumentOutOfRangeException(
                nameof(widthMultiplier), widthMultiplier, $"The width multiplier must be above 0 and at most {MaxWidthMultiplier}.");
        (_family, Depth, WidthMultiplier) = (family, depth, widthMultiplier);
        StemPooling = stemPooling ?? family.PoolsStem(depth);
        _scaling = scaling;
    }

    /// <summary>The widest network there is: sixteen times the published one.</summary>
    internal const double MaxWidthMultiplier = 16;

    /// <inheritdoc/>
    public override string Kind => _family.Kind;

    /// <summary>The number of layers, as the published networks are counted, for example 18.</summary>
    public int Depth { get; }

    /// <summary>The factor by which all channel counts of the published network are multiplied. The counts are rounded and at least 1.</summary>
    public double WidthMultiplier { get; }

    /// <summary>A value that says whether a max pooling follows the first convolution, so that every later stage sees a quarter of the positions.</summary>
    public bool StemPooling { get; }

    /// <summary>The mean that is subtracted from the input: one value, or one per channel. Default 0.</summary>
    public IReadOnlyList<float> Mean => Applied.Mean;

    /// <summary>The standard deviation by which the input is divided after the mean is subtracted: one value, or one per channel. Default 1.</summary>
    public IReadOnlyList<float> StandardDeviation => Applied.StandardDeviation;

    /// <summary>
    /// Returns a copy of this encoder that subtracts a mean from its input and divides by a standard deviation, in training and in scoring. This
    /// takes the place of what the trainer does to columns of bytes; see <see cref="Modality.Video"/> and <see cref="Modality.Image"/>.
    /// </summary>
    /// <param name="mean">The mean as one value, or as one value per channel (of images and clips a color, of audio a band), in the unit of the input.</param>
    /// <param name="standardDeviation">The standard deviation as the same number of values, each above 0.</param>
    /// <returns>The copy.</returns>
    /// <exception cref="ArgumentException">The counts differ or are 0, a value is not finite, or a deviation is not above 0.</exception>
    public ResNetEncoder WithNormalization(IReadOnlyList<float> mean, IReadOnlyList<float> standardDeviation) =>
        new(_family, Depth, WidthMultiplier, StemPooling, InputScaling.Create(mean, standardDeviation));

    /// <inheritdoc/>
    public override JsonObject ToSettings()
    {
        var settings = new JsonObject { ["depth"] = Depth, ["widthMultiplier"] = WidthMultiplier, ["stemPooling"] = StemPooling };
        Applied.Write(settings);
        return settings;
    }

    /// <summary>
    /// Translates the names of the paper's official Caffe2 models (VMZ), for example <c>comp_0_conv_1_w</c> and, in its audio-visual models,
    /// <c>v_comp_0_conv_1_w</c> and <c>a_comp_3_conv_1_w</c>. The names of torchvision, which VMZ's PyTorch files have too, stay as they are.
    /// </summary>
    /// <inheritdoc/>
    public override string MapWeightName(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return _family.MapName(Depth, name);
    }

    internal override InputScaling? Scaling => _scaling;

    private InputScaling Applied => _scaling ?? InputScaling.None;

    internal static Func<JsonObject, Encoder> FromSettings(ResNetFamily family) => settings =>
        new ResNetEncoder(family, settings.Whole("depth"), settings.Number("widthMultiplier"), settings.Flag("stemPooling"), InputScaling.Read(settings));

    /// <inheritdoc/>
    public override EncoderModule Build(IReadOnlyList<int> inputShape)
    {
        using var turn = TorchRandomScope.Turn();
        return _family.Build(Plan(inputShape));
    }

    /// <inheritdoc/>
    public override EncoderLayout Describe(IReadOnlyList<int> inputShape)
    {
        var plan = Plan(inputShape);
        return new(plan.FeatureWidth, plan.MiddleWidth, _family.Describe(plan));
    }

    /// <inheritdoc/>
    public override string ToString() =>
        FormattableString.Invariant($"{_family.Name}-{Depth}") + (WidthMultiplier == 1 ? "" : FormattableString.Invariant($" width {WidthMultiplier}"));

    private ResNetPlan Plan(IReadOnlyList<int> inputShape)
    {
        ArgumentNullException.ThrowIfNull(inputShape);
        _family.Input.Check(inputShape, _family.Name);
        Applied.CheckChannels(inputShape[^1]);
        return new ResNetPlan(Depth, WidthMultiplier, StemPooling, inputShape, Applied);
    }
}

/// <summary>One kind of residual network.</summary>
/// <param name="Kind">Its name in model files.</param>
/// <param name="Name">Its name in messages.</param>
/// <param name="Input">What it reads.</param>
/// <param name="Depths">The numbers of layers it exists with.</param>
/// <param name="PoolsStem">Whether the published network of a depth pools after its first convolution.</param>
/// <param name="Build">Makes the module.</param>
/// <param name="Describe">Tells the module's tensors without making it.</param>
internal sealed record ResNetFamily(
    string Kind, string Name, InputLayout Input, int[] Depths, Func<int, bool> PoolsStem, Func<ResNetPlan, EncoderModule> Build,
    Func<ResNetPlan, IEnumerable<NamedShape>> Describe)
{
    /// <summary>From the name that a tensor has in published files of a depth to the module's own. By default it stays.</summary>
    internal Func<int, string, string> MapName { get; init; } = static (_, name) => name;
}

/// <summary>The numbers from which the modules of all residual networks are built.</summary>
/// <param name="Depth">The published number of layers.</param>
/// <param name="WidthMultiplier">What channel counts are multiplied by.</param>
/// <param name="StemPooling">Whether a max pooling follows the stem.</param>
/// <param name="Shape">A row's.</param>
/// <param name="Scaling">What is done to the input first.</param>
internal sealed record ResNetPlan(int Depth, double WidthMultiplier, bool StemPooling, IReadOnlyList<int> Shape, InputScaling Scaling)
{
    /// <summary>The input's channels, where it has them as its last dimension.</summary>
    internal int Channels => Shape[^1];

    /// <summary>Residual blocks per stage; from 50 layers on they are bottlenecks, whose output is four times as wide as their inside.</summary>
    internal int[] Blocks => BlocksOf(Depth);

    internal bool HasBottlenecks => IsDeep(Depth);

    internal static bool IsDeep(int depth) => depth >= 50;

    internal static int[] BlocksOf(int depth) => depth switch
    {
        18 => [2, 2, 2, 2],
        34 or 50 => [3, 4, 6, 3],
        101 => [3, 4, 23, 3],
        152 => [3, 8, 36, 3],
        _ => throw new InvalidOperationException($"No residual network of {depth} layers is known."),
    };

    internal int Expansion => HasBottlenecks ? 4 : 1;

    /// <summary>A published channel count under the width multiplier.</summary>
    internal int Scale(int channels) => Math.Max(1, (int)Math.Round(channels * WidthMultiplier, MidpointRounding.AwayFromZero));

    /// <summary>The inside width of the blocks of a stage, 0 to 3.</summary>
    internal int StageWidth(int stage) => Scale(64 << stage);

    /// <summary>What the last stage gives.</summary>
    internal int FeatureWidth => StageWidth(3) * Expansion;

    /// <summary>What the stage before the last gives.</summary>
    internal int MiddleWidth => StageWidth(2) * Expansion;

    /// <summary>What is left of a dimension after so many halvings, each rounded up.</summary>
    internal double Halved(int dimension, int times) => Math.Ceiling(Shape[dimension] / (double)(1 << times));
}

/// <summary>The dimensions of a row that an encoder reads.</summary>
/// <param name="What">What it is, in the plural.</param>
/// <param name="Dimensions">Their names, in order.</param>
internal sealed record InputLayout(string What, string[] Dimensions)
{
    internal static InputLayout Image { get; } = new("images", ["height", "width", "channels"]);

    internal static InputLayout Video { get; } = new("clips", ["frames", "height", "width", "channels"]);

    internal static InputLayout Audio { get; } = new("spectrograms", ["frames", "bands"]);

    internal static InputLayout Text { get; } = new("token ids", ["tokens"]);

    /// <exception cref="ArgumentException">The rows have another number of dimensions; the message says both.</exception>
    internal void Check(IReadOnlyList<int> shape, string encoder)
    {
        if (shape.Count != Dimensions.Length || shape.Any(s => s < 1))
        {
            throw new ArgumentException(
                $"{encoder} reads {What} of shape [{string.Join(" x ", Dimensions)}], but the rows have the shape [{string.Join(" x ", shape)}]. " +
                $"Give the column's type its {Dimensions.Length} dimension{(Dimensions.Length == 1 ? "" : "s")}, for example with [VectorType({string.Join(", "
                    + $"", Dimensions)})], or take another encoder.", nameof(shape));
        }
    }
}
