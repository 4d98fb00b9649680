namespace GBlend.MLNet.AutoML;

/// <summary>The fusions that a sweep chooses from; see <see cref="Fusion"/>.</summary>
public enum FusionMethod
{
    /// <summary><see cref="Fusion.Concat"/>.</summary>
    Concat,

    /// <summary><see cref="Fusion.MidConcat"/>.</summary>
    MidConcat,

    /// <summary><see cref="Fusion.SqueezeExcitationGate"/>.</summary>
    SqueezeExcitationGate,

    /// <summary><see cref="Fusion.NonLocalGate"/>.</summary>
    NonLocalGate,
}
