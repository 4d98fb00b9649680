using GBlend.MLNet.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace GBlend.MLNet;

/// <summary>
/// All parameters of one part of the network (an encoder, a head, the fusion) in one flat tensor, and their gradients in another: the
/// module's own parameters are views into them. A step, a copy or a norm is then one operation for the part instead of one per layer.
/// </summary>
internal sealed class ParameterSegment : IDisposable
{
    internal ParameterSegment(nn.Module module, ScalarType precision, Device device, bool learns = true)
    {
        Module = module;
        using var grad = no_grad();
        using var scope = NewDisposeScope();
        int made = module.parameters().Count();
        bool isShort = precision == ScalarType.BFloat16;
        var buffers = isShort ? module.buffers().Select(b => b.clone()).ToArray() : [];
        if (isShort && learns)
        {
            Master = cat([.. module.parameters().Select(p => p.to(ScalarType.Float32).flatten())]).to(device);
            StepGradient = Master.zeros_like();
        }
        // The user's default type may be another than float32.
        if (device.type != DeviceType.CPU || module.parameters().Any(p => p.dtype != precision))
        {
            module.to(device, precision);
            made *= 2;
        }
        TensorCount.CorrectFor(made);
        if (isShort)
        {
            foreach (var norm in module.modules().Append(module).OfType<BatchNorm>())
                norm.KeepStatistics(ScalarType.Float32);
            foreach (var (buffer, exact) in module.buffers().Zip(buffers))
                buffer.copy_(exact);
        }
        var parameters = module.parameters().ToArray();
        long length = parameters.Sum(p => p.numel());
        Values = empty(length, precision, device);
        Gradient = zeros(learns ? length : 0, precision, device);
        var tensors = new List<(long, long)>();
        long offset = 0;
        foreach (var parameter in parameters)
        {
            long size = parameter.numel();
            var shape = parameter.shape;
            var view = Values.narrow(0, offset, size).view(shape);
            view.copy_(parameter);
            parameter.set_(view);
            if (learns)
                parameter.grad = Gradient.narrow(0, offset, size).view(shape);
            tensors.Add((offset, size));
            offset += size;
        }
        Tensors = tensors;
        Master ??= Values;
        StepGradient ??= Gradient;
        foreach (var tensor in new[] { Values, Gradient, Master, StepGradient })
            tensor.DetachFromDisposeScope();
    }

    internal nn.Module Module { get; }

    /// <summary>All parameters, flat; what the module computes with.</summary>
    internal Tensor Values { get; }

    /// <summary>What the optimiser steps: <see cref="Values"/>, or, where those are bfloat16, their float32 originals, in which small steps are not lost.</summary>
    internal Tensor Master { get; }

    /// <summary>What the optimiser reads: <see cref="Gradient"/>, or its copy in float32.</summary>
    internal Tensor StepGradient { get; }

    private bool HasOriginals => !ReferenceEquals(Master, Values);

    /// <summary>All gradients, flat; empty when the segment only scores.</summary>
    internal Tensor Gradient { get; }

    /// <summary>Where each parameter tensor begins in the flat ones, and its length.</summary>
    internal IReadOnlyList<(long Start, long Length)> Tensors { get; }

    /// <summary>Takes over parameters and buffers of a segment of the same structure.</summary>
    internal void CopyFrom(ParameterSegment other)
    {
        using var grad = no_grad();
        using var scope = NewDisposeScope();
        Master.copy_(other.Master);
        EndStep();
        foreach (var (mine, theirs) in Module.buffers().Zip(other.Module.buffers()))
            mine.copy_(theirs);
    }

    /// <summary>Before the optimiser.</summary>
    internal void BeginStep()
    {
        if (HasOriginals)
            StepGradient.copy_(Gradient);
    }

    /// <summary>After the optimiser.</summary>
    internal void EndStep()
    {
        if (HasOriginals)
            Values.copy_(Master);
    }

    public void Dispose()
    {
        if (HasOriginals)
        {
            Master.Dispose();
            StepGradient.Dispose();
        }
        Values.Dispose();
        Gradient.Dispose();
        Module.Dispose();
    }
}
