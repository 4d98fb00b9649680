namespace GBlend.MLNet;

/// <summary>The types that an element of a <see cref="StateTensor"/> can have.</summary>
public enum ElementType
{
    /// <summary>A truth value in one byte, 0 or 1.</summary>
    Bool,

    /// <summary>An 8-bit unsigned integer.</summary>
    UInt8,

    /// <summary>An 8-bit signed integer.</summary>
    Int8,

    /// <summary>A 16-bit signed integer.</summary>
    Int16,

    /// <summary>A 16-bit unsigned integer.</summary>
    UInt16,

    /// <summary>A 32-bit signed integer.</summary>
    Int32,

    /// <summary>A 32-bit unsigned integer.</summary>
    UInt32,

    /// <summary>A 64-bit signed integer.</summary>
    Int64,

    /// <summary>A 64-bit unsigned integer.</summary>
    UInt64,

    /// <summary>An 8-bit float of 4 exponent and 3 mantissa bits, without infinities (torch's <c>float8_e4m3fn</c>).</summary>
    Float8E4M3,

    /// <summary>An 8-bit float of 5 exponent and 2 mantissa bits (torch's <c>float8_e5m2</c>).</summary>
    Float8E5M2,

    /// <summary>An IEEE 16-bit float.</summary>
    Float16,

    /// <summary>A 16-bit float that is the upper half of an IEEE 32-bit float (bfloat16).</summary>
    BFloat16,

    /// <summary>An IEEE 32-bit float.</summary>
    Float32,

    /// <summary>An IEEE 64-bit float.</summary>
    Float64,
}

internal static class ElementTypes
{
    /// <summary>Bytes per element.</summary>
    internal static int Size(this ElementType type) => type switch
    {
        ElementType.Bool or ElementType.UInt8 or ElementType.Int8 or ElementType.Float8E4M3 or ElementType.Float8E5M2 => 1,
        ElementType.Int16 or ElementType.UInt16 or ElementType.Float16 or ElementType.BFloat16 => 2,
        ElementType.Int32 or ElementType.UInt32 or ElementType.Float32 => 4,
        ElementType.Int64 or ElementType.UInt64 or ElementType.Float64 => 8,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "There is no such element type."),
    };
}
