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
/// Dropout that draws from a generator of its own, so that a run is repeatable, branches that train side by side don't disturb each
/// other, and the user's global torch generator stays untouched. The trainer hands the generator to every one of them.
/// </summary>
internal sealed class SeededDropout(float probability) : nn.Module<Tensor, Tensor>(nameof(SeededDropout))
{
    private readonly Scalar probability = probability, scale = 1f / (1f - probability);

    internal Generator? Generator { get; set; }

    public override Tensor forward(Tensor input)
    {
        if (!training)
            return input;
        var generator = Generator ?? throw new InvalidOperationException("Dropout needs the trainer's generator while training.");
        using var draw = rand(input.shape, input.dtype, input.device, generator: generator);
        using var keep = draw.ge(probability).to(input.dtype);
        return input * keep * scale;
    }
}
