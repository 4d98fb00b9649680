using Microsoft.ML;
using Microsoft.ML.Data;

namespace GBlend.MLNet.Tests.Components;

/// <summary>Columns whose types carry dimensions, through the trainer, a saved file and scoring row by row.</summary>
public sealed class MediaColumnTests
{
    public sealed class Clip
    {
        public string Label { get; set; } = "";

        [VectorType(8, 8, 3)]
        public byte[] Image { get; set; } = [];

        [VectorType(16, 8)]
        public float[] LogMel { get; set; } = [];

        [VectorType(4)]
        public int[] Tokens { get; set; } = [];

        [VectorType(192)]
        public float[] Flat { get; set; } = [];
    }

    public sealed class Answered
    {
        public float[] Score { get; set; } = [];
    }

    private readonly MLContext _ml = new(1);

    [Fact]
    public void Fit_bytes_floats_and_token_ids_in_one_network()
    {
        var rows = Rows(24);
        var view = _ml.Data.LoadFromEnumerable(rows);
        var pipeline = _ml.Transforms.Conversion.MapValueToKey("Label").Append(
            _ml.MulticlassClassification.Trainers.GradientBlending(new GradientBlendingTrainer.Options
            {
                Modalities =
            {
                Modality.Image("Image", Encoders.ImageResNet(18, 0.05).WithNormalization([124, 116, 104], [58, 57, 57])),
                Modality.Audio("LogMel", Encoders.AudioResNet(18, 0.05)),
                Modality.Text("Tokens", Encoders.TextCnn(30, 4)),
            },
                Blending = Blending.Equal(),
                Fusion = Fusion.Concat(8),
                NumberOfEpochs = 1,
                BatchSize = 8,
                Device = TrainingDevice.Cpu,
            }));
        var model = pipeline.Fit(view);
        var scores = model.Transform(view).GetColumn<float[]>("Score").ToArray();
        using var file = new MemoryStream();
        _ml.Model.Save(model, view.Schema, file);
        file.Position = 0;
        var loaded = new MLContext(9).Model.Load(file, out _);
        Assert.Equal(scores, loaded.Transform(view).GetColumn<float[]>("Score"));
        using var engine = _ml.Model.CreatePredictionEngine<Clip, Answered>(loaded);
        Assert.Equal(scores[5], engine.Predict(rows[5]).Score);
    }

    [Fact]
    public void Fit_column_without_dimensions_is_refused()
    {
        var view = _ml.Data.LoadFromEnumerable(Rows(12));
        var trainer = _ml.Trainer(o => { o.Modalities.Clear(); o.Modalities.Add(Modality.Image("Flat")); });
        var error = Assert.ThrowsAny<ArgumentException>(() => _ml.Transforms.Conversion.MapValueToKey("Label").Append(trainer).Fit(view));
        Assert.Contains("'Flat'", error.Message);
        Assert.Contains("[height x width x channels]", error.Message);
        Assert.Contains("[192]", error.Message);
    }

    private static List<Clip> Rows(int count)
    {
        var random = new Random(1);
        return [.. Enumerable.Range(0, count).Select(i => new Clip
        {
            Label = "c" + i % 2,
            Image = [.. Enumerable.Range(0, 192).Select(_ => (byte)random.Next(256))],
            LogMel = [.. Enumerable.Range(0, 128).Select(_ => (float)random.NextDouble() + i % 2)],
            Tokens = [1 + random.Next(20), 21 + i % 2, 0, 0],
            Flat = new float[192],
        })];
    }
}
