namespace GBlend.MLNet.AutoML;

/// <summary>The optimisers that a sweep chooses from; see <see cref="Optimizer"/>.</summary>
public enum OptimizerMethod
{
    /// <summary><see cref="Optimizer.Sgd"/>.</summary>
    Sgd,

    /// <summary><see cref="Optimizer.Adam"/>.</summary>
    Adam,

    /// <summary><see cref="Optimizer.AdamW"/>.</summary>
    AdamW,
}
