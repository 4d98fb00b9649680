namespace GBlend.MLNet.AutoML;

/// <summary>The fusions that a sweep chooses from; see <see cref="Fusion"/>.</summary>
public enum FusionMethod
{
    /// <summary><see cref="Fusion.Concat"/>: late concatenation of the encoders' features.</summary>
    Concat,

    /// <summary><see cref="Fusion.MidConcat"/>: concatenation of mid-level features.</summary>
    MidConcat,

    /// <summary><see cref="Fusion.SqueezeExcitationGate"/>: all features together decide how much of each passes.</summary>
    SqueezeExcitationGate,

    /// <summary><see cref="Fusion.NonLocalGate"/>: the modalities attend to each other.</summary>
    NonLocalGate,
}
