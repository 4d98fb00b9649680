using GBlend.MLNet.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace GBlend.MLNet;

/// <summary>Steps one segment by its gradient, and owns the state that takes.</summary>
/// <remarks>
/// TorchSharp's optimisers make a native scalar per operation and step and leave it to the finaliser, which can free it while the
/// operation reads it; under load a long training then fails at random. Here scalars have owners, and a part is one tensor.
/// </remarks>
internal abstract class SegmentOptimizer(ParameterSegment segment) : IDisposable
{
    protected Tensor Values { get; } = segment.Master;

    protected Tensor Gradient { get; } = segment.StepGradient;

    internal static SegmentOptimizer Create(Optimizer rule, double weightDecay, ParameterSegment segment) => rule.Kind switch
    {
        OptimizerKind.Sgd => new SgdOptimizer(segment, rule.Momentum, weightDecay),
        OptimizerKind.Adam => new AdamOptimizer(segment, rule.Beta1, rule.Beta2, weightDecay, decoupled: false),
        OptimizerKind.AdamW => new AdamOptimizer(segment, rule.Beta1, rule.Beta2, weightDecay, decoupled: true),
        _ => throw new InvalidOperationException($"Unknown optimiser {rule}."),
    };

    /// <summary>One step. Without autograd, which the caller switches off.</summary>
    internal void Step(double learningRate)
    {
        segment.BeginStep();
        Update(learningRate);
        segment.EndStep();
    }

    protected abstract void Update(double learningRate);

    public abstract void Dispose();
}

/// <summary>PyTorch's SGD: the first gradient starts the momentum, no dampening, no Nesterov.</summary>
internal sealed class SgdOptimizer(ParameterSegment segment, double momentum, double weightDecay) : SegmentOptimizer(segment)
{
    private readonly Scalar _momentum = momentum, _decay = weightDecay;
    private Tensor? _velocity;
    private Scalar _minusRate = 0.0;
    private double _rate;

    protected override void Update(double learningRate)
    {
        if (learningRate != _rate)
        {
            _minusRate.Dispose();
            (_minusRate, _rate) = (-learningRate, learningRate);
        }
        if (weightDecay != 0)
            Gradient.add_(Values, _decay);
        if (momentum == 0)
        {
            Values.add_(Gradient, _minusRate);
            return;
        }
        if (_velocity is null)
            _velocity = Gradient.clone().DetachFromDisposeScope();
        else
            _velocity.mul_(_momentum).PlusInPlace(Gradient);
        Values.add_(_velocity, _minusRate);
    }

    public override void Dispose()
    {
        _velocity?.Dispose();
        _momentum.Dispose();
        _decay.Dispose();
        _minusRate.Dispose();
    }
}

/// <summary>PyTorch's Adam and AdamW, epsilon 1e-8, bias-corrected.</summary>
internal sealed class AdamOptimizer(ParameterSegment segment, double beta1, double beta2, double weightDecay, bool decoupled) : SegmentOptimizer(segment)
{
    private readonly Scalar _beta1 = beta1, _beta2 = beta2, _rest1 = 1 - beta1, _rest2 = 1 - beta2, _epsilon = 1e-8, _decay = weightDecay;
    private readonly Tensor _mean = segment.Master.zeros_like().DetachFromDisposeScope();
    private readonly Tensor _square = segment.Master.zeros_like().DetachFromDisposeScope();
    private int _steps;

    protected override void Update(double learningRate)
    {
        _steps++;
        using Scalar correction = Math.Sqrt(1 - Math.Pow(beta2, _steps));
        using Scalar step = -learningRate / (1 - Math.Pow(beta1, _steps));
        if (weightDecay != 0 && decoupled)
        {
            using Scalar keep = 1 - learningRate * weightDecay;
            Values.mul_(keep);
        }
        else if (weightDecay != 0)
            Gradient.add_(Values, _decay);
        _mean.mul_(_beta1).add_(Gradient, _rest1);
        _square.mul_(_beta2).addcmul_(Gradient, Gradient, _rest2);
        using var denominator = _square.sqrt().div_(correction).PlusInPlace(_epsilon);
        Values.addcdiv_(_mean, denominator, step);
    }

    public override void Dispose()
    {
        _mean.Dispose();
        _square.Dispose();
        foreach (var scalar in new[] { _beta1, _beta2, _rest1, _rest2, _epsilon, _decay })
            scalar.Dispose();
    }
}
