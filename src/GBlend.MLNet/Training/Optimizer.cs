namespace GBlend.MLNet;

/// <summary>The rule that turns gradients into steps.</summary>
/// <remarks>
/// The paper's derivation assumes one learning rate for all branches, as SGD has it. Under Adam a head that only its own loss reaches
/// does not feel its weight, so blending acts on the encoders alone.
/// </remarks>
public sealed record Optimizer
{
    private Optimizer(OptimizerKind kind) => Kind = kind;

    internal OptimizerKind Kind { get; }

    /// <summary>What suits standardised features and networks that begin at random.</summary>
    internal double DefaultLearningRate => Kind == OptimizerKind.Sgd ? 0.05 : 0.001;

    internal double Momentum { get; private init; }

    internal double Beta1 { get; private init; } = 0.9;

    internal double Beta2 { get; private init; } = 0.999;

    /// <summary>Stochastic gradient descent with momentum (PyTorch's form, no dampening): the paper's optimiser and the default.</summary>
    /// <param name="momentum">In [0, 1). Default 0.9.</param>
    public static Optimizer Sgd(float momentum = 0.9f)
    {
        Check.Probability(momentum);
        return new(OptimizerKind.Sgd) { Momentum = Math.Round(momentum, 7) };
    }

    /// <summary>Adam (Kingma and Ba, 2015). Without a learning rate of yours it is 0.001.</summary>
    /// <param name="beta1">Decay of the mean of gradients. Default 0.9.</param>
    /// <param name="beta2">Decay of the mean of squared gradients. Default 0.999.</param>
    public static Optimizer Adam(float beta1 = 0.9f, float beta2 = 0.999f) => Adaptive(OptimizerKind.Adam, beta1, beta2);

    /// <summary>Adam with decoupled weight decay (Loshchilov and Hutter, 2019). Without a learning rate of yours it is 0.001.</summary>
    /// <param name="beta1">Decay of the mean of gradients. Default 0.9.</param>
    /// <param name="beta2">Decay of the mean of squared gradients. Default 0.999.</param>
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
