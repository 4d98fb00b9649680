using Microsoft.ML;
using Microsoft.ML.Data;

namespace GBlend.MLNet.Benchmarks;

internal static class ScoringBenchmarks
{
    private const int Rows = 2000;

    /// <summary>Rows per second of reading Score from a transformed view over predicting the same rows one by one.</summary>
    internal static IReadOnlyList<double> BatchOverRowByRow(TrainingRows rows)
    {
        var ml = new MLContext(seed: 1);
        float[] image = rows.Floats(0), sound = rows.Floats(1);
        Row[] all = [.. Enumerable.Range(0, Rows).Select(r => new Row
        {
            Label = (uint)rows.Targets.Classes![r],
            Image = image[(r * BenchmarkRows.ImageWidth)..((r + 1) * BenchmarkRows.ImageWidth)],
            Sound = sound[(r * BenchmarkRows.SoundWidth)..((r + 1) * BenchmarkRows.SoundWidth)],
        })];
        var view = ml.Data.LoadFromEnumerable(all);
        using var model = ml.MulticlassClassification.Trainers.GradientBlending(new GradientBlendingTrainer.Options
        {
            Modalities = { Modality.Vector("Image"), Modality.Vector("Sound") },
            NumberOfEpochs = 2,
        }).Fit(view);
        using var engine = ml.Model.CreatePredictionEngine<Row, Prediction>(model);
        void Batch() => model.Transform(view).GetColumn<float[]>("Score").Count();
        void RowByRow()
        {
            foreach (var row in all)
                engine.Predict(row);
        }
        return Pairs.Ratios(RowByRow, Batch);
    }

    private sealed class Row
    {
        [KeyType(BenchmarkRows.Classes)]
        public uint Label { get; set; }

        [VectorType(BenchmarkRows.ImageWidth)]
        public float[] Image { get; set; } = [];

        [VectorType(BenchmarkRows.SoundWidth)]
        public float[] Sound { get; set; } = [];
    }

    private sealed class Prediction
    {
        public float[] Score { get; set; } = [];
    }
}
