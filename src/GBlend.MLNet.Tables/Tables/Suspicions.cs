using Microsoft.ML.Data;

namespace GBlend.MLNet.Tables;

/// <summary>Finds columns that say the label by another name.</summary>
internal static class Suspicions
{
    private const int RowsToLookAt = 20_000;

    /// <summary>A warning for every feature whose values and the label's say each other.</summary>
    /// <param name="table">The table.</param>
    /// <param name="label">The column of the label.</param>
    /// <param name="notFeatures">Columns that are no features.</param>
    internal static IEnumerable<string> Of(MultiModalTable table, TableColumn label, IReadOnlyCollection<string> notFeatures)
    {
        if (!label.IsText)
            yield break;
        string[] labels = Values(table, label);
        foreach (var column in table.Columns.Where(c => c.IsText && c != label && c.Kind is ColumnKind.Number or ColumnKind.Category or ColumnKind.Text))
        {
            if (!notFeatures.Contains(column.Name) && column.Distinct == label.Distinct && column.Distinct < column.Values
                && AreCopies(Values(table, column), labels))
                yield return $"'{column.Name}' is a suspicious column: each of its values goes with one value of the label '{label.Name}', so that the model "
                    + $"may learn "
                    + $"nothing else. If it is not known when rows are to be predicted, leave it out: table.With(\"{column.Name}\", ColumnKind.LeftOut).";
        }
    }

    private static bool AreCopies(string[] values, string[] labels)
    {
        var of = new Dictionary<string, string>(StringComparer.Ordinal);
        return values.Zip(labels).All(pair => of.TryGetValue(pair.First, out string? known) ? known == pair.Second : of.TryAdd(pair.First, pair.Second))
            && of.Values.Distinct(StringComparer.Ordinal).Count() == of.Count;
    }

    private static string[] Values(MultiModalTable table, TableColumn column) =>
        [.. table.Data.GetColumn<ReadOnlyMemory<char>>(column.Name).Take(RowsToLookAt).Select(v => v.ToString())];
}
