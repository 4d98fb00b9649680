using System.Diagnostics;
using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;
using QuickStart;

namespace GBlend.MLNet.Benchmarks;

/// <summary>
/// One network trained jointly (naive), the default, the default with boosted trees as a member, and ML.NET's LightGBM, FastTree and SDCA on the concatenated
/// features, all with their defaults and nothing chosen; all learn from the training and the held-out rows, and are measured on the test rows.
/// </summary>
internal static class MemberBenchmarks
{
    private const string Features = "Features", Target = "Target", Default = "default";

    private static readonly string[] s_members = ["LightGBM", "FastTree"], s_alone = ["LightGBM", "FastTree", "SDCA"];

    /// <param name="seeds">How many seeds; trees, which draw nothing, are fitted by the first.</param>
    /// <param name="folders">Data sets as the examples read them. Labels may also be numbers, or several of 0 and 1 with semicolons between them.</param>
    internal static void Run(int seeds, IReadOnlyList<string> folders)
    {
        Console.WriteLine("| set | method | first measure | second measure | seconds |");
        Console.WriteLine("| --- | --- | --- | --- | --- |");
        foreach (var data in folders.Select(folder => FolderData.Read(folder, FolderData.KeyColumnOf(folder), labelsAreClasses: false)))
        {
            var set = new LabeledSet(data);
            Report(set, "naive", seeds, seed => Fitted(set, seed, null, isNaive: true));
            Report(set, Default, seeds, seed => Fitted(set, seed, null));
            // FastTree learns each of several classes against all others, in every fold: that takes too long.
            foreach (string name in s_members.Where(name => set.Kind != LabelKind.Class || name == "LightGBM"))
                Report(set, $"{Default} with {name}", seeds, seed => Fitted(set, seed, name));
            foreach (string name in s_alone)
                Report(set, name, name == "SDCA" ? seeds : 1, seed => Alone(set, seed, name));
        }
    }

