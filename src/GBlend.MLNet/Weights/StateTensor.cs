using System.Numerics;
using System.Runtime.InteropServices;

namespace GBlend.MLNet;

/// <summary>One tensor of a <see cref="StateDict"/> as plain data: a type, a shape and bytes. Instances are immutable, and using one needs no torch.</summary>
public sealed class StateTensor
{
    /// <summary>More dimensions than any network has; a bound for files.</summary>
    internal const int MostDimensions = 64;

    private readonly ElementFormat _element;
    private readonly long[] _shape;

    /// <summary>Makes a tensor from a copy of its bytes.</summary>
    /// <param name="type">The type of an element.</param>
    /// <param name="shape">The dimensions, outermost first; empty for a single number.</param>
    /// <param name="bytes">The bytes of the elements in row-major order, little-endian.</param>
    /// <exception cref="ArgumentException">
    /// A dimension is negative, there are more than 64 dimensions, or the number of bytes does not fit the type and the shape.
    /// </exception>
    public StateTensor(ElementType type, IReadOnlyList<long> shape, ReadOnlySpan<byte> bytes) : this((ElementFormat)type, bytes.ToArray(), CheckedShape(shape))
    {
        if (CountOf(_shape) is not { } count || _element.BytesOf(count) != bytes.Length)
            throw new ArgumentException($"{type} [{string.Join(", ", shape)}] does not take {bytes.Length} bytes.", nameof(bytes));
    }

    private StateTensor(ElementFormat element, ReadOnlyMemory<byte> bytes, long[] shape) => (_element, Bytes, _shape) = (element, bytes, shape);

    /// <summary>The type of an element.</summary>
    /// <exception cref="NotSupportedException">The type is not read here (<see cref="IsRead"/> is false); the message names it.</exception>
    public ElementType Type => _element.Type ?? throw NotRead();

    /// <summary>
    /// A value that says whether the library reads the type of the elements. Files have types that it does not read, for example complex numbers
    /// and floats of 4 bits: such a tensor keeps its shape and bytes and can be saved again, but its elements can't be taken as numbers.
    /// </summary>
    public bool IsRead => _element.Type is not null;

    /// <summary>The name of the type of an element: that of an <see cref="ElementType"/>, or, where the type is not read here, the file's.</summary>
    public string TypeName => _element.Name;

    /// <summary>The dimensions of the tensor, outermost first; empty for a single number.</summary>
    public IReadOnlyList<long> Shape => _shape;

    /// <summary>The number of elements: the product of the dimensions, which is 1 when there are none.</summary>
    public long Count => CountOf(_shape)!.Value;

    /// <summary>The bytes of the elements in row-major order, little-endian.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>Makes a tensor of float32 elements from a copy of values.</summary>
    /// <param name="shape">The dimensions, outermost first; empty for a single number.</param>
    /// <param name="values">The elements in row-major order.</param>
    /// <returns>The tensor.</returns>
    /// <exception cref="ArgumentException">
    /// A dimension is negative, there are more than 64 dimensions, or the number of values does not fit the shape.
    /// </exception>
    public static StateTensor FromFloats(IReadOnlyList<long> shape, ReadOnlySpan<float> values) =>
        new(ElementType.Float32, shape, MemoryMarshal.AsBytes(values));

    /// <summary>A row of float64 elements.</summary>
    internal static StateTensor FromDoubles(ReadOnlySpan<double> values) => new(ElementType.Float64, [values.Length], MemoryMarshal.AsBytes(values));

    /// <summary>A tensor over memory and a shape that nobody changes and that are known to fit each other.</summary>
    internal static StateTensor Over(ElementFormat element, long[] shape, ReadOnlyMemory<byte> bytes) => new(element, bytes, shape);

    /// <summary>Copies the elements to an array of floats.</summary>
    /// <returns>The elements in row-major order, rounded to float32 where their type is finer; true is 1 and false is 0.</returns>
    /// <exception cref="NotSupportedException">The type of the elements is not read here.</exception>
    public float[] ToFloats() => To<float>();

