using GBlend.MLNet.Native;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace GBlend.MLNet;

/// <summary>
/// Batch normalization over all axes but the second (Ioffe and Szegedy, ICML 2015), for images and clips alike, with torch's names and
/// its momentum: the share of a new batch in the running statistics.
/// </summary>
/// <remarks>
/// A batch with a single value per channel, as a last row left over can be, has no variance: it is normalized as in evaluation and leaves
/// the statistics alone.
/// </remarks>
internal sealed class BatchNorm : Module<Tensor, Tensor>, IGraphModule
{
    private const double Momentum = 0.1;
    private readonly Parameter weight, bias;
    private Tensor running_mean, running_var;
    private readonly Tensor num_batches_tracked;
    private readonly Scalar one = 1L;
    private readonly double epsilon;

    /// <param name="channels">The size of the second axis.</param>
    /// <param name="epsilon">Added to the variance.</param>
    internal BatchNorm(int channels, double epsilon) : base(nameof(BatchNorm))
    {
        this.epsilon = epsilon;
        weight = new Parameter(ones(channels));
        bias = new Parameter(zeros(channels));
        running_mean = zeros(channels);
        running_var = ones(channels);
        num_batches_tracked = tensor(0L);
        RegisterComponents();
    }

    /// <summary>Sets what the running statistics are kept in, apart from the parameters: in bfloat16 their small updates would be lost.</summary>
    internal void KeepStatistics(ScalarType precision)
    {
        if (running_mean.dtype == precision)
            return;
        ConditionallyRegisterBuffer(nameof(running_mean), running_mean = Converted(running_mean, precision));
        ConditionallyRegisterBuffer(nameof(running_var), running_var = Converted(running_var, precision));
    }

    public override Tensor forward(Tensor input)
    {
        bool learns = training && input.numel() > input.shape[1];
        if (learns)
        {
            using var grad = no_grad();
            num_batches_tracked.PlusInPlace(one);
        }
        return weight.dtype == running_mean.dtype
            ? functional.batch_norm(input, running_mean, running_var, weight, bias, learns, Momentum, epsilon)
            : functional.batch_norm(input, running_mean, running_var, weight.to(running_mean.dtype), bias.to(running_mean.dtype), learns, Momentum, epsilon);
    }

    string IGraphModule.Draw(GraphBuilder graph, string input) => graph.Node("BatchNormalization",
        [
            input, graph.Weight(this, "weight", () => weight), graph.Weight(this, "bias", () => bias), graph.Weight(this, "mean", () => running_mean),
            graph.Weight(this, "variance", () => running_var),
        ], ("epsilon", (float)epsilon));

    private static Tensor Converted(Tensor value, ScalarType precision)
    {
        using (value)
            return value.to(precision).DetachFromDisposeScope();
    }
}
