using static TorchSharp.torch;

namespace GBlend.MLNet;

/// <summary>The two gradients of an encoder in a step, flat over all its parameters, for <see cref="BalanceStrategy.Combine"/>.</summary>
/// <param name="Modality">The index of the modality.</param>
/// <param name="Joint">The gradient of the joint branch's weighted loss, as [parameters].</param>
/// <param name="Own">The gradient of the modality's own weighted loss, as [parameters].</param>
/// <param name="Result">The gradient that the step will use, as [parameters]. It begins as the sum of both; write into it in place.</param>
/// <param name="Tensors">The parameter tensors: the index at which each begins in the flat gradients, and how many numbers it has.</param>
public sealed record EncoderGradients(int Modality, Tensor Joint, Tensor Own, Tensor Result, IReadOnlyList<(long Start, long Length)> Tensors);
