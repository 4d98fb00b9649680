using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace GBlend.MLNet;

/// <summary>
/// Compares a column with the one that a modality was trained on: its numbers must mean what they meant there. The item type and the
/// dimensions are those of training, in their order, but for what changes no number and no place: floats and doubles are one type, dimensions of 1
/// don't count, and a number is a vector of one.
/// </summary>
internal static class TrainedColumn
{
    private static readonly PrimitiveDataViewType[] s_numbers =
    [
        NumberDataViewType.SByte, NumberDataViewType.Byte, NumberDataViewType.Int16, NumberDataViewType.UInt16, NumberDataViewType.Int32,
        NumberDataViewType.UInt32, NumberDataViewType.Int64, NumberDataViewType.UInt64, NumberDataViewType.Single, NumberDataViewType.Double,
    ];

    /// <summary>Whether numbers of one type may stand for those of the other; always where one of them is not known.</summary>
    internal static bool AreAlike(Type? one, Type? other) => one is null || other is null || Widest(one) == Widest(other);

    /// <summary>Refuses a column that is not like the one in training.</summary>
    /// <exception cref="ArgumentOutOfRangeException">
    /// The message names the column, both types and the remedy, in ML.NET's words for schema mismatches.
    /// </exception>
    internal static void Check(DataViewSchema.Column column, ModalitySpec trained)
    {
        bool isNumber = column.Type.Item() is NumberDataViewType;
        bool hasItems = isNumber && AreAlike(column.Type.Item().RawType, trained.Item);
        bool hasShape = Essential(VectorReader.Shape(column.Type)).SequenceEqual(Essential(trained.Layout.Stored));
        if (hasItems && hasShape)
            return;
        string remedies = string.Join("; ", Remedies(trained, hasItems, hasShape));
        throw Contracts.ExceptSchemaMismatch("schema", "modality", column.Name, $"{Describe(trained)}, as in training ({remedies})", column.Type.ToString()!);
    }

    private static IEnumerable<string> Remedies(ModalitySpec trained, bool hasItems, bool hasShape)
    {
        yield return "transform the rows by the steps that the training rows went through";
        if (!hasItems)
        {
            bool isReal = trained.Item is null || Widest(trained.Item) == typeof(double);
            yield return $"where the numbers mean the same, {(isReal ? "ml.Transforms.Conversion.ConvertType" : "ml.Transforms.CustomMapping")} makes them "
                + $"{trained.Item?.Name ?? nameof(Single)}";
        }
        if (!hasShape)
            yield return $"declare the dimensions in the order in which the numbers lie, [VectorType({string.Join(", ", trained.Layout.Stored)})]";
    }

    private static string Describe(ModalitySpec trained) => s_numbers.FirstOrDefault(t => t.RawType == trained.Item) is { } item
        ? new VectorDataViewType(item, trained.Layout.Stored.ToArray()).ToString()!
        : $"numbers in a vector of {string.Join(" x ", trained.Layout.Stored)}";

    private static Type Widest(Type item) => item == typeof(float) ? typeof(double) : item;

    private static IEnumerable<int> Essential(IEnumerable<int> dimensions) => dimensions.Where(size => size != 1);
}
