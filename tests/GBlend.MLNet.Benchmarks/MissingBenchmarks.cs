using System.Globalization;
using System.Numerics;
using Microsoft.ML;
using Microsoft.ML.Data;
using QuickStart;

namespace GBlend.MLNet.Benchmarks;

/// <summary>
/// What models answer to rows that lack modalities: for every set of modalities that a test row may have, the accuracy in % and the log-loss of models that
/// were trained on rows of which none, some at random, or half lack some, against a model of exactly these modalities.
/// </summary>
internal static class MissingBenchmarks
{
    private const double Dropout = 0.3, Missing = 0.3;

    /// <summary>With more modalities only sets of one, of all and of all but one are measured.</summary>
    private const int MostModalitiesOfAllSets = 3;

    private const string Own = "own network", Pool = "pool", Joint = "joint head", WithoutDropout = "pool, no dropout", Dropping = "dropping rows",
        Means = "means";

    private static readonly string[] s_models = [Own, Pool, Joint, WithoutDropout, Dropping, Means];

    private static readonly (string Name, Action<Row[], int, Random> Remove)[] s_trainings =
    [
        ("complete", (_, _, _) => { }),
        ("30 % missing at random", RemoveAtRandom),
        ("the first modality in half of the rows", RemoveFirst),
    ];

