using GBlend.MLNet.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace GBlend.MLNet;

/// <summary>
/// One part of the network (an encoder, a head, the fusion): a range of the flat parameters, into which the module's own parameters are views.
/// </summary>
internal sealed class ParameterSegment : IDisposable
{
    private readonly FlatParameters _flat;

    internal ParameterSegment(nn.Module module, FlatParameters flat, long start)
    {
        (Module, _flat) = (module, flat);
        Start = start;
        var (precision, device) = (flat.Values.dtype, flat.Values.device);
        using var grad = no_grad();
        using var scope = NewDisposeScope();
        int made = module.parameters().Count();
        Length = SizeOf(module);
        Values = flat.Values.narrow(0, start, Length);
        Gradient = flat.Learns ? flat.Gradient.narrow(0, start, Length) : flat.Gradient.view(0);
        Master = flat.HasOriginals ? flat.Master.narrow(0, start, Length) : Values;
        StepGradient = flat.HasOriginals ? flat.StepGradient.narrow(0, start, Length) : Gradient;
        bool isShort = precision == ScalarType.BFloat16;
        var buffers = isShort ? module.buffers().Select(b => b.clone()).ToArray() : [];
        if (flat.HasOriginals)
            Master.copy_(cat([.. module.parameters().Select(p => p.to(ScalarType.Float32).flatten())]));
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
        var tensors = new List<(long, long)>();
        var learning = new List<(long Start, long Length)>();
        long offset = 0;
        foreach (var parameter in module.parameters().ToArray())
        {
            long size = parameter.numel();
            var shape = parameter.shape;
            var view = Values.narrow(0, offset, size).view(shape);
            view.copy_(parameter);
            parameter.set_(view);
            if (flat.Learns && parameter.requires_grad)
            {
                parameter.grad = Gradient.narrow(0, offset, size).view(shape);
                learning.Add((start + offset, size));
            }
            tensors.Add((offset, size));
            offset += size;
        }
        (Tensors, Learning) = (tensors, learning);
        foreach (var tensor in new[] { Values, Gradient, Master, StepGradient })
            tensor.DetachFromDisposeScope();
    }

    internal nn.Module Module { get; }

    /// <summary>Where the part begins in the flat parameters.</summary>
    internal long Start { get; }

    internal long Length { get; }

    /// <summary>All parameters, flat; what the module computes with.</summary>
    internal Tensor Values { get; }

    /// <summary>What the optimizer steps, see <see cref="FlatParameters.Master"/>.</summary>
    internal Tensor Master { get; }

    /// <summary>All gradients, flat; empty when the network only scores.</summary>
    internal Tensor Gradient { get; }

    /// <summary>What the optimizer reads, see <see cref="FlatParameters.StepGradient"/>.</summary>
    internal Tensor StepGradient { get; }

    /// <summary>Where each parameter tensor begins in the flat ones of this part, and its length.</summary>
    internal IReadOnlyList<(long Start, long Length)> Tensors { get; }

    /// <summary>
    /// The parameter tensors that need a gradient: where each begins in the flat parameters of the whole network, and its length. The others never
    /// move.
    /// </summary>
    internal IReadOnlyList<(long Start, long Length)> Learning { get; }

    /// <summary>How many numbers a module's parameters have.</summary>
    internal static long SizeOf(nn.Module module) => module.parameters().Sum(p => p.numel());

    /// <summary>Takes over parameters and buffers of a segment of the same structure.</summary>
    internal void CopyFrom(ParameterSegment other)
    {
        using var grad = no_grad();
        using var scope = NewDisposeScope();
        Master.copy_(other.Master);
        if (!ReferenceEquals(Master, Values))
            Values.copy_(Master);
        foreach (var (mine, theirs) in Module.buffers().Zip(other.Module.buffers()))
            mine.copy_(theirs);
        _flat.MarkChanged();
    }

    public void Dispose()
    {
        Master.Dispose();
        StepGradient.Dispose();
        Values.Dispose();
        Gradient.Dispose();
        Module.Dispose();
    }
}
