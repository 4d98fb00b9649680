using QuickStart;

namespace AutoMLSweep;

/// <summary>
/// The three kinds of rows that must not be mixed up: those held out of training to find how to blend (part of the training rows), those
/// that choose the settings, and the test rows, which tell how good the result is. The first two come from the valid rows of the data.
/// </summary>
/// <param name="Training">To learn from, the held-out rows among them.</param>
/// <param name="Choosing">To compare settings on.</param>
internal sealed record RowKinds(IReadOnlyList<Row> Training, IReadOnlyList<Row> Choosing)
{
    /// <summary>Divides the valid rows: by key, so that no value of it is on both sides, or else every other row of every class.</summary>
    public static RowKinds Of(MultimodalData data, bool byKey)
    {
        var valid = data.TrainingRows.Where(r => r.IsHeldOut).ToArray();
        if (valid.Length == 0)
            throw new UserErrorException("labels.csv has no row whose Split is valid. A sweep needs rows to choose by.");
        var choosing = new HashSet<Row>(ReferenceEqualityComparer.Instance);
        if (byKey)
        {
            string[] keys = [.. valid.Select(r => r.Key).Distinct().Order(StringComparer.Ordinal)];
            if (keys.Length < 2)
                throw new UserErrorException($"All valid rows have the same key, '{keys[0]}', so they can't be divided by it.");
            choosing.UnionWith(valid.Where(r => Array.IndexOf(keys, r.Key) % 2 == 1));
        }
        else
            choosing.UnionWith(valid.GroupBy(r => r.Label).SelectMany(rows => rows.Where((_, i) => i % 2 == 1)));
        return new([.. data.TrainingRows.Where(r => !choosing.Contains(r))], [.. valid.Where(choosing.Contains)]);
    }
}
