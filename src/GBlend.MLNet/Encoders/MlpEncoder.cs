using System.Text.Json.Nodes;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace GBlend.MLNet;

/// <summary>A multi-layer perceptron with ReLU after every layer; see <see cref="Encoders.Mlp(int[])"/>.</summary>
public sealed class MlpEncoder : Encoder
{
    internal const string KindName = "mlp";
    private readonly int[] _widths;

    internal MlpEncoder(int[] widths, float dropout)
    {
        ArgumentNullException.ThrowIfNull(widths);
        if (widths.Length == 0 || widths.Any(w => w < 1))
            throw new ArgumentException($"An MLP encoder needs one or more widths of at least 1, got [{string.Join(", ", widths)}].", nameof(widths));
        Check.Probability(dropout, nameof(dropout));
        _widths = [.. widths];
        Dropout = dropout;
    }

    /// <summary>The widths of the layers, from input to output; the last one is the number of features.</summary>
    public IReadOnlyList<int> Widths => _widths;

    /// <summary>The share of activations that are dropped after every layer while training, in [0, 1). Default 0.</summary>
    public float Dropout { get; }

    /// <inheritdoc/>
    public override string Kind => KindName;

    /// <summary>Returns a copy of this encoder with dropout after every layer.</summary>
    /// <param name="dropout">The share of activations to drop while training, in [0, 1).</param>
    /// <returns>The copy.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The share is not in [0, 1).</exception>
    public MlpEncoder WithDropout(float dropout) => new(_widths, dropout);

    /// <inheritdoc/>
    public override JsonObject ToSettings() => new()
    {
        ["widths"] = new JsonArray([.. _widths.Select(w => (JsonNode)w)]),
        ["dropout"] = Dropout,
    };

    internal static MlpEncoder FromSettings(JsonObject settings) =>
        new(settings.WholeNumbers("widths"), settings.Single("dropout"));

    /// <inheritdoc/>
    public override EncoderModule Build(IReadOnlyList<int> inputShape)
    {
        using var turn = TorchRandomScope.Turn();
        return new Net(Elements(inputShape), _widths, Dropout);
    }

    /// <inheritdoc/>
    public override EncoderLayout Describe(IReadOnlyList<int> inputShape) =>
        new(_widths[^1], _widths[0], LayerShapes.Mlp("layers", 0, Elements(inputShape), _widths, Dropout));

    /// <inheritdoc/>
    public override string ToString() => $"MLP {string.Join("-", _widths)}" + (Dropout > 0 ? FormattableString.Invariant($" dropout {Dropout}") : "");

    private static int Elements(IReadOnlyList<int> inputShape) => inputShape.Aggregate(1, (product, size) => checked(product * size));

    /// <summary>The first layer makes the mid-level features, the rest the features.</summary>
    private sealed class Net : EncoderModule, IGraphEncoder
    {
        private readonly Sequential layers;
        private readonly int bottomLayers;

        internal Net(int inputs, int[] widths, float dropout) : base(KindName, widths[^1], widths[0])
        {
            layers = Sequential().AppendMlp(inputs, widths, dropout);
            bottomLayers = layers.Count / widths.Length;
            RegisterComponents();
        }

        public override (Tensor Middle, Tensor Feature) Encode(Tensor input)
        {
            var x = input.dim() > 2 ? input.flatten(1) : input;
            var middle = x;
            for (int i = 0; i < layers.Count; i++)
            {
                x = ((Module<Tensor, Tensor>)layers[i]).call(x);
                if (i == bottomLayers - 1)
                    middle = x;
            }
            return (middle, x);
        }

        (string Middle, string Feature) IGraphEncoder.Draw(GraphBuilder graph, string input)
        {
            string x = graph.Node("Flatten", input, ("axis", 1L)), middle = x;
            for (int i = 0; i < layers.Count; i++)
            {
                x = graph.Draw((Module)layers[i], x);
                if (i == bottomLayers - 1)
                    middle = x;
            }
            return (middle, x);
        }
    }
}