    /// <param name="seeds">The number of seeds.</param>
    /// <param name="folders">Data sets as the examples read them.</param>
    internal static void Run(int seeds, IReadOnlyList<string> folders)
    {
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"Accuracy in % / log-loss on test rows that have some modalities, mean over {seeds} seeds; Blending.Auto() with the set's own held-out rows. "
            + $"{Own}: trained on these modalities alone, by the training rows that have all of them. {Pool}: LeaveOutModality with WithDropout({Dropout}) on "
            + $"every modality; {Joint}: the naive network's head in it. {Dropping}: LeaveOutModality, trained on complete rows alone. {Means}: standardized "
            + $"values of absent modalities are 0, in training and test."));
        foreach (string folder in folders)
        {
            var data = FolderData.Read(folder, null);
            foreach (var training in s_trainings)
                Report(data, training.Name, [.. Enumerable.Range(1, seeds).Select(seed => Measure(data, training.Remove, seed))]);
        }
    }

    private static void Report(MultimodalData data, string training, Result[] results)
    {
        Console.WriteLine();
        Console.WriteLine($"**{data.Name}**, training rows: {training}");
        Console.WriteLine();
        Console.WriteLine($"| modalities | {string.Join(" | ", s_models)} |");
        Console.WriteLine($"| --- |{string.Concat(s_models.Select(_ => " --- |"))}");
        foreach (int has in results[0].Sets)
        {
            string[] names = [.. data.Modalities.Select(m => m.Name).Where((_, m) => (has >> m & 1) == 1)];
            string name = names.Length == data.Modalities.Count ? "all" : names.Length > 1 && names.Length == data.Modalities.Count - 1
                ? "all but " + data.Modalities.Select(m => m.Name).Except(names).Single() : string.Join(", ", names);
            Console.WriteLine($"| {name} | {string.Join(" | ", s_models.Select(model => Text([.. results.Select(r => r.Scores[(model, has)])])))} |");
        }
        var complete = results[0].Sets.Max();
        int[] incomplete = [.. results[0].Sets.Where(has => has != complete)];
        Console.WriteLine($"| mean of incomplete | {string.Join(" | ", s_models.Select(model => Text(
            [.. results.SelectMany(r => incomplete.Select(has => r.Scores[(model, has)]))])))} |");
        Console.WriteLine();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Confidence rises when one of all modalities leaves in "
            + $"{100 * results.Average(r => r.Rises):0.0} % of rows and modalities (pool). Seconds a fit: "
            + $"{string.Join(", ", results[0].Seconds.Keys.Select(m => $"{m} {results.Average(r => r.Seconds[m]):0.0}"))}."));
    }

    private static string Text(Score[] scores) => string.Create(CultureInfo.InvariantCulture,
        $"{100 * scores.Average(s => s.Accuracy):0.0} / {scores.Average(s => s.LogLoss):0.000}");

    private static Result Measure(MultimodalData data, Action<Row[], int, Random> remove, int seed)
    {
        int k = data.Modalities.Count, all = (1 << k) - 1;
        bool IsMeasured(int has) => k <= MostModalitiesOfAllSets || BitOperations.PopCount((uint)has) is var n && (n == 1 || n >= k - 1);
        int[] sets = [.. Enumerable.Range(1, all).Where(IsMeasured)];
        Row[] training = [.. data.TrainingRows.Select(row => Copy(row, k, all))];
        remove(training, k, new Random(seed));
        // What is known of a modality is known from the rows that have it.
        var scale = Scale(data, training);
        training = [.. training.Select(row => Scaled(row, scale))];
        Row[] test = [.. data.TestRows.Select(row => Scaled(row, scale))];
        Row[] With(int has)
        {
            Row[] rows = [.. training.Where(row => (Has(row, k) & has) == has)];
            // What is held out must be learned from others.
            var learned = rows.Where(row => !row.IsHeldOut).Select(row => row.Label).ToHashSet();
            return [.. rows.Where(row => learned.Contains(row.Label))];
        }
        Row[] complete = With(all);
        var result = new Result(sets);
        var jobs = new List<Action>();
        void Add(string name, IReadOnlyList<Row> learned, Func<Row, Row>? change, Action<GradientBlendingTrainer.Options> set, int[] answered) => jobs.Add(() =>
        {
            int[] used = [.. Enumerable.Range(0, k).Where(m => name != Own || (answered[0] >> m & 1) == 1)];
            var clock = System.Diagnostics.Stopwatch.StartNew();
            using var model = Fit(data, learned.Select(change ?? (row => row)), used, seed, set);
            double seconds = clock.Elapsed.TotalSeconds;
            var probabilities = new Dictionary<int, float[][]>();
            foreach (int has in answered)
            {
                Row[] rows = [.. test.Select(row => Copy(row, k, has)).Select(change ?? (row => row))];
                Score ScoreOf(string column) => Score.Of(column == "Score" ? probabilities[has] : model.Answer(rows, column), model.Labels(rows));
                probabilities[has] = model.Answer(rows, "Score");
                Score score = ScoreOf("Score"), joint = name == Pool ? ScoreOf("Score.Joint") : score;
                lock (result)
                {
                    result.Scores[(name, has)] = score;
                    if (name == Pool)
                        result.Scores[(Joint, has)] = joint;
                    // No row is dropped.
                    if (name == WithoutDropout && complete.Length == training.Length)
                        result.Scores[(Dropping, has)] = score;
                }
            }
            lock (result)
                result.Seconds[name] = seconds;
            if (name == Pool)
                result.Rises = Enumerable.Range(0, k).Average(m => probabilities[all].Zip(probabilities[all & ~(1 << m)], (with, without) =>
                    without.Max() > with.Max() + 1e-6 ? 1.0 : 0).Average());
        });
        void LeaveOut(GradientBlendingTrainer.Options o) => o.MissingValues = MissingValues.LeaveOutModality;
        void Hide(GradientBlendingTrainer.Options o)
        {
            LeaveOut(o);
            o.OutputBranchScores = true;
            for (int m = 0; m < o.Modalities.Count; m++)
                o.Modalities[m] = o.Modalities[m].WithDropout(Dropout);
        }
        foreach (int has in sets)
            Add(Own, With(has), null, _ => { }, [has]);
        Add(Pool, training, null, Hide, sets);
        Add(WithoutDropout, training, null, LeaveOut, sets);
        if (complete.Length < training.Length)
            Add(Dropping, complete, null, LeaveOut, sets);
        Add(Means, training, row => Filled(row, data), _ => { }, sets);
        Parallel.ForEach(jobs, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, job => job());
        return result;
    }

    private static void RemoveAtRandom(Row[] rows, int k, Random random)
    {
        foreach (var row in rows)
        {
            int kept = random.Next(k);
            for (int m = 0; m < k; m++)
            {
                // A row keeps one, so that of the others more are taken.
                if (m != kept && random.NextDouble() < Missing * k / (k - 1))
                    row.SetModality(m, []);
            }
        }
    }

    private static void RemoveFirst(Row[] rows, int k, Random random)
    {
        foreach (var row in rows)
        {
            if (random.Next(2) == 0)
                row.SetModality(0, []);
        }
    }

    private static Model Fit(MultimodalData data, IEnumerable<Row> rows, int[] used, int seed, Action<GradientBlendingTrainer.Options> set)
    {
        var ml = new MLContext(seed);
        var options = new GradientBlendingTrainer.Options { Seed = seed, NumberOfThreads = 1, HoldOutColumnName = nameof(Row.IsHeldOut) };
        foreach (int m in used)
            options.Modalities.Add(Modality.Vector(data.Modalities[m].Name));
        set(options);
        var view = data.AsDataView(ml, [.. rows]);
        var pipeline = ml.Transforms.Conversion.MapValueToKey("Label").Append(ml.MulticlassClassification.Trainers.GradientBlending(options));
        return new Model(ml, data, pipeline.Fit(view));
    }

    private static float[] Values(Row row, int modality) => modality switch
    {
        0 => row.Modality1,
        1 => row.Modality2,
        2 => row.Modality3,
        3 => row.Modality4,
        4 => row.Modality5,
        _ => row.Modality6,
    };

    private static int Has(Row row, int k) => Enumerable.Range(0, k).Sum(m => Values(row, m).Length > 0 ? 1 << m : 0);

    private static Row Changed(Row row, int k, Func<int, float[], float[]> change)
    {
        var copy = new Row { Label = row.Label, Key = row.Key, IsHeldOut = row.IsHeldOut };
        for (int m = 0; m < k; m++)
            copy.SetModality(m, change(m, Values(row, m)));
        return copy;
    }

    private static Row Copy(Row row, int k, int has) => Changed(row, k, (m, values) => (has >> m & 1) == 1 ? values : []);

    private static Row Filled(Row row, MultimodalData data) =>
        Changed(row, data.Modalities.Count, (m, values) => values.Length > 0 ? values : new float[data.Modalities[m].Width]);

    /// <summary>Less its mean, over its deviation, at most 10 either way.</summary>
    private static Row Scaled(Row row, (double Mean, double Deviation)[][] scale) => Changed(row, scale.Length, (m, values) =>
        [.. values.Select((v, slot) => (float)Math.Clamp((v - scale[m][slot].Mean) / scale[m][slot].Deviation, -10, 10))]);

    private static (double Mean, double Deviation)[][] Scale(MultimodalData data, Row[] rows) => [.. data.Modalities.Select((modality, m) =>
    {
        float[][] there = [.. rows.Select(row => Values(row, m)).Where(v => v.Length > 0)];
        return Enumerable.Range(0, modality.Width).Select(slot =>
        {
            double mean = there.Average(v => (double)v[slot]), variance = there.Average(v => (v[slot] - mean) * (v[slot] - mean));
            return (mean, variance > 1e-12 ? Math.Sqrt(variance) : 1);
        }).ToArray();
    })];

    private sealed class Model(MLContext ml, MultimodalData data, TransformerChain<GradientBlendingTransformer> chain) : IDisposable
    {
        internal float[][] Answer(Row[] rows, string column) =>
            [.. chain.Transform(data.AsDataView(ml, rows)).GetColumn<VBuffer<float>>(column).Select(v => v.DenseValues().ToArray())];

        internal int[] Labels(Row[] rows) => [.. chain.Transform(data.AsDataView(ml, rows)).GetColumn<uint>("Label").Select(key => (int)key - 1)];

        public void Dispose() => chain.LastTransformer.Dispose();
    }

    private sealed record Score(double Accuracy, double LogLoss)
    {
        internal static Score Of(float[][] probabilities, int[] labels) => new(
            probabilities.Zip(labels, (p, label) => label >= 0 && Array.IndexOf(p, p.Max()) == label ? 1.0 : 0).Average(),
            probabilities.Zip(labels, (p, label) => -Math.Log(Math.Max(label >= 0 ? p[label] : 0, 1e-15))).Average());
    }

    private sealed record Result(int[] Sets)
    {
        internal Dictionary<(string Model, int Has), Score> Scores { get; } = [];

        internal Dictionary<string, double> Seconds { get; } = [];

        internal double Rises { get; set; }
    }
}
