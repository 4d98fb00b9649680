using GBlend.MLNet.Native;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace GBlend.MLNet;

/// <summary>
/// A small Transformer (Vaswani et al., NeurIPS 2017) with normalization before each part and learned positions; the features are the mean
/// over the tokens after the last layer, the mid-level features that after the layer before it.
/// </summary>
internal sealed class TextTransformerModule : EncoderModule, IGraphEncoder
{
    private const double Spread = 0.1;
    private readonly TokenVectors tokens;
    private readonly Parameter positions;
    private readonly ModuleList<TransformerLayer> layers = new();
    private readonly LayerNorm norm;

    internal TextTransformerModule(TextEncoder settings, int length) : base(settings.Kind, settings.Width, settings.Width)
    {
        tokens = new TokenVectors(settings);
        positions = new Parameter(zeros(length, settings.Width));
        using (no_grad())
            positions.normal_(0, Spread);
        for (int i = 0; i < settings.Layers; i++)
            layers.append(new TransformerLayer(settings));
        norm = LayerNorm(settings.Width);
        RegisterComponents();
    }

    internal static EncoderLayout Describe(TextEncoder settings, int length)
    {
        return new(settings.Width, settings.Width, Tensors());

        IEnumerable<NamedShape> Tensors()
        {
            yield return TokenVectors.Describe(settings, "tokens");
            yield return new("positions", [length, settings.Width]);
            foreach (var tensor in LayerShapes.LayerNorm("norm", settings.Width))
                yield return tensor;
            for (int i = 0; i < settings.Layers; i++)
            {
                foreach (var tensor in TransformerLayer.Describe(settings.Width, $"layers.{i}"))
                    yield return tensor;
            }
        }
    }

    internal override double MultiplyAdds => positions.shape[0] * (CountParameters(layers) + 2.0 * positions.numel() * layers.Count);

    /// <summary>Token ids [rows, tokens].</summary>
    public override (Tensor Middle, Tensor Feature) Encode(Tensor input)
    {
        using var scope = NewDisposeScope();
        var (x, mask) = tokens.call(input);
        x = x.Plus(positions);
        var padding = mask.squeeze(-1).eq(zeros_like(mask.squeeze(-1))).unsqueeze(1).unsqueeze(1);  // [rows, 1, 1, tokens]
        Tensor before = x;
        foreach (var layer in layers)
        {
            before = x;
            x = layer.call(x, padding);
        }
        return scope.MoveToOuter(TokenVectors.Mean(before, mask), TokenVectors.Mean(norm.call(x), mask));
    }

    (string Middle, string Feature) IGraphEncoder.Draw(GraphBuilder graph, string input)
    {
        var (x, mask, isPadding) = tokens.Draw(graph, input);
        x = graph.Add(x, graph.Weight(this, "positions", () => positions));
        string padding = graph.Node("Unsqueeze", isPadding, ("axes", new[] { 1L, 2 })), before = x;
        foreach (var layer in layers)
        {
            before = x;
            x = layer.Draw(graph, x, padding);
        }
        return (TokenVectors.DrawMean(graph, before, mask), TokenVectors.DrawMean(graph, graph.Normalize(norm, x), mask));
    }
}

/// <summary>Attention, then a hidden layer of four times the width, each on normalized input and added to it.</summary>
internal sealed class TransformerLayer : Module<Tensor, Tensor, Tensor>
{
    /// <summary>Far below every score, and finite, so that a row of padding alone gives numbers.</summary>
    private const double Masked = -1e9;
    private readonly LayerNorm norm1, norm2;
    private readonly Linear queriesKeysValues, back, up, down;
    private readonly SeededDropout? dropout;
    private readonly Scalar masked = Masked, scale;
    private readonly int heads;

    internal TransformerLayer(TextEncoder settings) : base(nameof(TransformerLayer))
    {
        int width = settings.Width;
        heads = settings.Heads;
        scale = 1 / Math.Sqrt(width / (double)heads);
        norm1 = LayerNorm(width);
        queriesKeysValues = Linear(width, 3 * width);
        back = Linear(width, width);
        norm2 = LayerNorm(width);
        up = Linear(width, 4 * width);
        down = Linear(4 * width, width);
        dropout = settings.Dropout > 0 ? new SeededDropout(settings.Dropout) : null;
        RegisterComponents();
    }

    internal static IEnumerable<NamedShape> Describe(long width, string name) =>
    [
        .. LayerShapes.LayerNorm($"{name}.norm1", width), .. LayerShapes.LayerNorm($"{name}.norm2", width),
        .. LayerShapes.Linear($"{name}.queriesKeysValues", width, 3 * width), .. LayerShapes.Linear($"{name}.back", width, width),
        .. LayerShapes.Linear($"{name}.up", width, 4 * width), .. LayerShapes.Linear($"{name}.down", 4 * width, width),
    ];

    /// <param name="x">The tokens [rows, tokens, width].</param>
    /// <param name="padding">True at padding, [rows, 1, 1, tokens].</param>
    public override Tensor forward(Tensor x, Tensor padding)
    {
        using var scope = NewDisposeScope();
        long rows = x.shape[0], length = x.shape[1], width = x.shape[2];
        var parts = queriesKeysValues.call(norm1.call(x)).view(rows, length, 3, heads, width / heads).permute(2, 0, 3, 1, 4).unbind(0);
        var scores = (matmul(parts[0], parts[1].transpose(-2, -1)) * scale).masked_fill(padding, masked);
        var mixed = matmul(softmax(scores, -1), parts[2]).transpose(1, 2).reshape(rows, length, width);
        var y = x.Plus(Drop(back.call(mixed)));
        return scope.MoveToOuter(y.Plus(Drop(down.call(up.call(norm2.call(y)).relu()))));
    }

    /// <summary>Draws <see cref="forward"/>.</summary>
    internal string Draw(GraphBuilder graph, string x, string padding)
    {
        long width = norm1.weight!.shape[0];
        string parts = graph.LinearOnLast(queriesKeysValues, graph.Normalize(norm1, x));
        parts = graph.Transpose(graph.Reshape(parts, 0, 0, 3, heads, width / heads), 2, 0, 3, 1, 4);
        string Part(long at) => graph.Node("Gather", [parts, graph.Longs([at])], ("axis", 0L));
        string scores = graph.Multiply(graph.Node("MatMul", [Part(0), graph.Transpose(Part(1), 0, 1, 3, 2)]), 1 / Math.Sqrt(width / (double)heads));
        string weights = graph.Softmax(graph.Where(padding, graph.Number(Masked), scores), 3);
        string mixed = graph.Reshape(graph.Transpose(graph.Node("MatMul", [weights, Part(2)]), 0, 2, 1, 3), 0, 0, width);
        string y = graph.Add(x, graph.LinearOnLast(back, mixed));
        return graph.Add(y, graph.LinearOnLast(down, graph.Relu(graph.LinearOnLast(up, graph.Normalize(norm2, y)))));
    }

    private Tensor Drop(Tensor x) => dropout?.call(x) ?? x;
}
