using static TorchSharp.torch;

namespace GBlend.MLNet;

/// <summary>The two gradients of an encoder in a step, flat over all its parameters, for <see cref="BalanceStrategy.Combine"/>.</summary>
/// <param name="Modality">The modality's index.</param>
/// <param name="Joint">The gradient of the joint branch's weighted loss, [parameters].</param>
/// <param name="Own">The gradient of the modality's own weighted loss, [parameters].</param>
/// <param name="Result">What the step will use, [parameters]; write into it in place. It begins as the sum of both.</param>
/// <param name="Tensors">Where each parameter tensor begins and how many numbers it has.</param>
public sealed record EncoderGradients(int Modality, Tensor Joint, Tensor Own, Tensor Result, IReadOnlyList<(long Start, long Length)> Tensors);
