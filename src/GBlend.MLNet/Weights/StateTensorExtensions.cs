using static TorchSharp.torch;

namespace GBlend.MLNet;

/// <summary>From tensors of torch to the plain data of state dicts, and back.</summary>
internal static class StateTensorExtensions
{
    private static readonly (ScalarType Torch, ElementType Plain)[] s_types =
    [
        (ScalarType.Bool, ElementType.Bool), (ScalarType.Byte, ElementType.UInt8), (ScalarType.Int8, ElementType.Int8), (ScalarType.Int16, ElementType.Int16),
        (ScalarType.Int32, ElementType.Int32), (ScalarType.Int64, ElementType.Int64), (ScalarType.Float16, ElementType.Float16),
        (ScalarType.BFloat16, ElementType.BFloat16), (ScalarType.Float32, ElementType.Float32), (ScalarType.Float64, ElementType.Float64),
    ];

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

    /// <summary>A copy on the host as plain data of the tensor's own type, to the bit.</summary>
    /// <exception cref="NotSupportedException">Plain data has no such type, for example complex numbers.</exception>
    internal static StateTensor ToExact(this Tensor value)
    {
        using var scope = NewDisposeScope();
        return StateTensor.Over(PlainType(value), value.shape, value.detach().cpu().contiguous().bytes.ToArray());
    }

    /// <summary>Writes a tensor of a state dict into one of torch, to the bit.</summary>
    /// <param name="state">Has the tensor.</param>
    /// <param name="name">Its name.</param>
    /// <param name="target">A tensor of the same type and shape.</param>
    /// <exception cref="InvalidDataException">There is no such tensor, or it has another type or shape.</exception>
    internal static void CopyTo(this StateDict state, string name, Tensor target)
    {
        var expected = PlainType(target);
        if (!state.TryGetValue(name, out var value) || !value.IsRead || value.Type != expected || !value.Shape.SequenceEqual(target.shape))
        {
            string found = value is null ? "missing" : value.ToString();
            throw new InvalidDataException($"The tensor '{Show.Text(name)}' is {found}, expected {expected} {Show.Shape(target.shape)}.");
        }
        using var grad = no_grad();
        using var copy = empty(target.shape, target.dtype);
        value.Bytes.Span.CopyTo(copy.bytes);
        target.copy_(copy);
    }

    private static ElementType PlainType(Tensor value)
    {
        int at = Array.FindIndex(s_types, type => type.Torch == value.dtype);
        return at >= 0 ? s_types[at].Plain : throw new NotSupportedException($"A tensor of type {value.dtype} can't be saved.");
    }
}
