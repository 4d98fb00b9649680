namespace GBlend.MLNet;

/// <summary>Chooses the rows that are held out of training. Pure: the same arguments give the same choice.</summary>
internal static class HoldOut
{
    private const int Attempts = 200;

    /// <summary>Held-out rows of a class that say something of it.</summary>
    private const int Enough = 5;

    /// <summary>Quotas that differ by less are the same.</summary>
    private const double Slack = 1e-9;

    /// <summary>Draws a share of the rows, of each class by itself when there are classes (see <see cref="Shares"/>).</summary>
    /// <param name="classes">Per row its class; <see langword="null"/> for a plain draw.</param>
    /// <param name="rows">The number of rows.</param>
    /// <param name="fraction">The share, in [0, 1); 0 holds nothing out.</param>
    /// <param name="everyClass">Whether a row of every class is held out even where the share is then exceeded.</param>
    /// <param name="random">Decides the draw.</param>
    internal static bool[] ByFraction(long[]? classes, int rows, double fraction, bool everyClass, Random random)
    {
        var heldOut = new bool[rows];
        if (fraction == 0)
            return heldOut;
        int[][] strata = [.. Enumerable.Range(0, rows).GroupBy(r => classes?[r] ?? 0).OrderBy(g => g.Key).Select(g => g.ToArray())];
        foreach (int[] members in strata)
            random.Shuffle(members);
        int[] sizes = [.. strata.Select(s => s.Length)], shares = Shares(sizes, fraction, everyClass, random);
        if (classes is not null)
            shares = WithEnoughOfEach(sizes, shares);
        foreach (int row in strata.Zip(shares).SelectMany(s => s.First.Take(s.Second)))
            heldOut[row] = true;
        return heldOut;
    }

    /// <summary>
    /// How many rows of each class are held out: its share, rounded up or down so that the sum is as near to the share of all rows as can be,
    /// and at least 1. Rounded up are first classes that would have no held-out row, then those with the largest remainders; among equals
    /// chance decides. Every class keeps a row to train on.
    /// </summary>
    /// <param name="sizes">The rows of each class.</param>
    /// <param name="fraction">The share, above 0 and below 1.</param>
    /// <param name="everyClass">Whether every class with two or more rows has a held-out row, also beyond the share.</param>
    /// <param name="random">Decides between equals.</param>
    internal static int[] Shares(IReadOnlyList<int> sizes, double fraction, bool everyClass, Random random)
    {
        double[] quotas = [.. sizes.Select(size => size * fraction)];
        int[] shares = [.. sizes.Select((size, c) => Math.Clamp((int)(quotas[c] + Slack), everyClass ? Math.Min(1, size - 1) : 0, size - 1))];
        int left = Wanted(sizes.Sum(), fraction) - shares.Sum();
        int[] order = [.. Enumerable.Range(0, sizes.Count)];
        random.Shuffle(order);
        foreach (int c in order.Where(c => shares[c] + Slack < quotas[c] && shares[c] < sizes[c] - 1).OrderBy(c => shares[c] > 0).ThenByDescending(
            c => quotas[c] - shares[c]).Take(Math.Max(left, 0)))
            shares[c]++;
        return shares;
    }

    /// <summary>
    /// Rows are taken from the classes that have most of them held out for those that have few, one by one, until each class has five, or half of its
    /// rows: of fewer nothing can be said. A class that gives keeps twice as many, so that sets of small classes stay as they are. The sum stays the same.
    /// </summary>
    /// <param name="sizes">The rows of each class.</param>
    /// <param name="shares">How many of them are held out, by <see cref="Shares"/>.</param>
    internal static int[] WithEnoughOfEach(IReadOnlyList<int> sizes, IReadOnlyList<int> shares)
    {
        int[] given = [.. shares];
        int Wanted(int c) => Math.Min(Enough, sizes[c] / 2);
        while (true)
        {
            int[] few = [.. Enumerable.Range(0, given.Length).Where(c => given[c] < Wanted(c))];
            int most = Enumerable.Range(0, given.Length).MaxBy(c => given[c]);
            if (few.Length == 0 || given[most] <= 2 * Enough)
                return given;
            given[few.MinBy(c => given[c])]++;
            given[most]--;
        }
    }

    /// <summary>The rows that a fraction above 0 asks for: at least one.</summary>
    internal static int Wanted(int rows, double fraction) => Math.Max(1, (int)Math.Round(rows * fraction));

    /// <summary>
    /// Holds out whole groups whose share of the rows, and as far as it goes together the classes among them, are as near to the fraction as
    /// many drawn orders of the groups could bring it, while every class keeps a row in training.
    /// </summary>
    /// <param name="groups">Per row its group, from 0 without gaps.</param>
    /// <param name="classes">Per row its class; <see langword="null"/> without classes.</param>
    /// <param name="fraction">The share of rows, in [0, 1); 0 holds nothing out.</param>
    /// <param name="everyClass">Whether groups of every class are held out even where the share is then exceeded.</param>
    /// <param name="column">The sampling key column, for messages.</param>
    /// <param name="random">Decides the draw.</param>
    /// <exception cref="InvalidOperationException">There are fewer than two groups, or none can be held out.</exception>
    internal static bool[] ByGroups(int[] groups, long[]? classes, double fraction, bool everyClass, string column, Random random)
    {
        if (fraction == 0)
            return new bool[groups.Length];
        int count = groups.Length == 0 ? 0 : groups.Max() + 1;
        if (count < 2)
            throw new InvalidOperationException($"The sampling key column '{column}' has {count} distinct value{(count == 1 ? "" : "s")}, but two or more are "
                + $"needed to hold one out. Name another column or use ValidationFraction alone.");
        var draw = new GroupDraw(groups, count, classes, fraction, everyClass);
        var best = draw.Try(random);
        for (int attempt = 1; attempt < Math.Max(1, Math.Min(Attempts, 10_000_000 / groups.Length)) && draw.Distance(best) >= 0.5; attempt++)
        {
            var other = draw.Try(random);
            if (draw.Distance(other) < draw.Distance(best))
                best = other;
        }
        if (best.Count == 0)
            throw new InvalidOperationException($"No group of the sampling key column '{column}' can be held out: each has the only rows of a class. Name a "
                + $"column whose groups share classes, or a HoldOutColumnName.");
        return [.. groups.Select(best.Contains)];
    }

