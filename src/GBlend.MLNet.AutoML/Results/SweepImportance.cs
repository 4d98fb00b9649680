using System.Globalization;
using System.Text;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers.FastTree;

namespace GBlend.MLNet.AutoML;

/// <summary>
/// The importance of every setting of a sweep: a random forest learns the order of the trials from their settings, and each setting in turn is shuffled among
/// trials that the forest has not seen (permutation importance, Breiman, "Random Forests", 2001).
/// </summary>
/// <remarks>
/// The numbers describe this sweep, whose later trials lie where the tuner expected good ones; settings that were always good together can't be told
/// apart; and what is measured early in a training need not hold at its end. <see cref="Explained"/> says how far to believe them.
/// </remarks>
public sealed class SweepImportance
{
    private const int FewestTrials = 15, Folds = 5, Shuffles = 10;

    private SweepImportance(int epochs, int trials, double? explained, IReadOnlyList<SettingImportance> settings) =>
        (Epochs, Trials, Explained, Settings) = (epochs, trials, explained, settings);

    /// <summary>The epochs after which the trials were compared: the latest stage with enough of them.</summary>
    public int Epochs { get; }

    /// <summary>The number of trials that were compared.</summary>
    public int Trials { get; }

    /// <summary>
    /// The share of the variance in the trials' order that the forest explains on trials it has not seen. Near or below 0 the importances
    /// mean nothing. <see langword="null"/> when there are fewer than 15 trials; then there are no importances.
    /// </summary>
    public double? Explained { get; }

    /// <summary>The importances of the settings, the most important first.</summary>
    public IReadOnlyList<SettingImportance> Settings { get; }

    /// <summary>Writes the importances as a small table.</summary>
    public override string ToString()
    {
        if (Explained is not { } explained)
            return $"{Trials} {(Trials == 1 ? "trial is" : "trials are")} too few to tell which settings matter.";
        var text = new StringBuilder(string.Create(CultureInfo.InvariantCulture,
            $"After {Epochs} epoch{(Epochs == 1 ? "" : "s")}, {Trials} trials, {100 * Math.Max(0, explained):0} % of their order explained:\n"));
        foreach (var setting in Settings)
        {
            var effects = setting.Effects.Select(e => string.Create(CultureInfo.InvariantCulture, $"{e.Value}: {e.MedianMetric:0.000} ({e.Trials})"));
            text.Append(CultureInfo.InvariantCulture, $"  {setting.Setting,-28} {setting.Importance,7:0.000}  {string.Join("; ", effects)}\n");
        }
        return text.ToString();
    }

    internal static SweepImportance Of(IReadOnlyList<SweepTrial> all, SweepSpace space, int seed, bool isMaximized)
    {
        var stages = all.Where(t => !t.IsGiven).SelectMany(t => t.MetricByEpochs.Select(m => (Epochs: m.Key, Trial: t, Metric: m.Value)))
            .GroupBy(m => m.Epochs).OrderByDescending(g => g.Key).ToArray();
        int enough = Math.Max(FewestTrials, 2 * space.Settings.Count);
        var stage = stages.FirstOrDefault(g => g.Count() >= enough) ?? stages.MaxBy(g => g.Count());
        if (stage is null || stage.Count() < FewestTrials)
            return new(stage?.Key ?? 0, stage?.Count() ?? 0, null, []);

        // By trial, so that the order in which parallel trials ended does not matter. Ranks, because one diverged trial would be all that is learned.
        (SweepPoint Point, double Metric)[] trials = [.. stage.OrderBy(m => m.Trial.Number).Select(m => (m.Trial.Point, m.Metric))];
        var ranks = trials.Select((t, i) => (t.Metric, i)).OrderBy(t => isMaximized ? -t.Metric : t.Metric).Select((t, rank) => (t.i, rank))
            .OrderBy(t => t.i).Select(t => (float)t.rank / (trials.Length - 1)).ToArray();
        var features = new Features(space, [.. trials.Select(t => t.Point)]);
        var (explained, drops) = Permute(features, ranks, seed);
        return new(stage.Key, trials.Length, explained,
            [.. space.Settings.Select((s, i) => new SettingImportance(s.Name, drops[i], Effects(s, i, trials))).OrderByDescending(s => s.Importance)]);
    }

    private static (double Explained, double[] Drops) Permute(Features features, float[] ranks, int seed)
    {
        var ml = new MLContext(seed);
        var random = new Random(Seeds.Derive(seed, "importance"));
        int[] order = [.. Enumerable.Range(0, ranks.Length)];
        random.Shuffle(order);
        double mean = ranks.Average(), total = ranks.Sum(r => (r - mean) * (r - mean)), error = 0;
        var errors = new double[features.Count];
        for (int fold = 0; fold < Folds; fold++)
        {
            int[] unseen = [.. order.Where((_, i) => i % Folds == fold)], seen = [.. order.Except(unseen)];
            var forest = ml.Regression.Trainers.FastForest(new FastForestRegressionTrainer.Options
            {
                NumberOfTrees = 100,
                NumberOfLeaves = 16,
                MinimumExampleCountPerLeaf = 3,
                FeatureFraction = 0.5,
                NumberOfThreads = 1,
                Seed = seed,
            }).Fit(View(ml, features, seen, ranks));
            error += SquaredError(ml, forest, features.Of(unseen), unseen, ranks);
            for (int setting = 0; setting < features.Count; setting++)
            {
                for (int shuffle = 0; shuffle < Shuffles; shuffle++)
                    errors[setting] += SquaredError(ml, forest, features.Shuffled(unseen, setting, random), unseen, ranks) / Shuffles;
            }
        }
        return (1 - (error / total), [.. errors.Select(e => (e - error) / total)]);
    }

