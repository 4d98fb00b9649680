using Microsoft.ML.Data;

namespace GBlend.MLNet;

/// <summary>The element types of ONNX by those of .NET and of columns.</summary>
internal static class OnnxTypes
{
    internal const int Float = 1, Int32 = 6, Int64 = 7, Text = 8, Bool = 9, Double = 11;

    private static readonly Dictionary<Type, int> s_codes = new()
    {
        [typeof(float)] = Float,
        [typeof(byte)] = 2,
        [typeof(sbyte)] = 3,
        [typeof(ushort)] = 4,
        [typeof(short)] = 5,
        [typeof(int)] = Int32,
        [typeof(long)] = Int64,
        [typeof(ReadOnlyMemory<char>)] = Text,
        [typeof(string)] = Text,
        [typeof(bool)] = Bool,
        [typeof(double)] = Double,
        [typeof(uint)] = 12,
        [typeof(ulong)] = 13,
    };

    /// <summary>The code of a .NET type.</summary>
    /// <exception cref="NotSupportedException">ONNX has none for it.</exception>
    internal static int Of(Type type) => s_codes.TryGetValue(type, out int code) ? code
        : throw new NotSupportedException($"ONNX has no numbers of the type {type.Name}.");

    /// <summary>The code of a column's items; <see langword="null"/> for what ONNX has no type for, as dates and images.</summary>
    internal static int? OfColumn(DataViewType type) => type is VectorDataViewType { IsKnownSize: false } ? null
        : s_codes.TryGetValue(type.Item().RawType, out int code) ? code : null;

    /// <summary>The dimensions of a column's values, rows first.</summary>
    internal static List<long> ShapeOf(DataViewType type) => type is VectorDataViewType vector ? [-1, .. vector.Dimensions.Select(d => (long)d)] : [-1, 1];
}
