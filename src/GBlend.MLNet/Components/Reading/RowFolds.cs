namespace GBlend.MLNet;

/// <summary>Divides rows into folds with equal shares of the classes, as nearly as groups that stay together allow. Pure.</summary>
internal static class RowFolds
{
    /// <summary>
    /// The fold of every row, from 0; each fold has rows. The networks of a fold learn from the rows of the others, so that rows which are alone
    /// in having a class (one row, or one group) are in no fold: every network learns from them.
    /// </summary>
    /// <param name="classes">Per row its class; <see langword="null"/> without classes.</param>
    /// <param name="groups">Per row its group, from 0 without gaps; <see langword="null"/> when every row is its own.</param>
    /// <param name="rows">The number of rows.</param>
    /// <param name="count">The most folds, 2 or more; there are fewer where fewer groups can be dealt.</param>
    /// <param name="random">Decides what is left open.</param>
    /// <returns>The fold of every row; all <see cref="TrainingRows.NoFold"/> where there are not two folds.</returns>
    internal static int[] Divide(long[]? classes, int[]? groups, int rows, int count, Random random)
    {
        int[] unit = groups ?? [.. Enumerable.Range(0, rows)], label = classes is null ? new int[rows] : [.. classes.Select(c => (int)c)];
        var unitsOfClass = Enumerable.Range(0, rows).GroupBy(row => label[row], row => unit[row]).ToDictionary(g => g.Key, g => g.Distinct().ToArray());
        var kept = unitsOfClass.Values.Where(units => units.Length == 1).Select(units => units[0]).ToHashSet();
        int folds = Math.Min(count, unit.Distinct().Count(u => !kept.Contains(u)));
        if (folds < 2)
            return [.. Enumerable.Repeat(TrainingRows.NoFold, rows)];
        int[] dealt = [.. Enumerable.Range(0, rows).Where(row => !kept.Contains(unit[row]))];
        int[] foldOfDealt = Assign([.. dealt.Select(row => label[row])], Numbered([.. dealt.Select(row => unit[row])]), folds, random);
        var foldOfUnit = dealt.Zip(foldOfDealt).DistinctBy(d => unit[d.First]).ToDictionary(d => unit[d.First], d => d.Second);
        // Groups of several classes may bring all rows of a class into one fold.
        foreach (int[] units in unitsOfClass.Values)
        {
            if (units.Select(u => foldOfUnit.GetValueOrDefault(u, TrainingRows.NoFold)).Distinct().ToArray() is [not TrainingRows.NoFold])
                foldOfUnit.Remove(units.MinBy(u => (unit.Count(other => other == u), u)));
        }
        int[] numbers = [.. foldOfUnit.Values.Distinct().Order()];
        return numbers.Length < 2
            ? [.. Enumerable.Repeat(TrainingRows.NoFold, rows)]
            : [.. unit.Select(u => foldOfUnit.TryGetValue(u, out int fold) ? Array.IndexOf(numbers, fold) : TrainingRows.NoFold)];
    }

    /// <summary>
    /// Deals all rows. The largest groups are dealt first, each to the fold that has the smallest shares of its classes so far, and among such
    /// folds to the one with the fewest rows.
    /// </summary>
    /// <param name="classes">Per row its class, from 0.</param>
    /// <param name="groups">Per row its group, from 0.</param>
    /// <param name="count">The number of folds.</param>
    /// <param name="random">Decides between equals.</param>
    internal static int[] Assign(int[] classes, int[] groups, int count, Random random)
    {
        var totals = classes.CountBy(c => c).ToDictionary();
        var members = Enumerable.Range(0, groups.Length).GroupBy(row => groups[row])
            .ToDictionary(g => g.Key, g => g.CountBy(row => classes[row]).Select(c => (Class: c.Key, Rows: c.Value)).ToArray());
        int[] order = [.. members.Keys.Order()];
        random.Shuffle(order);
        var counts = new double[count, totals.Keys.DefaultIfEmpty(-1).Max() + 1];
        var sizes = new int[count];
        var foldOf = new Dictionary<int, int>();
        foreach (int group in order.OrderByDescending(g => members[g].Sum(m => m.Rows)))
        {
            int fold = Enumerable.Range(0, count).MinBy(f => (members[group].Sum(m => counts[f, m.Class] * m.Rows / Math.Pow(totals[m.Class], 2)), sizes[f]));
            foreach (var (label, rows) in members[group])
            {
                counts[fold, label] += rows;
                sizes[fold] += rows;
            }
            foldOf.Add(group, fold);
        }
        return [.. groups.Select(g => foldOf[g])];
    }

    private static int[] Numbered(int[] values)
    {
        var numbers = new Dictionary<int, int>();
        return [.. values.Select(value => numbers.TryGetValue(value, out int number) ? number : numbers[value] = numbers.Count)];
    }
}
