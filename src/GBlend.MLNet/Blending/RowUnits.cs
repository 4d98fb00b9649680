namespace GBlend.MLNet;

/// <summary>Numbers of measured rows, in units that are independent of each other: groups of rows, or single rows where there are no groups.</summary>
internal sealed class RowUnits
{
    private readonly double[][] _sums;
    private readonly double[][] _weights;
    private readonly double[] _means;
    private readonly double[] _spreads;

    /// <param name="changes">[branch][row].</param>
    /// <param name="groups">The group of each row; <see langword="null"/> for none.</param>
    /// <param name="weights">How much each row counts; <see langword="null"/> when all count alike. A unit of weight 0 is none.</param>
    /// <param name="presence">Per branch which rows it reads; <see langword="null"/>, for a branch or for all, where it reads all.</param>
    internal RowUnits(double[][] changes, int[]? groups, double[]? weights = null, IReadOnlyList<bool[]?>? presence = null)
    {
        int[] rows = [.. Enumerable.Range(0, changes[0].Length).Where(row => weights is null || weights[row] > 0)];
        int[] unit = groups is null ? [.. Enumerable.Range(0, rows.Length)] : Numbered([.. rows.Select(row => groups[row])]);
        Unit = groups is null ? "row" : "group";
        Count = unit.DefaultIfEmpty(-1).Max() + 1;
        _sums = [.. changes.Select(_ => new double[Count])];
        _weights = [.. changes.Select(_ => new double[Count])];
        for (int r = 0; r < rows.Length; r++)
        {
            double weight = weights?[rows[r]] ?? 1;
            for (int b = 0; b < changes.Length; b++)
            {
                if (presence?[b]?[rows[r]] == false)
                    continue;
                _weights[b][unit[r]] += weight;
                _sums[b][unit[r]] += weight * changes[b][rows[r]];
            }
        }
        _means = [.. _sums.Zip(_weights, (sums, w) => sums.Sum() / w.Sum())];
        double[] counts = [.. _weights.Select(RowWeights.EffectiveNumber)];
        EffectiveCount = counts.Min();
        _spreads = [.. counts.Select(count => count > 1 ? Math.Sqrt(count / (count - 1)) : 1)];
        StandardErrors = [.. changes.Select((_, b) =>
            _spreads[b] * Math.Sqrt(_sums[b].Zip(_weights[b], (sum, w) => (sum - _means[b] * w) * (sum - _means[b] * w)).Sum()) / _weights[b].Sum())];
    }

    /// <summary>The number of units.</summary>
    internal int Count { get; }

    /// <summary>
    /// The number of equal units that would say as much, of the branch that reads the fewest: a unit that counts far more than all others leaves little
    /// more than one.
    /// </summary>
    internal double EffectiveCount { get; }

    /// <summary>What a unit is, in words.</summary>
    internal string Unit { get; }

    /// <summary>Per branch the standard error of the weighted mean over rows; rows that count more do not make it smaller. 0 where there is only one
    /// unit.</summary>
    internal double[] StandardErrors { get; }

    /// <summary>
    /// As many units as there are, drawn with replacement: per branch the weighted mean over their rows. Draws of n units differ from each other by
    /// (n - 1) / n of the variance that other rows would show, which is made up for.
    /// </summary>
    internal double[] Draw(Random random)
    {
        double[] means = new double[_sums.Length], weights = new double[_sums.Length];
        for (int n = 0; n < Count; n++)
        {
            int unit = random.Next(Count);
            for (int b = 0; b < means.Length; b++)
            {
                weights[b] += _weights[b][unit];
                means[b] += _sums[b][unit];
            }
        }
        // Units that a branch does not read, and nothing else, say nothing of it.
        for (int b = 0; b < means.Length; b++)
            means[b] = weights[b] == 0 ? _means[b] : _means[b] + _spreads[b] * (means[b] / weights[b] - _means[b]);
        return means;
    }

    private static int[] Numbered(int[] groups)
    {
        var numbers = groups.Distinct().Index().ToDictionary(g => g.Item, g => g.Index);
        return [.. groups.Select(g => numbers[g])];
    }
}
