namespace GBlend.MLNet;

/// <summary>A fitted multi-modal network.</summary>
public sealed class GradientBlendingTransformer
{
}
