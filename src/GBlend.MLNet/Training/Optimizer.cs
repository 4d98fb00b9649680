namespace GBlend.MLNet;

/// <summary>The rule by which an optimizer turns gradients into steps.</summary>
/// <remarks>
/// The paper's derivation assumes one learning rate for all branches, as with SGD. Under Adam the weight of a loss has no effect on a head that
/// only this loss reaches, so that blending acts on the encoders alone.
/// </remarks>
public sealed record Optimizer
{
    private Optimizer(OptimizerKind kind) => Kind = kind;

    internal OptimizerKind Kind { get; }

    /// <summary>What suits standardized features and networks that begin at random.</summary>
    internal double DefaultLearningRate => Kind == OptimizerKind.Sgd ? 0.05 : 0.001;

    internal double Momentum { get; private init; }

    internal double Beta1 { get; private init; } = 0.9;

    internal double Beta2 { get; private init; } = 0.999;

    /// <summary>
    /// Makes a rule of stochastic gradient descent with momentum, in PyTorch's form without dampening. It is the paper's optimizer and the default;
    /// its default learning rate is 0.05.
    /// </summary>
    /// <param name="momentum">The momentum, in [0, 1). Default 0.9.</param>
    /// <returns>The rule.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The momentum is not in [0, 1).</exception>
    public static Optimizer Sgd(float momentum = 0.9f)
    {
        Check.Probability(momentum);
        return new(OptimizerKind.Sgd) { Momentum = Math.Round(momentum, 7) };
    }

    /// <summary>Makes a rule of Adam (Kingma and Ba, 2015). Its default learning rate is 0.001.</summary>
    /// <param name="beta1">The decay of the mean of the gradients, in [0, 1). Default 0.9.</param>
    /// <param name="beta2">The decay of the mean of the squared gradients, in [0, 1). Default 0.999.</param>
    /// <returns>The rule.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A decay is not in [0, 1).</exception>
    public static Optimizer Adam(float beta1 = 0.9f, float beta2 = 0.999f) => Adaptive(OptimizerKind.Adam, beta1, beta2);

    /// <summary>Makes a rule of Adam with decoupled weight decay (Loshchilov and Hutter, 2019). Its default learning rate is 0.001.</summary>
    /// <param name="beta1">The decay of the mean of the gradients, in [0, 1). Default 0.9.</param>
    /// <param name="beta2">The decay of the mean of the squared gradients, in [0, 1). Default 0.999.</param>
    /// <returns>The rule.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A decay is not in [0, 1).</exception>
    public static Optimizer AdamW(float beta1 = 0.9f, float beta2 = 0.999f) => Adaptive(OptimizerKind.AdamW, beta1, beta2);

    /// <inheritdoc/>
    public override string ToString() => Kind == OptimizerKind.Sgd ? FormattableString.Invariant($"SGD momentum {Momentum}") : Kind.ToString();

    private static Optimizer Adaptive(OptimizerKind kind, float beta1, float beta2)
    {
        Check.Probability(beta1);
        Check.Probability(beta2);
        return new(kind) { Beta1 = Math.Round(beta1, 7), Beta2 = Math.Round(beta2, 7) };
    }
}

internal enum OptimizerKind
{
    Sgd,
    Adam,
    AdamW,
}
