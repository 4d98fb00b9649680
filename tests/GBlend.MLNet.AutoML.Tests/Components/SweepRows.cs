using Microsoft.ML;
using Microsoft.ML.Data;

namespace GBlend.MLNet.AutoML.Tests;

/// <summary>Generated rows of two modalities that a small network learns in a few epochs.</summary>
internal static class SweepRows
{
    internal sealed class Row
    {
        public string Label { get; init; } = "";

        public bool IsYes { get; init; }

        public float Number { get; init; }

        public string Speaker { get; init; } = "";

        [VectorType(6)]
        public float[] Face { get; init; } = [];

        [VectorType(10)]
        public float[] Voice { get; init; } = [];
    }

    internal static Row[] Create(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(i =>
        {
            int label = i % 3;
            return new Row
            {
                Label = $"class {label}",
                IsYes = label == 1,
                Number = label + (float)(0.1 * random.NextDouble()),
                Speaker = $"speaker {i / 3 % 8}",
                Face = [.. Enumerable.Range(0, 6).Select(k => (float)((k % 3 == label ? 1 : 0) + (0.6 * Gaussian(random))))],
                Voice = [.. Enumerable.Range(0, 10).Select(k => (float)((k % 3 == label ? 0.8 : 0) + Gaussian(random)))],
            };
        })];
    }

    internal static IDataView View(MLContext ml, int count, int seed) => ml.Data.LoadFromEnumerable(Create(count, seed));

    internal static GradientBlendingSweep.Options Options(MLContext ml, SweepBudget budget, int epochs = 9) => new()
    {
        Trainer = new()
        {
            Modalities = { Modality.Vector("Face", Encoders.Mlp(8)), Modality.Vector("Voice", Encoders.Mlp(8)) },
            NumberOfEpochs = epochs,
            LearningRate = 0.01f,
            BatchSize = 32,
            ValidationFraction = 0.25f
        },
        Before = ml.Transforms.Conversion.MapValueToKey("Label"),
        After = ml.Transforms.Conversion.MapKeyToValue("PredictedLabel"),
        Budget = budget,
    };

    private static double Gaussian(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
