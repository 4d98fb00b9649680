using Microsoft.ML.Data;

namespace GBlend.MLNet;

/// <summary>What a column's type says of its values.</summary>
internal static class ColumnTypes
{
    /// <summary>The type of a vector's items; of any other type the type itself.</summary>
    internal static DataViewType Item(this DataViewType type) => (type as VectorDataViewType)?.ItemType ?? type;
}
