using static TorchSharp.torch;

namespace GBlend.MLNet;

/// <summary>Reads what tensors and modules hold.</summary>
internal static class TensorExtensions
{
    /// <summary>The parameters and buffers of a module by name.</summary>
    internal static IEnumerable<(string Name, Tensor Value)> NamedTensors(this nn.Module module) =>
        module.named_parameters().Select(p => (p.name, (Tensor)p.parameter)).Concat(module.named_buffers().Select(b => (b.name, b.buffer)));

    /// <summary>The elements in row-major order as floats on the host.</summary>
    internal static float[] ToFloats(this Tensor value)
    {
        using var scope = NewDisposeScope();
        return value.detach().cpu().to(ScalarType.Float32).contiguous().data<float>().ToArray();
    }

    /// <summary>The elements in row-major order as doubles on the host.</summary>
    internal static double[] ToDoubles(this Tensor value)
    {
        using var scope = NewDisposeScope();
        return value.detach().cpu().to(ScalarType.Float64).contiguous().data<double>().ToArray();
    }
}
