namespace GBlend.MLNet.Reports;

/// <summary>An axis from values to places, with round numbers for its ticks.</summary>
internal sealed class Axis
{
    private readonly double _from, _to;

    /// <param name="values">What the axis shows; those that are not finite don't count.</param>
    /// <param name="from">Where the least value is.</param>
    /// <param name="to">Where the greatest value is.</param>
    /// <param name="isWhole">Whether its ticks are whole numbers.</param>
    internal Axis(IEnumerable<double> values, double from, double to, bool isWhole = false)
    {
        (_from, _to) = (from, to);
        double[] finite = [.. values.Where(double.IsFinite)];
        (Least, Most) = finite.Length == 0 ? (0, 1) : (finite.Min(), finite.Max());
        if (Most - Least <= 1e-12 * Math.Max(Math.Abs(Most), Math.Abs(Least)) || Most == Least)
            (Least, Most) = isWhole ? (Least, Least + 1) : (Least - Math.Max(0.5, Math.Abs(Least) / 2), Most + Math.Max(0.5, Math.Abs(Most) / 2));
        Step = StepOf(Most - Least, isWhole);
    }

    internal double Least { get; }

    internal double Most { get; }

    private double Step { get; }

    /// <summary>The round numbers in the range.</summary>
    internal IEnumerable<double> Ticks
    {
        get
        {
            double first = Math.Ceiling(Least / Step - 1e-9);
            for (int i = 0; i < 12 && (first + i) * Step <= Most + 1e-9 * Step; i++)
                yield return (first + i) * Step;
        }
    }

    /// <summary>The place of a value.</summary>
    internal double At(double value) => _from + (value - Least) / (Most - Least) * (_to - _from);

    private static double StepOf(double range, bool isWhole)
    {
        double rough = range / 5, unit = Math.Pow(10, Math.Floor(Math.Log10(rough))),
            step = unit * (rough / unit) switch { <= 1 => 1, <= 2 => 2, <= 5 => 5, _ => 10 };
        return isWhole ? Math.Max(1, Math.Round(step)) : step;
    }
}
