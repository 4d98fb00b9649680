using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace GBlend.MLNet;

/// <summary>Token ids to vectors, zero where there is padding.</summary>
internal sealed class TokenVectors : Module<Tensor, (Tensor Vectors, Tensor Mask)>
{
    private const double Spread = 0.1;
    private static readonly Scalar s_one = 1L;
    private readonly Parameter weight;
    private readonly SeededDropout? dropout;
    private readonly Scalar padding = 0L;
    private readonly int vocabularySize;

    internal TokenVectors(TextEncoder settings) : base(nameof(TokenVectors))
    {
        vocabularySize = settings.VocabularySize;
        weight = new Parameter(zeros(settings.VocabularySize, settings.Width));
        using (no_grad())
            weight.normal_(0, Spread);
        dropout = settings.Dropout > 0 ? new SeededDropout(settings.Dropout) : null;
        RegisterComponents();
    }

    internal static NamedShape Describe(TextEncoder settings, string name) => new($"{name}.weight", [settings.VocabularySize, settings.Width]);

    /// <returns>The vectors [rows, tokens, width] and what is no padding, as 1 and 0, [rows, tokens, 1].</returns>
    public override (Tensor Vectors, Tensor Mask) forward(Tensor input)
    {
        var ids = input.to(ScalarType.Int64);
        Check(input, ids);
        var vectors = weight.index_select(0, ids.flatten()).view(ids.shape[0], ids.shape[1], -1);
        var mask = ids.ne(padding).unsqueeze(-1).to(vectors.dtype);
        vectors = vectors * mask;
        return (dropout?.call(vectors) ?? vectors, mask);
    }

    /// <summary>The mean of the vectors of a row, but for its padding; zero for a row that is all padding.</summary>
    internal static Tensor Mean(Tensor vectors, Tensor mask) => (vectors * mask).sum(1) / mask.sum(1).clamp_min(s_one);

    /// <summary>Draws the vectors [rows, tokens, width], what is no padding as 1 and 0 [rows, tokens, 1], and what is padding [rows, tokens].</summary>
    internal (string Vectors, string Mask, string Padding) Draw(GraphBuilder graph, string input)
    {
        string ids = graph.Cast(input, typeof(long)), isPadding = graph.Node("Equal", [ids, graph.Longs([0])]);
        string mask = graph.Node("Unsqueeze", graph.Cast(graph.Node("Not", isPadding), typeof(float)), ("axes", new[] { 2L }));
        string vectors = graph.Node("Gather", [graph.Weight(this, "weight", () => weight), ids], ("axis", 0L));
        return (graph.Multiply(vectors, mask), mask, isPadding);
    }

    /// <summary>Draws <see cref="Mean"/>.</summary>
    internal static string DrawMean(GraphBuilder graph, string vectors, string mask)
    {
        string Sum(string x) => graph.Node("ReduceSum", x, ("axes", new[] { 1L }), ("keepdims", 0L));
        return graph.Node("Div", [Sum(graph.Multiply(vectors, mask)), graph.Node("Max", [Sum(mask), graph.Number(1)])]);
    }

    private void Check(Tensor input, Tensor ids)
    {
        if (ids.min().ToInt64() < 0 || ids.max().ToInt64() >= vocabularySize || !ids.to(input.dtype).Equals(input))
            throw new ArgumentException($"A row has a token id that is not a whole number from 0 (padding) to {vocabularySize - 1}. Give the text encoder the "
                + $"tokenizer's vocabulary size.");
    }
}
