using GBlend.MLNet;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Serving;

/// <summary>A small model of made rows, for those who have none at hand.</summary>
internal static class DemoModel
{
    private const int Words = 4, Rows = 400;

    /// <summary>Trains and saves it.</summary>
    /// <returns>The file.</returns>
    public static string Train(CancellationToken cancellation)
    {
        var ml = new MLContext(seed: 1);
        var random = new Random(1);
        var rows = ml.Data.LoadFromEnumerable<Clip>([.. Enumerable.Range(0, Rows).Select(i => new Clip
        {
            Label = $"word {i % Words + 1}",
            Face = [.. Enumerable.Range(0, 8).Select(k => (float)(random.NextDouble() + (k == i % Words ? 0.7 : 0)))],
            Voice = [.. Enumerable.Range(0, 12).Select(k => (float)(random.NextDouble() + (k % Words == i % Words ? 0.3 : 0)))],
        })]);
        var model = ml.Transforms.Conversion.MapValueToKey("Label")
            .Append(ml.MulticlassClassification.Trainers.GradientBlending(new GradientBlendingTrainer.Options
            {
                Modalities = { Modality.Vector("Face"), Modality.Vector("Voice") },
                MissingValues = MissingValues.LeaveOutModality,
                NumberOfEpochs = 20,
                CancellationToken = cancellation,
            }))
            .Append(ml.Transforms.Conversion.MapKeyToValue("PredictedLabel")).Fit(rows);
        string path = Path.GetFullPath("serving-demo.gblend.zip");
        ModelFile.Save(ml, model, rows.Schema, path);
        return path;
    }

    private sealed class Clip
    {
        public string Label { get; set; } = "";

        [VectorType(8)]
        public float[] Face { get; set; } = [];

        [VectorType(12)]
        public float[] Voice { get; set; } = [];
    }
}