    /// <summary>Copies the elements to an array of doubles.</summary>
    /// <returns>The elements in row-major order, exact except for 64-bit integers above 2^53; true is 1 and false is 0.</returns>
    /// <exception cref="NotSupportedException">The type of the elements is not read here.</exception>
    public double[] ToDoubles() => To<double>();

    /// <summary>Describes the tensor by its type and shape.</summary>
    /// <returns>The description, for example <c>Float32 [64, 3, 7, 7]</c>.</returns>
    public override string ToString() => $"{TypeName} {Show.Shape(_shape)}";

    /// <summary>The product of dimensions; <see langword="null"/> when it is beyond all memory.</summary>
    internal static long? CountOf(ReadOnlySpan<long> shape)
    {
        // A zero anywhere makes the tensor empty, however large the other dimensions are.
        if (shape.Contains(0))
            return 0;
        long count = 1;
        foreach (long size in shape)
        {
            if (count > long.MaxValue / size)
                return null;
            count *= size;
        }
        return count;
    }

    private static long[] CheckedShape(IReadOnlyList<long> shape)
    {
        ArgumentNullException.ThrowIfNull(shape);
        if (shape.Count > MostDimensions || shape.Any(s => s < 0))
            throw new ArgumentException($"A shape has at most {MostDimensions} dimensions of at least 0, got [{string.Join(", ", shape)}].", nameof(shape));
        return [.. shape];
    }

    // Like torch itself, this runs on little-endian machines only.
    private T[] To<T>() where T : unmanaged, INumberBase<T> => _element.Type switch
    {
        ElementType.Bool => Convert<byte, T>(v => v == 0 ? T.Zero : T.One),
        ElementType.UInt8 => Convert<byte, T>(T.CreateTruncating),
        ElementType.Int8 => Convert<sbyte, T>(T.CreateTruncating),
        ElementType.Int16 => Convert<short, T>(T.CreateTruncating),
        ElementType.UInt16 => Convert<ushort, T>(T.CreateTruncating),
        ElementType.Int32 => Convert<int, T>(T.CreateTruncating),
        ElementType.UInt32 => Convert<uint, T>(T.CreateTruncating),
        ElementType.Int64 => Convert<long, T>(T.CreateTruncating),
        ElementType.UInt64 => Convert<ulong, T>(T.CreateTruncating),
        ElementType.Float8E4M3 => Convert<byte, T>(v => T.CreateTruncating(Float8E4M3(v))),
        ElementType.Float8E5M2 => Convert<byte, T>(v => T.CreateTruncating(BitConverter.UInt16BitsToHalf((ushort)(v << 8)))),
        ElementType.Float16 => Convert<Half, T>(T.CreateTruncating),
        ElementType.BFloat16 => Convert<ushort, T>(v => T.CreateTruncating(BitConverter.UInt32BitsToSingle((uint)v << 16))),
        ElementType.Float32 => Convert<float, T>(T.CreateTruncating),
        ElementType.Float64 => Convert<double, T>(T.CreateTruncating),
        _ => throw NotRead(),
    };

    private NotSupportedException NotRead() =>
        new($"Elements of type {TypeName} are not read here. Convert the tensor to float32 (in PyTorch: tensor.float()) and save it again.");

    private TTo[] Convert<TFrom, TTo>(Func<TFrom, TTo> convert) where TFrom : unmanaged where TTo : unmanaged
    {
        var from = MemoryMarshal.Cast<byte, TFrom>(Bytes.Span);
        if (typeof(TFrom) == typeof(TTo))
            return MemoryMarshal.Cast<TFrom, TTo>(from).ToArray();
        var to = new TTo[from.Length];
        for (int i = 0; i < to.Length; i++)
            to[i] = convert(from[i]);
        return to;
    }

    private static float Float8E4M3(byte bits)
    {
        int exponent = (bits >> 3) & 15, mantissa = bits & 7;
        float size = (bits & 0x7F) == 0x7F ? float.NaN
            : exponent == 0 ? MathF.ScaleB(mantissa, -9)
            : MathF.ScaleB(8 + mantissa, exponent - 10);
        return bits < 128 ? size : -size;
    }
}
