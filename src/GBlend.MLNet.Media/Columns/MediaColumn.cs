using Microsoft.ML;
using Microsoft.ML.Data;

namespace GBlend.MLNet;

/// <summary>A column made from another: what one transform does, without ML.NET's machinery. Immutable; all cursors share it.</summary>
internal abstract class MediaColumn(string output, string input, MediaOptions options)
{
    internal string Output { get; } = output;

    internal string Input { get; } = input;

    internal MediaOptions Options { get; } = options;

    /// <summary>The name of the transform in saved models and messages.</summary>
    internal abstract string Kind { get; }

    /// <summary>The type of the values in the vectors.</summary>
    internal abstract PrimitiveDataViewType ItemType { get; }

    /// <summary>What the input column must be, for messages.</summary>
    internal abstract string Expected { get; }

    internal abstract bool Accepts(DataViewType itemType, bool isVector);

    /// <summary>The dimensions of the vectors.</summary>
    /// <param name="input">A type that <see cref="Accepts"/> allows.</param>
    /// <returns><see langword="null"/> where an input of this size can't be read.</returns>
    internal abstract int[]? Dimensions(DataViewType input);

    /// <summary>The values of a row or cursor.</summary>
    /// <param name="row">A row with the column that is bound to.</param>
    /// <param name="binding">What the column is bound to.</param>
    internal abstract ColumnValue Bind(DataViewRow row, ColumnBinding binding);

    /// <summary>What is learned from the data before the first row is transformed; most columns learn nothing.</summary>
    internal virtual MediaColumn Fit(IDataView data) => this;

    internal DataViewType OutputType(DataViewSchema.Column input)
    {
        bool isVector = input.Type is VectorDataViewType;
        if (!Accepts(input.Type.Item(), isVector) || Dimensions(input.Type) is not { } dimensions)
            throw Mismatch(input.Type.ToString()!);
        return new VectorDataViewType(ItemType, dimensions);
    }

    internal ArgumentOutOfRangeException Mismatch(string found) =>
        new("input", $"{Kind} can't read the column '{Input}': it is {found}, but must be {Expected}.");
}