    /// <summary>Checks the flags of a hold-out column.</summary>
    /// <param name="flags">Of every row that counts.</param>
    /// <param name="column">The hold-out column.</param>
    /// <param name="weightColumn">The column of weights, which leaves out rows of weight 0; <see langword="null"/> without one.</param>
    /// <exception cref="InvalidOperationException">All rows are held out, or none.</exception>
    internal static bool[] ByColumn(bool[] flags, string column, string? weightColumn)
    {
        if (flags.Distinct().Count() == 1)
        {
            string rows = weightColumn is null ? "every row" : $"every row whose weight in '{weightColumn}' is above 0 (others are left out)";
            throw new InvalidOperationException(flags[0]
                ? $"The hold-out column '{column}' is True in {rows}, so that no row is left to train on. Mark only some rows."
                : $"The hold-out column '{column}' is False in {rows}, so that no row is held out. Mark some rows, or clear HoldOutColumnName.");
        }
        return flags;
    }

    /// <summary>One way after another of taking groups in a drawn order as long as that brings the rows nearer to what is wanted.</summary>
    private sealed class GroupDraw
    {
        private readonly int[] _sizes;
        private readonly Dictionary<long, int>[] _classesOfGroup;
        private readonly Dictionary<long, int> _classes;
        private readonly double _wanted;
        private readonly Func<long, double> _lackingCosts;

        internal GroupDraw(int[] groups, int count, long[]? classes, double fraction, bool everyClass)
        {
            _sizes = new int[count];
            _classesOfGroup = [.. Enumerable.Range(0, count).Select(_ => new Dictionary<long, int>())];
            _classes = [];
            _wanted = fraction * groups.Length;
            // A class that must be there is worth any number of rows, another one no more than its share of them.
            _lackingCosts = everyClass ? _ => groups.Length : label => fraction * _classes[label];
            for (int row = 0; row < groups.Length; row++)
            {
                long label = classes?[row] ?? 0;
                _sizes[groups[row]]++;
                _classesOfGroup[groups[row]][label] = _classesOfGroup[groups[row]].GetValueOrDefault(label) + 1;
                _classes[label] = _classes.GetValueOrDefault(label) + 1;
            }
        }

        /// <summary>How far groups are from what is wanted, in rows: those too many or too few, and those of classes that are lacking.</summary>
        internal double Distance(HashSet<int> groups) => groups.Count == 0
            ? double.PositiveInfinity
            : Math.Abs(groups.Sum(g => _sizes[g]) - _wanted) + _classes.Keys.Except(groups.SelectMany(g => _classesOfGroup[g].Keys)).Sum(_lackingCosts);

        internal HashSet<int> Try(Random random)
        {
            int[] order = [.. Enumerable.Range(0, _sizes.Length)];
            random.Shuffle(order);
            var left = new Dictionary<long, int>(_classes);
            var taken = new HashSet<int>();
            double rows = 0;
            foreach (int group in order)
            {
                bool comesNearer = Math.Abs(rows + _sizes[group] - _wanted) < Math.Abs(rows - _wanted);
                if (!comesNearer || !Spares(left, group))
                    continue;
                Take(left, group);
                taken.Add(group);
                rows += _sizes[group];
            }
            if (taken.Count == 0)
            {
                taken = SmallestThatCanBeSpared(order, left);
                foreach (int group in taken)
                    Take(left, group);
            }
            AddLackingClasses(order, left, taken);
            return taken;
        }

        /// <summary>Groups with classes that no taken group has, as long as these are worth more than the rows beyond the share.</summary>
        private void AddLackingClasses(int[] order, Dictionary<long, int> left, HashSet<int> taken)
        {
            var had = taken.SelectMany(g => _classesOfGroup[g].Keys).ToHashSet();
            double rows = taken.Sum(g => _sizes[g]);
            foreach (int group in order)
            {
                double gain = _classesOfGroup[group].Keys.Where(label => !had.Contains(label)).Sum(_lackingCosts);
                double cost = Math.Abs(rows + _sizes[group] - _wanted) - Math.Abs(rows - _wanted);
                if (gain == 0 || gain <= cost || taken.Contains(group) || !Spares(left, group))
                    continue;
                Take(left, group);
                taken.Add(group);
                rows += _sizes[group];
                had.UnionWith(_classesOfGroup[group].Keys);
            }
        }

        /// <summary>Where every group is too large to come nearer than none, the smallest one.</summary>
        private HashSet<int> SmallestThatCanBeSpared(int[] order, Dictionary<long, int> left) =>
            [.. order.Where(g => Spares(left, g)).OrderBy(g => _sizes[g]).Take(1)];

        private bool Spares(Dictionary<long, int> left, int group) => _classesOfGroup[group].All(c => left[c.Key] > c.Value);

        private void Take(Dictionary<long, int> left, int group)
        {
            foreach (var (label, rows) in _classesOfGroup[group])
                left[label] -= rows;
        }
    }
}
