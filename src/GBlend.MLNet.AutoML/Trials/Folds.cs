using Microsoft.ML;
using Microsoft.ML.Data;

namespace GBlend.MLNet.AutoML;

/// <summary>Divides rows into folds of equal size and with equal shares of the classes, as nearly as groups that stay together allow.</summary>
internal static class Folds
{
    /// <summary>Views of the rows: for every fold those of the others to train on, and its own to choose by.</summary>
    /// <param name="ml">Makes the views.</param>
    /// <param name="rows">All rows, which come in the same order at every pass.</param>
    /// <param name="count">The number of folds.</param>
    /// <param name="classColumnName">A column whose values are to have equal shares in all folds; ignored where the rows have no such single value.</param>
    /// <param name="groupColumnName">A column whose rows of one value stay in one fold, or <see langword="null"/>.</param>
    /// <param name="seed">Decides what is left open.</param>
    /// <exception cref="ArgumentException">There is no such group column.</exception>
    /// <exception cref="InvalidOperationException">There are fewer rows, or fewer groups, than folds.</exception>
    internal static (IDataView Train, IDataView Choosing)[] Split(
        MLContext ml, IDataView rows, int count, string? classColumnName, string? groupColumnName, int seed)
    {
        DataViewSchema.Column? group = groupColumnName is null ? null : rows.Schema.GetColumnOrNull(groupColumnName)
            ?? throw new ArgumentException(
                $"There is no column '{groupColumnName}' to keep together. There are: {string.Join(", ", rows.Schema.Select(c => c.Name))}.",
                "samplingKeyColumnName");
        if (group is { Type: VectorDataViewType })
        {
            throw new ArgumentException(
                $"The column '{groupColumnName}' is {group.Value.Type}; rows are kept together by a column of single values.", "samplingKeyColumnName");
        }
        var label = classColumnName is null ? null : rows.Schema.GetColumnOrNull(classColumnName);
        if (label is { Type: VectorDataViewType })
            label = null;
        var (classes, groups) = Read(rows, label, group);
        int units = group is null ? classes.Length : groups.DefaultIfEmpty(-1).Max() + 1;
        if (units < count)
        {
            var (what, remedy) = group is null
                ? ($"{units} rows", "Take fewer folds.")
                : ($"The {units} values of '{groupColumnName}'", "Take fewer folds, or a sampling key column with more groups.");
            throw new InvalidOperationException($"{what} can't be divided into {count} folds that all have rows. {remedy}");
        }
        int[] fold = RowFolds.Assign(classes, groups, count, new Random(seed));
        return [.. Enumerable.Range(0, count).Select(k => (View(ml, rows, fold, of => of == k), View(ml, rows, fold, of => of != k)))];
    }

    /// <summary>
    /// Classes and groups as numbers from 0 in order of appearance. Without a class column all rows are of one class; without a group column each is
    /// its own group.
    /// </summary>
    private static (int[] Classes, int[] Groups) Read(IDataView rows, DataViewSchema.Column? label, DataViewSchema.Column? group)
    {
        using var cursor = rows.GetRowCursor([.. new[] { label, group }.OfType<DataViewSchema.Column>()]);
        var classes = label is { } l ? GroupReader.Create(cursor, l) : null;
        var groups = group is { } g ? GroupReader.Create(cursor, g) : null;
        int count = 0;
        for (; cursor.MoveNext(); count++)
        {
            classes?.Read();
            groups?.Read();
        }
        return (classes?.ToArray() ?? new int[count], groups?.ToArray() ?? [.. Enumerable.Range(0, count)]);
    }

    /// <summary>The rows that are not dropped.</summary>
    private static IDataView View(MLContext ml, IDataView rows, int[] fold, Func<int, bool> drops) => ml.Data.FilterByStatefulCustomPredicate<AnyRow, Position>(
        rows, (_, at) => drops(fold[at.Next++]), at => at.Next = 0);

    /// <summary>No column is read to know where a row stands.</summary>
    private sealed class AnyRow;

    private sealed class Position
    {
        internal int Next { get; set; }
    }
}