    private static double SquaredError(MLContext ml, ITransformer forest, float[][] rows, int[] trials, float[] ranks)
    {
        var predicted = forest.Transform(View(ml, rows, trials, ranks)).GetColumn<float>("Score").ToArray();
        return trials.Select((trial, i) => Math.Pow(predicted[i] - ranks[trial], 2)).Sum();
    }

    private static IDataView View(MLContext ml, Features features, int[] trials, float[] ranks) => View(ml, features.Of(trials), trials, ranks);

    private static IDataView View(MLContext ml, float[][] rows, int[] trials, float[] ranks)
    {
        var schema = SchemaDefinition.Create(typeof(Row));
        schema[nameof(Row.Features)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, rows[0].Length);
        return ml.Data.LoadFromEnumerable(rows.Select((row, i) => new Row { Features = row, Label = ranks[trials[i]] }), schema);
    }

    private static SettingEffect[] Effects(SweepSetting setting, int index, (SweepPoint Point, double Metric)[] trials)
    {
        var active = trials.Where(t => t.Point.IsActive[index]).ToArray();
        return setting.Values.Count > 0
            ? [.. active.GroupBy(t => t.Point.Value(index)).OrderBy(g => setting.UnitOf(g.Key)).Select(g => Effect(Show(g.Key), [.. g.Select(t => t.Metric)]))]
            : [.. active.GroupBy(t => ThirdOf(t.Point.Unit(index))).OrderBy(g => g.Key)
                .Select(g => Effect(Third(setting, g.Key, [.. g.Select(t => t.Point.Scale(index)).Distinct().OrderDescending()]),
                    [.. g.Select(t => t.Metric)]))];
    }

    private static int ThirdOf(double unit) => Math.Min(2, (int)(3 * unit));

    /// <summary>A third of a range, as it was tried under every scale; of whole numbers those that belong to it and to no other third.</summary>
    private static string Third(SweepSetting setting, int third, double[] scales)
    {
        object first = setting.At(third / 3.0), last = setting.At((third + 1) / 3.0);
        if (setting.Count is null)
            return string.Join(" or ", scales.Select(scale => $"{Show(Scaled(first, scale))} to {Show(Scaled(last, scale))}"));
        long least = FirstOf(third, first), most = third == 2 ? (long)setting.Most : FirstOf(third + 1, last) - 1;
        return least == most ? Show(least) : $"{Show(least)} to {Show(most)}";

        // The number at a border belongs to the third that its middle lies in.
        long FirstOf(int k, object border) => Convert.ToInt64(border, CultureInfo.InvariantCulture) + (ThirdOf(setting.UnitOf(border)) < k ? 1 : 0);
    }

    private static object Scaled(object value, double scale) => scale == 1 ? value : scale * Convert.ToDouble(value, CultureInfo.InvariantCulture);

    private static SettingEffect Effect(string value, double[] metrics)
    {
        Array.Sort(metrics);
        int middle = metrics.Length / 2;
        return new(value, metrics.Length, metrics.Length % 2 == 1 ? metrics[middle] : (metrics[middle - 1] + metrics[middle]) / 2);
    }

    private static string Show(object value) => value is double number
        ? number.ToString("G3", CultureInfo.InvariantCulture) : Convert.ToString(value, CultureInfo.InvariantCulture)!;

    /// <summary>
    /// Points as numbers for a forest: a place in the unit interval for what has an order, else one number a value; -1 where a setting has no effect.
    /// </summary>
    private sealed class Features
    {
        private readonly float[][] _rows;
        private readonly (int Start, int Length)[] _slots;

        internal Features(SweepSpace space, SweepPoint[] points)
        {
            var slots = new List<(int, int)>();
            int start = 0;
            foreach (var setting in space.Settings)
            {
                int length = setting.IsOrdered ? 1 : setting.Values.Count;
                slots.Add((start, length));
                start += length;
            }
            _slots = [.. slots];
            _rows = [.. points.Select(p => Enumerable.Range(0, space.Settings.Count).SelectMany(i => Encode(space.Settings[i], p, i)).ToArray())];
        }

        internal int Count => _slots.Length;

        internal float[][] Of(int[] points) => [.. points.Select(p => _rows[p])];

        /// <summary>The rows with the values of one setting exchanged among them.</summary>
        internal float[][] Shuffled(int[] points, int setting, Random random)
        {
            int[] others = [.. points];
            random.Shuffle(others);
            var (start, length) = _slots[setting];
            return [.. points.Select((p, i) =>
            {
                var row = (float[])_rows[p].Clone();
                Array.Copy(_rows[others[i]], start, row, start, length);
                return row;
            })];
        }

        private static IEnumerable<float> Encode(SweepSetting setting, SweepPoint point, int index) =>
            setting.IsOrdered ? [point.IsActive[index] ? (float)point.Unit(index) : -1]
            : setting.Values.Select(v => point.IsActive[index] && v.Equals(point.Value(index)) ? 1f : 0f);
    }

    private sealed class Row
    {
        public float[] Features { get; set; } = [];

        public float Label { get; set; }
    }
}
