namespace GBlend.MLNet;

/// <summary>Numbers of measured rows, in units that are independent of each other: groups of rows, or single rows where there are no groups.</summary>
internal sealed class RowUnits
{
    private readonly double[][] _sums;
    private readonly int[] _rows;
    private readonly double[] _means;
    private readonly double _spread;

    /// <param name="changes">[branch][row].</param>
    /// <param name="groups">The group of each row; <see langword="null"/> for none.</param>
    internal RowUnits(double[][] changes, int[]? groups)
    {
        int rows = changes[0].Length;
        int[] unit = groups is null ? [.. Enumerable.Range(0, rows)] : Numbered(groups);
        Unit = groups is null ? "row" : "group";
        Count = unit.DefaultIfEmpty(-1).Max() + 1;
        _sums = [.. changes.Select(_ => new double[Count])];
        _rows = new int[Count];
        for (int row = 0; row < rows; row++)
        {
            _rows[unit[row]]++;
            for (int b = 0; b < changes.Length; b++)
                _sums[b][unit[row]] += changes[b][row];
        }
        _means = [.. _sums.Select(sums => sums.Sum() / rows)];
        _spread = Count < 2 ? 1 : Math.Sqrt(Count / (Count - 1.0));
        StandardErrors = [.. _sums.Zip(_means, (sums, mean) => _spread * Math.Sqrt(sums.Zip(_rows, (sum, n) => (sum - mean * n) * (sum - mean * n)).Sum()) / rows)];
    }

    /// <summary>The number of units.</summary>
    internal int Count { get; }

    /// <summary>What a unit is, in words.</summary>
    internal string Unit { get; }

    /// <summary>Per branch the standard error of the mean over rows; 0 where there is only one unit.</summary>
    internal double[] StandardErrors { get; }

    /// <summary>
    /// As many units as there are, drawn with replacement: per branch the mean over their rows. Draws of n units differ from each other by
    /// (n - 1) / n of the variance that other rows would show, which is made up for.
    /// </summary>
    internal double[] Draw(Random random)
    {
        var means = new double[_sums.Length];
        int rows = 0;
        for (int n = 0; n < Count; n++)
        {
            int unit = random.Next(Count);
            rows += _rows[unit];
            for (int b = 0; b < means.Length; b++)
                means[b] += _sums[b][unit];
        }
        for (int b = 0; b < means.Length; b++)
            means[b] = _means[b] + _spread * (means[b] / rows - _means[b]);
        return means;
    }

    private static int[] Numbered(int[] groups)
    {
        var numbers = groups.Distinct().Index().ToDictionary(g => g.Item, g => g.Index);
        return [.. groups.Select(g => numbers[g])];
    }
}
