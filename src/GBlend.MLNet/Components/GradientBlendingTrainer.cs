namespace GBlend.MLNet;

/// <summary>Trains a multi-modal network with Gradient Blending (Wang, Tran, Feiszli, CVPR 2020).</summary>
public sealed partial class GradientBlendingTrainer
{
}
