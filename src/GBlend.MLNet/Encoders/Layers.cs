using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace GBlend.MLNet;

/// <summary>Small stacks of layers that encoders and fusions share.</summary>
internal static class Layers
{
    /// <summary>Linear, ReLU (and dropout) for every width.</summary>
    internal static Sequential AppendMlp(this Sequential stack, int inputs, IReadOnlyList<int> widths, float dropout)
    {
        foreach (int width in widths)
        {
            stack.append(Linear(inputs, width));
            stack.append(ReLU());
            if (dropout > 0)
                stack.append(new SeededDropout(dropout));
            inputs = width;
        }
        return stack;
    }
}

/// <summary>
/// A dropout layer for encoders of your own. It draws from a generator that belongs to the fit, on every device, whereas torch's own dropout draws
/// from the generator of the whole process.
/// </summary>
/// <remarks>
/// The trainer hands its generator to every such layer among the encoder's registered modules. Outside a fit the layer can only be used in
/// evaluation mode, in which it passes its input through.
/// </remarks>
public sealed class SeededDropout : nn.Module<Tensor, Tensor>, IGraphModule
{
    private readonly Scalar probability, scale;

    /// <summary>Creates a layer.</summary>
    /// <param name="probability">The probability with which a number is set to zero while training, at least 0 and below 1.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="probability"/> is not in [0, 1).</exception>
    public SeededDropout(float probability) : base(nameof(SeededDropout))
    {
        Check.Probability(probability);
        (this.probability, scale) = (probability, 1f / (1f - probability));
    }

    internal Generator? Generator { get; set; }

    /// <summary>Sets some numbers to zero and enlarges the others, while training.</summary>
    /// <param name="input">A tensor of any shape.</param>
    /// <returns>A tensor of that shape; in evaluation mode another handle of <paramref name="input"/>, which shares its numbers.</returns>
    /// <exception cref="InvalidOperationException">The layer is in training mode and no trainer has given it a generator.</exception>
    public override Tensor forward(Tensor input)
    {
        // A handle of its own, because containers dispose of what they hand on from layer to layer.
        if (!training)
            return input.alias();
        var generator = Generator ?? throw new InvalidOperationException("Dropout needs the trainer's generator while training.");
        using var draw = rand(input.shape, input.dtype, input.device, generator: generator);
        using var keep = draw.ge(probability).to(input.dtype);
        return input * keep * scale;
    }

    string IGraphModule.Draw(GraphBuilder graph, string input) => input;
}
