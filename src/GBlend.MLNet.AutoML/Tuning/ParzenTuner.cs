namespace GBlend.MLNet.AutoML;

/// <summary>
/// Tree-structured Parzen estimators (Bergstra et al., "Algorithms for Hyper-Parameter Optimization", NeurIPS 2011) in the multivariate form
/// that goes with successive halving (Falkner, Klein, Hutter, "BOHB", ICML 2018): a density of the good points and one of the others, and
/// the next point is where their ratio is largest. It learns from the latest stage of training that has enough trials.
/// </summary>
internal sealed class ParzenTuner : ITuner
{
    private const double GoodShare = 0.2;

    /// <summary>How often a point is tried that owes nothing to the results, against models that are sure of the wrong thing.</summary>
    private const double SpreadShare = 0.2;

    private const int Candidates = 48;

    private readonly SweepSpace _space;
    private readonly RandomTuner _spread;
    private readonly int _seed;
    private readonly int _leastObservations;

    internal ParzenTuner(SweepSpace space, int seed)
    {
        (_space, _seed) = (space, seed);
        _spread = new RandomTuner(space.Settings.Count, seed, spreads: true);
        _leastObservations = Math.Clamp(space.Settings.Count, 6, 12);
    }

    public double[] Propose(int trial, int attempt, IReadOnlyList<Observation> observations)
    {
        var random = new Random(Seeds.Derive(Seeds.Derive(_seed, "parzen", trial), "attempt", attempt));
        var stage = observations.Where(o => !o.Point.IsGiven).GroupBy(o => o.Epochs).OrderByDescending(g => g.Key)
            .FirstOrDefault(g => g.Count(o => double.IsFinite(o.Loss)) >= _leastObservations);
        if (stage is null || random.NextDouble() < SpreadShare)
            return _spread.Propose(trial, attempt, observations);

        Observation[] sorted = [.. stage.OrderBy(o => o.Loss)];
        int good = Math.Max(4, (int)Math.Ceiling(GoodShare * sorted.Length));
        var better = new Density(_space, [.. sorted.Take(good).Select(o => o.Point)]);
        var worse = new Density(_space, [.. sorted.Skip(good).Select(o => o.Point)]);
        return Enumerable.Range(0, Candidates).Select(_ => better.Sample(random))
            .MaxBy(c => better.LogDensity(c.Unit, c.IsActive) - worse.LogDensity(c.Unit, c.IsActive)).Unit;
    }

    /// <summary>A mixture of one kernel a point and a flat one, each a product over the settings.</summary>
    private sealed class Density
    {
        private readonly SweepSpace _space;
        private readonly SweepPoint[] _points;
        private readonly double[] _bandwidths;

        internal Density(SweepSpace space, SweepPoint[] points)
        {
            (_space, _points) = (space, points);
            _bandwidths = [.. Enumerable.Range(0, space.Settings.Count).Select(Bandwidth)];
        }

        internal (double[] Unit, bool[] IsActive) Sample(Random random)
        {
            int center = random.Next(_points.Length + 1);
            double[] unit = [.. Enumerable.Range(0, _space.Settings.Count).Select(i => center < _points.Length && _points[center].IsActive[i]
                ? Kernel(i).Sample(_points[center].Unit(i), random)
                : random.NextDouble())];
            return (unit, [.. _space.At(unit).IsActive]);
        }

        internal double LogDensity(double[] unit, bool[] isActive)
        {
            double Log(SweepPoint p) =>
                Enumerable.Range(0, unit.Length).Where(i => isActive[i] && p.IsActive[i]).Sum(i => Kernel(i).LogDensity(unit[i], p.Unit(i)));
            double[] logs = [.. _points.Select(Log), 0];
            double largest = logs.Max();
            return largest + Math.Log(logs.Sum(l => Math.Exp(l - largest)) / logs.Length);
        }

        private Kernel Kernel(int setting) => new(_space.Settings[setting], _bandwidths[setting], _points.Length);

        /// <summary>Scott's rule for so many points in so many dimensions, within bounds.</summary>
        private double Bandwidth(int setting)
        {
            double[] units = [.. _points.Where(p => p.IsActive[setting]).Select(p => p.Unit(setting))];
            double mean = units.DefaultIfEmpty(0.5).Average();
            double deviation = Math.Sqrt(units.Select(u => (u - mean) * (u - mean)).DefaultIfEmpty(0).Average());
            return Math.Clamp(deviation * Math.Pow(Math.Max(units.Length, 1), -1.0 / (4 + _space.Settings.Count)), 0.06, 0.3);
        }
    }

    /// <summary>
    /// Around a value of a setting: a normal density cut off at 0 and 1 where values have an order, else the value and a share for the others.
    /// </summary>
    private readonly record struct Kernel(SweepSetting Setting, double Bandwidth, int Points)
    {
        /// <summary>The share of values without order that is spread over all of them; less with more points.</summary>
        private double Elsewhere => 1 / Math.Sqrt(Points + 1.0);

        internal double Sample(double center, Random random)
        {
            if (!Setting.IsOrdered)
                return random.NextDouble() < Elsewhere ? random.NextDouble() : center;
            while (true)
            {
                double normal = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
                if (center + (Bandwidth * normal) is >= 0 and < 1 and var unit)
                    return unit;
            }
        }

        internal double LogDensity(double unit, double center)
        {
            if (!Setting.IsOrdered)
                return Math.Log(Elsewhere + (Setting.At(unit).Equals(Setting.At(center)) ? (1 - Elsewhere) * Setting.Values.Count : 0));
            double z = (unit - center) / Bandwidth;
            double inside = NormalCdf((1 - center) / Bandwidth) - NormalCdf(-center / Bandwidth);
            return (-0.5 * z * z) - Math.Log(Bandwidth * Math.Sqrt(2 * Math.PI) * inside);
        }

        /// <summary>The logistic approximation; its error of 0.01 is small against the choice of a bandwidth.</summary>
        private static double NormalCdf(double x) => 1 / (1 + Math.Exp(-1.702 * x));
    }
}
