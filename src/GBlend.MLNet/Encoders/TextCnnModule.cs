using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace GBlend.MLNet;

/// <summary>
/// Convolutions over 3, 4 and 5 tokens, ReLU, the maximum over the text (Kim, EMNLP 2014). Mid-level features: the mean of the tokens'
/// vectors.
/// </summary>
internal sealed class TextCnnModule : EncoderModule, IGraphEncoder
{
    private static readonly int[] s_kernels = [3, 4, 5];
    private readonly TokenVectors tokens;
    private readonly int length;
    private readonly ModuleList<Conv1d> convolutions = new();

    internal TextCnnModule(TextEncoder settings, int length) : base(settings.Kind, s_kernels.Length * settings.Width, settings.Width)
    {
        this.length = length;
        tokens = new TokenVectors(settings);
        foreach (int kernel in s_kernels)
            convolutions.append(Conv1d(settings.Width, settings.Width, kernel, padding: kernel - 1));
        RegisterComponents();
    }

    internal static EncoderLayout Describe(TextEncoder settings) => new(checked(s_kernels.Length * settings.Width), settings.Width,
    [
        TokenVectors.Describe(settings, "tokens"),
        .. s_kernels.SelectMany((kernel, i) => LayerShapes.Convolution($"convolutions.{i}", settings.Width, settings.Width, [kernel], bias: true)),
    ]);

    internal override double MultiplyAdds => (double)length * CountParameters(convolutions);

    /// <summary>Token ids [rows, tokens].</summary>
    public override (Tensor Middle, Tensor Feature) Encode(Tensor input)
    {
        using var scope = NewDisposeScope();
        var (vectors, mask) = tokens.call(input);
        var signal = vectors.transpose(1, 2);
        var reached = mask.transpose(1, 2);
        var features = new List<Tensor>();
        for (int i = 0; i < s_kernels.Length; i++)
        {
            // A kernel that reaches from no token tells nothing; those that end or begin in the padding see zeros there.
            using var sees = functional.max_pool1d(functional.pad(reached, [s_kernels[i] - 1, s_kernels[i] - 1]), s_kernels[i], 1);
            features.Add((convolutions[i].call(signal).relu() * sees).amax([2]));
        }
        return scope.MoveToOuter(TokenVectors.Mean(vectors, mask), cat(features, 1));
    }

    (string Middle, string Feature) IGraphEncoder.Draw(GraphBuilder graph, string input)
    {
        var (vectors, mask, _) = tokens.Draw(graph, input);
        string signal = graph.Transpose(vectors, 0, 2, 1), reached = graph.Transpose(mask, 0, 2, 1);
        string Feature(int kernel, int i)
        {
            string sees = graph.Node("MaxPool", reached, ("kernel_shape", new[] { (long)kernel }), ("strides", new[] { 1L }),
                ("pads", new[] { kernel - 1L, kernel - 1L }));
            string found = graph.Multiply(graph.Relu(graph.Draw(convolutions[i], signal)), sees);
            return graph.Node("ReduceMax", found, ("axes", new[] { 2L }), ("keepdims", 0L));
        }
        return (TokenVectors.DrawMean(graph, vectors, mask), graph.Concat([.. s_kernels.Select(Feature)], 1));
    }
}
