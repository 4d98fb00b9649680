using System.Globalization;
using GBlend.MLNet.AutoML;
using Microsoft.ML;
using QuickStart;

namespace GBlend.MLNet.Benchmarks;

/// <summary>
/// Successive halving with the model-based tuner against random search, at an equal budget of training epochs and over the same space: the
/// metric of the best trial on the rows to choose by, which is what a sweep looks for, and, for information, on the test rows.
/// </summary>
internal static class SweepBenchmarks
{
    private const int Seeds = 10, Epochs = 27;

    /// <param name="folders">Data sets as the examples read them; without any, generated ones.</param>
    /// <param name="trainings">The budget of a sweep, in whole trainings.</param>
    internal static void Run(int trainings, IReadOnlyList<string> folders)
    {
        Console.WriteLine($"Best log-loss on the rows to choose by (and on the test rows) after {trainings * Epochs} epochs in all, a whole training being "
            + $"{Epochs}; {Seeds} seeds.");
        Console.WriteLine();
        Console.WriteLine($"| {"sweep",-24} | {"halving + model",-17} | {"random",-17} | {"wins",5} | {"test: halving",13} | {"random",7} | {"trials",11} |");
        Console.WriteLine($"| {new string('-', 24)} | {new string('-', 17)} | {new string('-', 17)} | {new string('-', 5)} | {new string('-', 13)} | "
            + $"{new string('-', 7)} | {new string('-', 11)} |");
        var sets = folders.Count > 0
            ? folders.Select(f => FolderData.Read(f, null))
            : Enumerable.Range(1, 3).Select(seed => GeneratedData.Create(seed, heldOutSpeakers: 6) with { Name = $"generated data {seed}" });
        var gains = sets.Select(data => Compare(data, trainings)).ToArray();
        Console.WriteLine();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Over the {gains.Length} sweeps of a seed the mean of log(halving / random) is below 0 "
            + $"in {Enumerable.Range(0, Seeds).Count(seed => gains.Average(g => g[seed]) < 0)} of {Seeds} seeds."));
    }

    /// <returns>Per seed log(halving / random).</returns>
    private static double[] Compare(MultimodalData data, int trainings)
    {
        var pairs = Enumerable.Range(0, Seeds).Select(
            seed => (Halving: Sweep(data, trainings, seed, halves: true), Random: Sweep(data, trainings, seed, halves: false))).ToArray();
        int wins = pairs.Count(p => p.Halving.Choosing < p.Random.Choosing);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| {data.Name,-24} | {Text(pairs.Select(p => p.Halving.Choosing)),-17} | {Text(pairs.Select(p => p.Random.Choosing)),-17} | "
                + $"{$"{wins}/{Seeds}",5} | {pairs.Average(p => p.Halving.Test),13:0.000} | {pairs.Average(p => p.Random.Test),7:0.000} | "
                + $"{$"{pairs.Average(p => p.Halving.Trials):0} / {pairs.Average(p => p.Random.Trials):0}",11} |"));
        return [.. pairs.Select(p => Math.Log(p.Halving.Choosing / p.Random.Choosing))];
    }

    private static (double Choosing, double Test, int Trials) Sweep(MultimodalData data, int trainings, int seed, bool halves)
    {
        var ml = new MLContext(seed: 0);
        var valid = data.TrainingRows.Where(r => r.IsHeldOut).ToArray();
        var choosing = valid.Where((_, i) => i % 2 == 1).ToHashSet();
        var columns = data.Modalities.Select(m => new InputOutputColumnPair(m.Name)).ToArray();
        var standardise = ml.Transforms.NormalizeMeanVariance(columns, fixZero: false).Fit(data.AsDataView(ml, data.TrainingRows.Where(r => !r.IsHeldOut)));
        IDataView View(IEnumerable<Row> rows) => standardise.Transform(data.AsDataView(ml, rows));

        var options = new GradientBlendingSweep.Options
        {
            Trainer = new() { HoldOutColumnName = nameof(Row.IsHeldOut), NumberOfEpochs = Epochs },
            Before = ml.Transforms.Conversion.MapValueToKey("Label"),
            Budget = SweepBudget.OfEpochs(trainings * Epochs),
            Tuner = halves ? SweepTuner.Model : SweepTuner.Random,
            ReductionFactor = halves ? 3 : 1,
            // Without the usual settings, which would be the best trial of many a random search.
            TryGivenSettings = false,
            Seed = seed,
        };
        foreach (var (name, _) in data.Modalities)
            options.Trainer.Modalities.Add(Modality.Vector(name));
        // Offline estimates train every branch over the whole run before the first epoch, which a budget of epochs does not count.
        options.Space = SweepSpaces.For(options.Trainer).Choice(
            s => s.Blending, BlendingMethod.Auto, BlendingMethod.None, BlendingMethod.Equal, BlendingMethod.Separate, BlendingMethod.Online);
        var result = new GradientBlendingSweep(ml, options).Run(View(data.TrainingRows.Where(r => !choosing.Contains(r))), View(choosing));
        using var model = result.Model!;
        double test = ml.MulticlassClassification.Evaluate(model.Transform(View(data.TestRows))).LogLoss;
        return (result.Best.Metric!.Value, test, result.Trials.Count);
    }

    private static string Text(IEnumerable<double> values)
    {
        double[] all = [.. values];
        double mean = all.Average();
        return string.Create(CultureInfo.InvariantCulture, $"{mean:0.0000} ± {Math.Sqrt(all.Sum(v => (v - mean) * (v - mean)) / (all.Length - 1)):0.0000}");
    }
}
