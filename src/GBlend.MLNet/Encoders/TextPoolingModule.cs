using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace GBlend.MLNet;

/// <summary>The mean of the tokens' vectors, then a hidden layer. Mid-level features: the mean.</summary>
internal sealed class TextPoolingModule : EncoderModule, IGraphEncoder
{
    private readonly TokenVectors tokens;
    private readonly Linear hidden;

    internal TextPoolingModule(TextEncoder settings) : base(settings.Kind, settings.Width, settings.Width)
    {
        tokens = new TokenVectors(settings);
        hidden = Linear(settings.Width, settings.Width);
        RegisterComponents();
    }

    internal static EncoderLayout Describe(TextEncoder settings) =>
        new(settings.Width, settings.Width, [TokenVectors.Describe(settings, "tokens"), .. LayerShapes.Linear("hidden", settings.Width, settings.Width)]);

    internal override double MultiplyAdds => CountParameters(hidden);

    /// <summary>Token ids [rows, tokens].</summary>
    public override (Tensor Middle, Tensor Feature) Encode(Tensor input)
    {
        using var scope = NewDisposeScope();
        var (vectors, mask) = tokens.call(input);
        var mean = TokenVectors.Mean(vectors, mask);
        return scope.MoveToOuter(mean, hidden.call(mean).relu());
    }

    (string Middle, string Feature) IGraphEncoder.Draw(GraphBuilder graph, string input)
    {
        var (vectors, mask, _) = tokens.Draw(graph, input);
        string mean = TokenVectors.DrawMean(graph, vectors, mask);
        return (mean, graph.Relu(graph.Draw(hidden, mean)));
    }
}
