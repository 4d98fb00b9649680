using static TorchSharp.torch;

namespace GBlend.MLNet;

/// <summary>From tensors of torch to the plain data of state dicts.</summary>
internal static class StateTensorExtensions
{
    /// <summary>A copy on the host as plain float32 data.</summary>
    internal static StateTensor ToFloat32(this Tensor value)
    {
        using var scope = NewDisposeScope();
        return StateTensor.Over(ElementType.Float32, value.shape, value.detach().cpu().to(ScalarType.Float32).contiguous().bytes.ToArray());
    }

    /// <summary>A copy on the host as plain data: counters as integers, all else as float32.</summary>
    internal static StateTensor ToStateTensor(this Tensor value)
    {
        if (value.dtype != ScalarType.Int64)
            return value.ToFloat32();
        using var scope = NewDisposeScope();
        return StateTensor.Over(ElementType.Int64, value.shape, value.detach().cpu().contiguous().bytes.ToArray());
    }
}
