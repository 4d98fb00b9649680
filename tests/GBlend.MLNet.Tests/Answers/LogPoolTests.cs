namespace GBlend.MLNet.Tests;

public sealed class LogPoolTests
{
    private static readonly double[][] s_logits =
    [
        [2, 0, 0, 0, 1, 0, 0, 0, 3, 1, 0, 0, 0, 2, 1, 1, 1, 0],
        [0, 1, 0, 0, 2, 0, 1, 0, 0, 2, 0, 1, 0, 0, 1, 0, 1, 1],
        [1, 1, 0, 0, 0, 1, 0, 1, 2, 3, 0, 0, 0, 1, 0, 0, 0, 2],
    ];

    private static readonly long[] s_labels = [0, 1, 2, 0, 1, 2];

    [Theory]
    [InlineData(4, .562904, .398209, .557349, .421061)]
    [InlineData(0.5, 1.043430, .644863, 1.090158, .206853)]
    public void Fit_hand_computed_case_gives_its_coefficients(double ridge, double a, double b, double c, double loss)
    {
        var logs = LogProbabilities();
        var found = LogPool.Fit(logs, s_labels, 3, ridge);
        Assert.Equal(a, found[0], 1e-5);
        Assert.Equal(b, found[1], 1e-5);
        Assert.Equal(c, found[2], 1e-5);
        var p = new double[3];
        double nll = 0;
        for (int row = 0; row < 6; row++)
        {
            LogPool.Combine(logs, row * 3, found, p);
            nll -= Math.Log(p[s_labels[row]]) / 6;
        }
        Assert.Equal(loss, nll, 1e-5);
    }

    [Fact]
    public void Fit_head_that_is_always_wrong_gets_no_weight()
    {
        double[] right = new double[300], wrong = new double[300];
        long[] labels = [.. Enumerable.Range(0, 100).Select(i => (long)(i % 3))];
        for (int row = 0; row < 100; row++)
        {
            for (int c = 0; c < 3; c++)
            {
                right[row * 3 + c] = Math.Log(c == labels[row] ? 0.8 : 0.1);
                wrong[row * 3 + c] = Math.Log(c == (labels[row] + 1) % 3 ? 0.8 : 0.1);
            }
        }
        var found = LogPool.Fit([right, wrong], labels, 3);
        Assert.True(found[0] > 0.5);
        Assert.Equal(0, found[1], 1e-6);
    }

    /// <summary>What heads may be like: the lead that they give to the true class, and the noise on their logits.</summary>
    public static TheoryData<string> Kinds => [.. s_kinds, "of all kinds", "copies"];

    private static readonly string[] s_kinds = ["moderate", "nearly perfect", "separable and unsure", "useless", "sure and wrong"];

    [Trait("Speed", "Slow")]
    [Theory]
    [MemberData(nameof(Kinds))]
    public void Fit_of_any_heads_is_the_minimum(string kind)
    {
        for (int seed = 0; seed < 40; seed++)
        {
            var random = new Random(seed);
            // A few rows or many, two classes or many.
            int rows = seed % 4 == 0 ? random.Next(1, 8) : random.Next(20, 300), classes = seed % 5 == 0 ? random.Next(50, 150)
                : random.Next(2, 8), heads = random.Next(2, 7);
            long[] labels = [.. Enumerable.Range(0, rows).Select(_ => (long)random.Next(classes))];
            double[][] logs = [.. Enumerable.Range(0, heads).Select(b => Head(kind, b, labels, classes, new Random(kind == "copies" ? seed : seed * 31 + b)))];
            var a = LogPool.Fit(logs, labels, classes);
            var (value, slopes, curvatures) = Objective(logs, labels, classes, a);
            for (int b = 0; b < heads; b++)
            {
                double[] alone = [.. logs.Select((_, d) => d == b ? 1.0 : 0)];
                Assert.True(value <= Objective(logs, labels, classes, alone).Value * (1 + 1e-9), $"seed {seed}: {value} is above head {b}'s");
                // Karush, Kuhn and Tucker: what a step along this coefficient alone would gain, relative to the objective.
                double gain = slopes[b] * slopes[b] / curvatures[b] / value;
                Assert.True(a[b] >= 0 && (gain < 1e-9 || (a[b] == 0 && slopes[b] > 0)), $"seed {seed}, head {b}: a {a[b]}, slope {slopes[b]}, gain {gain}");
            }
        }
    }

    private static double[] Head(string kind, int head, long[] labels, int classes, Random random)
    {
        double Normal() => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
        string own = kind == "of all kinds" ? s_kinds[head % s_kinds.Length] : kind;
        var (lead, noise) = own switch
        {
            "nearly perfect" => (30.0, 2.0),
            "separable and unsure" => (0.01, 0.001),
            "useless" => (0.0, 1.0),
            "sure and wrong" => (-20.0, 10.0),
            _ => (2.0, 1.5),
        };
        double[] logs = [.. labels.SelectMany(label => Enumerable.Range(0, classes).Select(c => (c == label ? lead : 0) + noise * Normal()))];
        for (int row = 0; row < labels.Length; row++)
            LogPool.ReadHead(LearningTask.Multiclass, logs.AsSpan(row * classes, classes));
        return logs;
    }

    private static (double Value, double[] Slopes, double[] Curvatures) Objective(double[][] logs, long[] labels, int classes, double[] a)
    {
        const double ridge = LogPool.DefaultRidge;
        double value = ridge * a.Sum(w => (w - 1.0 / a.Length) * (w - 1.0 / a.Length));
        double[] slopes = [.. a.Select(w => 2 * ridge * (w - 1.0 / a.Length))], curvatures = [.. a.Select(_ => 2 * ridge)];
        for (int row = 0; row < labels.Length; row++)
        {
            int from = row * classes, label = from + (int)labels[row];
            double[] sums = [.. Enumerable.Range(from, classes).Select(i => a.Select((w, b) => w * logs[b][i]).Sum())];
            double most = sums.Max(), all = sums.Sum(s => Math.Exp(s - most));
            value += most + Math.Log(all) - sums[label - from];
            for (int b = 0; b < a.Length; b++)
            {
                double mean = sums.Select((s, c) => Math.Exp(s - most) / all * logs[b][from + c]).Sum();
                slopes[b] += mean - logs[b][label];
                curvatures[b] += sums.Select((s, c) => Math.Exp(s - most) / all * (logs[b][from + c] - mean) * (logs[b][from + c] - mean)).Sum();
            }
        }
        return (value, slopes, curvatures);
    }

    private static double[][] LogProbabilities() => [.. s_logits.Select(head =>
    {
        var logs = (double[])head.Clone();
        for (int row = 0; row < 6; row++)
        {
            LogPool.Softmax(logs.AsSpan(row * 3, 3));
            for (int c = 0; c < 3; c++)
                logs[row * 3 + c] = Math.Log(logs[row * 3 + c]);
        }
        return logs;
    })];
}