    private static void Report(LabeledSet set, string method, int seeds, Func<int, float[][]> predict)
    {
        var clock = Stopwatch.StartNew();
        (double First, double Second)[] results = [.. Enumerable.Range(1, seeds).Select(seed => set.Measure(predict(seed)))];
        double seconds = clock.Elapsed.TotalSeconds / seeds;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| {set.Name} | {method} | {set.Measures.First} {Text(results.Select(r => r.First))} | {set.Measures.Second} "
                + $"{Text(results.Select(r => r.Second))} | {seconds:0} |"));
    }

    private static string Text(IEnumerable<double> values)
    {
        double[] all = [.. values];
        double mean = all.Average();
        string spread = all.Length == 1 ? "" : string.Create(CultureInfo.InvariantCulture,
            $" ± {Math.Sqrt(all.Sum(v => (v - mean) * (v - mean)) / (all.Length - 1) / all.Length):0.000}");
        return string.Create(CultureInfo.InvariantCulture, $"{mean:0.000}{spread}");
    }

    /// <summary>What the default, with a member or without, or one network trained jointly predicts for the test rows.</summary>
    private static float[][] Fitted(LabeledSet set, int seed, string? memberName, bool isNaive = false)
    {
        var ml = new MLContext(seed);
        var options = new GradientBlendingTrainer.Options
        {
            LabelColumnName = Target,
            Seed = seed,
            SamplingKeyColumnName = set.HasKeys ? nameof(Row.Key) : null,
        };
        if (isNaive)
            (options.Blending, options.ValidationFraction) = (Blending.None(), 0);
        foreach (string column in set.Columns)
            options.Modalities.Add(Modality.Vector(column));
        if (memberName is not null)
            options.Members.Add(new(memberName, (own, label, features, weight) => Trainer(own, set.Kind, memberName, label, features, weight)));
        var (train, test) = set.Views(ml);
        IEstimator<ITransformer> trainer = set.Kind switch
        {
            LabelKind.YesOrNo => ml.BinaryClassification.Trainers.GradientBlending(options),
            LabelKind.Number => ml.Regression.Trainers.GradientBlending(options),
            _ => ml.MulticlassClassification.Trainers.GradientBlending(options),
        };
        var model = trainer.Fit(train);
        var predictions = Read(model.Transform(test), set.Kind);
        (model as IDisposable)?.Dispose();
        return predictions;
    }

    /// <summary>What another trainer predicts for the test rows; of several labels one after the other.</summary>
    private static float[][] Alone(LabeledSet set, int seed, string name)
    {
        float[][] One(int? label)
        {
            var ml = new MLContext(seed);
            var (train, test) = set.Views(ml, label);
            var scored = Trainer(ml, set.Kind, name, Target, Features, null).Fit(train).Transform(test);
            return Read(scored, set.Kind == LabelKind.Labels ? LabelKind.YesOrNo : set.Kind);
        }
        if (set.Kind != LabelKind.Labels)
            return One(null);
        float[][][] byLabel = [.. Enumerable.Range(0, set.Labels).Select(label => One(label))];
        return [.. byLabel[0].Select((_, row) => byLabel.Select(label => label[row][1]).ToArray())];
    }

    private static IEstimator<ITransformer> Trainer(MLContext ml, LabelKind kind, string name, string label, string features, string? weight)
    {
        return (kind, name) switch
        {
            (LabelKind.Class, "LightGBM") => ml.MulticlassClassification.Trainers.LightGbm(label, features, weight),
            (LabelKind.Class, "FastTree") => ml.MulticlassClassification.Trainers.OneVersusAll(
                ml.BinaryClassification.Trainers.FastTree(label, features, weight), label),
            (LabelKind.Class, _) => ml.MulticlassClassification.Trainers.SdcaMaximumEntropy(label, features, weight),
            (LabelKind.Number, "LightGBM") => ml.Regression.Trainers.LightGbm(label, features, weight),
            (LabelKind.Number, "FastTree") => ml.Regression.Trainers.FastTree(label, features, weight),
            (LabelKind.Number, _) => ml.Regression.Trainers.Sdca(label, features, weight),
            (_, "LightGBM") => ml.BinaryClassification.Trainers.LightGbm(label, features, weight),
            (_, "FastTree") => ml.BinaryClassification.Trainers.FastTree(label, features, weight),
            _ => ml.BinaryClassification.Trainers.SdcaLogisticRegression(label, features, weight),
        };
    }

    /// <summary>Probabilities per class or label, or the number.</summary>
    private static float[][] Read(IDataView scored, LabelKind kind) => kind switch
    {
        LabelKind.YesOrNo => [.. scored.GetColumn<float>("Probability").Select(p => new[] { 1 - p, p })],
        LabelKind.Number => [.. scored.GetColumn<float>("Score").Select(score => new[] { score })],
        _ => [.. scored.GetColumn<float[]>("Score")],
    };

    private enum LabelKind
    {
        Class,
        YesOrNo,
        Number,
        Labels,
    }

    /// <summary>Rows with labels of one kind, standardized by those to learn from.</summary>
    private sealed class LabeledSet
    {
        private readonly MultimodalData _data;
        private readonly string[] _classes;

        internal LabeledSet(MultimodalData data)
        {
            _data = data;
            string[] labels = [.. data.TrainingRows.Select(r => r.Label).Distinct().Order(StringComparer.Ordinal)];
            _classes = labels;
            Kind = labels[0].Contains(';', StringComparison.Ordinal) ? LabelKind.Labels
                : labels.Any(label => label.Contains('.', StringComparison.Ordinal)) ? LabelKind.Number
                : labels.Length == 2 ? LabelKind.YesOrNo : LabelKind.Class;
        }

        internal string Name => _data.Name;

        internal LabelKind Kind { get; }

        internal bool HasKeys => _data.TrainingRows.Any(r => r.Key.Length > 0);

        internal IEnumerable<string> Columns => _data.Modalities.Select(m => m.Name);

        internal int Labels => _data.TrainingRows[0].Label.Split(';').Length;

        internal (string First, string Second) Measures => Kind switch
        {
            LabelKind.Number => ("R2", "squared error"),
            LabelKind.Labels => ("mAP", "log-loss"),
            LabelKind.YesOrNo => ("AUC", "log-loss"),
            _ => ("accuracy", "log-loss"),
        };

        /// <summary>The rows to learn from and the test rows, with the label in the form of the kind, or one of several labels as yes or no.</summary>
        internal (IDataView Train, IDataView Test) Views(MLContext ml, int? label = null)
        {
            var steps = Standardising.Fit(ml, _data, _data.TrainingRows);
            var concatenate = ml.Transforms.Concatenate(Features, [.. Columns]);
            IDataView View(IReadOnlyList<Row> rows)
            {
                var view = steps.Transform(_data.AsDataView(ml, rows));
                return concatenate.Fit(view).Transform(WithTarget(ml, view, label));
            }
            return (View(_data.TrainingRows), View(_data.TestRows));
        }

        private IDataView WithTarget(MLContext ml, IDataView view, int? label)
        {
            switch (Kind)
            {
                case LabelKind.Class:
                    var classes = ml.Data.LoadFromEnumerable(_classes.Select(c => new Word { Label = c }));
                    return ml.Transforms.Conversion.MapValueToKey(Target, "Label", keyData: classes).Fit(view).Transform(view);
                case LabelKind.Number:
                    return ml.Transforms.Conversion.ConvertType(Target, "Label", DataKind.Single).Fit(view).Transform(view);
                case LabelKind.YesOrNo:
                    string yes = _classes[1];
                    return Mapped<Yes>(ml, view, (row, target) => target.Target = row.Label == yes);
                case LabelKind.Labels when label is { } one:
                    return Mapped<Yes>(ml, view, (row, target) => target.Target = row.Label.Split(';')[one] == "1");
                default:
                    string[] names = [.. Enumerable.Range(0, Labels).Select(i => $"{Target}.{i}")];
                    foreach (var (i, name) in names.Index())
                    {
                        view = Mapped<Yes>(ml, view, (row, target) => target.Target = row.Label.Split(';')[i] == "1");
                        view = ml.Transforms.Conversion.ConvertType(name, Target, DataKind.Single).Fit(view).Transform(view);
                    }
                    return ml.Transforms.Concatenate(Target, names).Fit(view).Transform(view);
            }
        }

        private static IDataView Mapped<T>(MLContext ml, IDataView view, Action<Word, T> map) where T : class, new() =>
            ml.Transforms.CustomMapping(map, null).Fit(view).Transform(view);

        internal (double First, double Second) Measure(float[][] predictions)
        {
            string[] labels = [.. _data.TestRows.Select(r => r.Label)];
            if (Kind == LabelKind.Number)
            {
                double[] truth = [.. labels.Select(label => double.Parse(label, CultureInfo.InvariantCulture))];
                double mean = truth.Average(), error = truth.Zip(predictions, (t, p) => (t - p[0]) * (t - p[0])).Average();
                return (1 - error / truth.Average(t => (t - mean) * (t - mean)), error);
            }
            static double Log(double p) => -Math.Log(Math.Max(p, 1e-15));
            if (Kind == LabelKind.Labels)
            {
                bool[][] truth = [.. labels.Select(label => label.Split(';').Select(l => l == "1").ToArray())];
                double loss = predictions.Zip(truth, (p, t) => p.Zip(t, (a, b) => Log(b ? a : 1 - a)).Average()).Average();
                return (MultiLabelMetrics.Evaluate(predictions, truth).MeanAveragePrecision, loss);
            }
            int[] classes = [.. labels.Select(label => Array.IndexOf(_classes, label))];
            double logLoss = predictions.Zip(classes, (p, c) => Log(p[c])).Average();
            return Kind == LabelKind.YesOrNo ? (Auc([.. predictions.Select(p => p[1])], classes), logLoss)
                : (predictions.Zip(classes, (p, c) => Array.IndexOf(p, p.Max()) == c ? 1.0 : 0).Average(), logLoss);
        }

        /// <summary>How often a yes has more than a no, ties counting half.</summary>
        private static double Auc(float[] scores, int[] isYes)
        {
            float[] yes = [.. scores.Where((_, i) => isYes[i] == 1)], no = [.. scores.Where((_, i) => isYes[i] == 0)];
            return yes.Average(y => no.Average(n => y > n ? 1 : y == n ? 0.5 : 0));
        }
    }

    private sealed class Word
    {
        public string Label { get; set; } = "";
    }

    private sealed class Yes
    {
        public bool Target { get; set; }
    }
}
