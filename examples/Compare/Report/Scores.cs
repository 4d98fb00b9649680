namespace Compare;

/// <summary>The results of a run, as the tables ask for them.</summary>
internal sealed class Scores
{
    private readonly Dictionary<(string Set, string Method, Treatment Treatment), ResultRow[]> _rows;

    public Scores(IEnumerable<ResultRow> rows, IEnumerable<string> sets)
    {
        Sets = [.. sets];
        ResultRow[] wanted = [.. rows.Where(r => Sets.Contains(r.Key.Set))];
        _rows = wanted.GroupBy(r => (r.Key.Set, r.Key.Method, r.Key.Treatment)).ToDictionary(g => g.Key, g => g.OrderBy(r => r.Key.Seed).ToArray());
        Methods = [.. wanted.Select(r => r.Key.Method).Distinct().OrderBy(Order)];
    }

    public IReadOnlyList<string> Sets { get; }

    /// <summary>In the order of <see cref="Recipe.All"/>, pools behind their joint heads.</summary>
    public IReadOnlyList<string> Methods { get; }

    /// <summary>Those that have results on every set.</summary>
    public IReadOnlyList<string> CompleteMethods => [.. Methods.Where(m => Sets.All(s => Treatments(s, m).Count > 0))];

    public IReadOnlyList<ResultRow> Rows(string set, string method, Treatment treatment) => _rows.GetValueOrDefault((set, method, treatment), []);

    public IReadOnlyList<Treatment> Treatments(string set, string method) => [.. Enum.GetValues<Treatment>().Where(t => Rows(set, method, t).Count > 0)];

    /// <summary>The mean over seeds. A seed at which no rate gave a model leaves no number.</summary>
    public Estimate Mean(string set, string method, Treatment treatment, Measure measure) =>
        Statistics.Mean(Rows(set, method, treatment).Select(measure.Read));

    /// <summary>The treatment that is better on the test rows, chosen in hindsight, which favors methods that have two.</summary>
    public Treatment BetterTreatment(string set, string method, Measure measure) =>
        Treatments(set, method).OrderBy(t => measure.Loss(Mean(set, method, t, measure).Mean)).First();

    /// <summary>The mean over seeds at the better treatment; not a number without results.</summary>
    public Estimate Best(string set, string method, Measure measure) =>
        Treatments(set, method).Count == 0 ? new(double.NaN, double.NaN, 0) : Mean(set, method, BetterTreatment(set, method, measure), measure);

    /// <summary>The mean difference over the seeds that both have, the other at its better treatment.</summary>
    public Estimate Difference(string set, string method, Treatment treatment, string other, Measure measure) => Treatments(set, other).Count == 0
        ? new(double.NaN, double.NaN, 0)
        : Statistics.PairedDifference(BySeed(set, method, treatment, measure), BySeed(set, other, BetterTreatment(set, other, measure), measure));

    /// <summary>The method that is best on the test rows, chosen in hindsight; <see langword="null"/> without results of any.</summary>
    public string? BestOf(IEnumerable<string> methods, string set, Measure measure) =>
        methods.Where(m => Treatments(set, m).Count > 0).OrderBy(m => measure.Loss(Best(set, m, measure).Mean)).FirstOrDefault();

    private Dictionary<int, double> BySeed(string set, string method, Treatment treatment, Measure measure) =>
        Rows(set, method, treatment).ToDictionary(r => r.Key.Seed, measure.Read);

    private static int Order(string method)
    {
        string[] order = [.. Recipe.All.SelectMany(r => r.IsSingles
            ? [Recipe.Single + r.Suffix, Recipe.Separate + r.Suffix, Recipe.SeparateLogits + r.Suffix]
            : new[] { r.Name, r.Name + Recipe.PoolSuffix })];
        return Array.IndexOf(order, method) is >= 0 and var index ? index : order.Length;
    }
}

/// <summary>Accuracy or area under the curve in percent, or log-loss.</summary>
/// <param name="HigherIsBetter">Whether more of it is better.</param>
/// <param name="Read">Its value in a result.</param>
/// <param name="Format">Its number format.</param>
internal sealed record Measure(bool HigherIsBetter, Func<ResultRow, double> Read, string Format)
{
    public static readonly Measure Accuracy = new(true, r => 100 * r.Accuracy, "0.0");
    public static readonly Measure LogLoss = new(false, r => r.LogLoss, "0.000");

    public static readonly Measure Auc = new(true, r => 100 * r.Auc, "0.0");

    /// <summary>Something of which less is better, and nothing is worst.</summary>
    public double Loss(double value) => double.IsNaN(value) ? double.PositiveInfinity : HigherIsBetter ? -value : value;
}
