using GBlend.MLNet;
using static TorchSharp.torch;

namespace Recipes;

/// <summary>What a network costs for one row.</summary>
/// <param name="MultiplyAdds">Of a forward pass.</param>
/// <param name="Parameters">Numbers that are learned.</param>
/// <param name="Activations">Numbers that a forward pass makes and a backward pass needs, about.</param>
internal sealed record NetworkCost(double MultiplyAdds, double Parameters, double Activations)
{
    private const int VideoFrames = 8, VideoSide = 32;

    public static NetworkCost operator +(NetworkCost a, NetworkCost b) =>
        new(a.MultiplyAdds + b.MultiplyAdds, a.Parameters + b.Parameters, a.Activations + b.Activations);

    /// <summary>
    /// Counts convolution by convolution, and what each of them and of the normalizations makes (rectifiers work in place), while a small row goes
    /// through the network. Video networks halve time and the plane at most so often that a
    /// row of 8 x 32 x 32 is divided without rest, and so costs the same for every 8 x 32 x 32 of a larger one.
    /// </summary>
    /// <param name="encoder">The network.</param>
    /// <param name="shape">A row, frames x bands or frames x height x width x channels.</param>
    public static NetworkCost Of(Encoder encoder, IReadOnlyList<int> shape)
    {
        int[] small = shape.Count == 4 ? [VideoFrames, VideoSide, VideoSide, shape[3]] : [.. shape];
        double times = shape.Count == 4 ? Math.Max(1.0, shape[0] / (double)VideoFrames) * shape[1] / VideoSide * shape[2] / VideoSide : 1;
        double multiplyAdds = 0, activations = 0;
        using var grad = no_grad();
        using var scope = NewDisposeScope();
        // The library's networks load torch; building one comes first.
        using var network = encoder.Build(small);
        network.eval();
        var leaves = network.modules().OfType<nn.Module<Tensor, Tensor>>().Where(m => !m.children().Any() && m.parameters().Any());
        var hooks = leaves.Select(m => m.register_forward_hook((module, _, output) =>
        {
            double positions = output.numel() / (double)output.shape[0] / output.shape[1];
            multiplyAdds += module.parameters().Where(p => p.dim() > 1).Sum(p => p.numel()) * positions;
            activations += output.numel() / (double)output.shape[0];
            return output;
        })).ToList();
        network.call(zeros([1, .. small.Select(s => (long)s)])).Dispose();
        hooks.ForEach(h => h.remove());
        return new(multiplyAdds * times, network.parameters().Sum(p => p.numel()), activations * times);
    }
}
