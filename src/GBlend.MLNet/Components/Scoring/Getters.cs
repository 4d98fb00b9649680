using Microsoft.ML;

namespace GBlend.MLNet;

/// <summary>The two errors that all rows and cursors share.</summary>
internal static class Getters
{
    /// <summary>A getter of the type asked for.</summary>
    /// <exception cref="InvalidOperationException">The column has values of another type.</exception>
    internal static ValueGetter<TValue> As<TValue>(this Delegate getter, DataViewSchema.Column column) => getter as ValueGetter<TValue>
        ?? throw new InvalidOperationException($"The column '{column.Name}' was asked for as {typeof(TValue)}, but its values are {column.Type.RawType}.");

    internal static ArgumentOutOfRangeException Inactive(DataViewSchema.Column column) =>
        new(nameof(column), $"The column '{column.Name}' is not active in this cursor. Ask for it when the cursor is made.");
}
