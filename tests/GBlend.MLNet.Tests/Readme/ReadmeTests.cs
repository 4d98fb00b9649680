using System.Runtime.CompilerServices;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace GBlend.MLNet.Tests;

/// <summary>The README's first program, compiled and run as it stands there.</summary>
public sealed class ReadmeTests
{
    [Fact]
    public void First_program_runs()
    {
        string folder = Directory.CreateTempSubdirectory("gblend").FullName;
        try
        {
            double accuracy = Program(Clips(300, 1), Clips(120, 2), Path.Combine(folder, "model.zip"));
            Assert.InRange(accuracy, 0.5, 1);
        }
        finally
        {
            Directory.Delete(folder, true);
        }
    }

    [Fact]
    public void Own_strategy_trains()
    {
        var ml = new MLContext(seed: 1);
        IDataView train = ml.Data.LoadFromEnumerable(Clips(300, 1)), test = ml.Data.LoadFromEnumerable(Clips(120, 2));
        var options = new GradientBlendingTrainer.Options { Modalities = { Modality.Vector("Face"), Modality.Vector("Voice") }, Answer = Answer.Joint };
        // README strategy use begins
        options.Blending = Blending.By(() => new HeadsFirst());
        // README strategy use ends
        var model = ml.Transforms.Conversion.MapValueToKey("Label").Append(ml.MulticlassClassification.Trainers.GradientBlending(options)).Fit(train);
        Assert.InRange(ml.MulticlassClassification.Evaluate(model.Transform(test)).MicroAccuracy, 0.5, 1);
        var epochs = model.LastTransformer.History.Epochs;
        Assert.Equal([1, 1, 0], epochs[0].Weights);
        Assert.Equal(1, epochs[^1].Weights[2]);
        Assert.Contains(1.0, epochs[^1].Weights.Take(2));
    }

    // README strategy begins
    /// <summary>The modalities' own heads first; then the joint one, and the head that lags behind.</summary>
    private sealed class HeadsFirst : BalanceStrategy
    {
        public override StrategyNeeds Needs => StrategyNeeds.Heads | StrategyNeeds.HeldOutRows;

        public override EpochPlan OnEpoch(EpochView epoch)
        {
            var losses = epoch.HeldOutLosses;       // of every branch, modalities in their order, the joint one last
            return epoch.Epoch < epoch.NumberOfEpochs / 3 ? new EpochPlan(1, 1, 0) : losses[0] > losses[1] ? new EpochPlan(1, 0, 1) : new EpochPlan(0, 1, 1);
        }
    }
    // README strategy ends

    [Theory]
    [InlineData("README")]
    [InlineData("README strategy")]
    [InlineData("README strategy use")]
    [InlineData("README model")]
    public void Program_is_the_one_in_the_readme(string part)
    {
        string[] source = File.ReadAllLines(ThisFile()), readme = [.. DocsTests.Pages.SelectMany(page => File.ReadAllLines(Repository.PathTo(page)))];
        int begin = Array.FindIndex(source, l => l.Trim() == $"// {part} begins"), end = Array.FindIndex(source, l => l.Trim() == $"// {part} ends");
        string[] lines = [.. source[(begin + 1)..end].Select(l => l.Trim()).Where(l => l.Length > 0)];
        string text = string.Join('\n', readme.Select(l => l.Trim()).Where(l => l.Length > 0));
        Assert.Contains(string.Join('\n', lines), text);
    }

    private static double Program(IEnumerable<Clip> trainingClips, IEnumerable<Clip> testClips, string path)
    {
        // README begins
        var ml = new MLContext(seed: 1);
        IDataView train = ml.Data.LoadFromEnumerable(trainingClips), test = ml.Data.LoadFromEnumerable(testClips);

        var pipeline = ml.Transforms.Conversion.MapValueToKey("Label")
            .Append(ml.Transforms.NormalizeMeanVariance("Face", fixZero: false))
            .Append(ml.Transforms.NormalizeMeanVariance("Voice", fixZero: false))
            .Append(ml.MulticlassClassification.Trainers.GradientBlending(new GradientBlendingTrainer.Options
            {
                Modalities = { Modality.Vector("Face"), Modality.Vector("Voice") },
                // Blending = Blending.Auto(),          // the default; Online(), Offline(), Equal(), ... are the others
                SamplingKeyColumnName = "Speaker",      // rows of one speaker are never split between training and held-out rows
            }))
            .Append(ml.Transforms.Conversion.MapKeyToValue("PredictedLabel"));

        ITransformer model = pipeline.Fit(train);
        var metrics = ml.MulticlassClassification.Evaluate(model.Transform(test));
        Console.WriteLine($"accuracy {metrics.MicroAccuracy:P1}, log-loss {metrics.LogLoss:F3}");
        ml.Model.Save(model, train.Schema, path);       // ml.Model.Load reads it in any process that references GBlend.MLNet
        // README ends
        // README model begins
        GradientBlendingTransformer fitted = model.GradientBlendingModel();
        IDataView prepared = ((IEnumerable<ITransformer>)model).TakeWhile(step => step != fitted).Aggregate(test, (rows, step) => step.Transform(rows));
        Console.WriteLine(fitted.History.Answer);                                       // what answers; Epochs and Estimates say how it came to it
        var voice = ml.MulticlassClassification.PermutationFeatureImportance(           // what each slot of one modality is worth
            fitted.ForFeatureImportance("Voice"), prepared);
        // README model ends
        Assert.Equal(40, voice.Length);
        return metrics.MicroAccuracy;
    }

    private static List<Clip> Clips(int count, int seed)
    {
        var random = new Random(seed);
        string[] words = ["yes", "no", "stop"];
        return [.. Enumerable.Range(0, count).Select(i =>
        {
            int word = i % 3;
            return new Clip
            {
                Label = words[word],
                Speaker = $"speaker {i / 3 % 10}",
                Face = [.. Enumerable.Range(0, 16).Select(j => (float)(random.NextDouble() + (j == word ? 0.8 : 0)))],
                Voice = [.. Enumerable.Range(0, 40).Select(j => (float)(random.NextDouble() + (j == word ? 0.3 : 0)))],
            };
        })];
    }

    private static string ThisFile([CallerFilePath] string path = "") => path;

    private sealed class Clip
    {
        public string Label { get; set; } = "";

        public string Speaker { get; set; } = "";

        [VectorType(16)]
        public float[] Face { get; set; } = [];

        [VectorType(40)]
        public float[] Voice { get; set; } = [];
    }
}
