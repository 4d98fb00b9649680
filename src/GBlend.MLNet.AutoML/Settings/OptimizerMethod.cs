namespace GBlend.MLNet.AutoML;

/// <summary>The optimizers that a sweep chooses from; see <see cref="Optimizer"/>.</summary>
public enum OptimizerMethod
{
    /// <summary><see cref="Optimizer.Sgd"/>: stochastic gradient descent with momentum.</summary>
    Sgd,

    /// <summary><see cref="Optimizer.Adam"/>: steps by the means of gradients and of their squares.</summary>
    Adam,

    /// <summary><see cref="Optimizer.AdamW"/>: Adam with decoupled weight decay.</summary>
    AdamW,
}
