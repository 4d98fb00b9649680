using System.Text.Json.Nodes;
using Microsoft.ML;
using Microsoft.ML.Data;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace GBlend.MLNet.Tests;

/// <summary>The programs of docs/encoders.md.</summary>
public sealed class EncoderPageTests
{
    [Fact]
    public void The_encoder_of_the_page_trains_is_saved_and_loaded()
    {
        var ml = new MLContext(seed: 1);
        var random = new Random(1);
        var rows = ml.Data.LoadFromEnumerable<Row>([.. Enumerable.Range(0, 120).Select(i => new Row
        {
            Label = i % 2 == 0,
            Window = [.. Enumerable.Range(0, 24 * 3).Select(k => (float)(Math.Sin(k / 3 * (i % 2 == 0 ? 0.4 : 1.2)) + 0.3 * random.NextDouble()))],
            Other = [(float)random.NextDouble(), (float)random.NextDouble()],
        })]);
        var options = new GradientBlendingTrainer.Options { Modalities = { Modality.Vector("Other") }, Blending = Blending.Equal(), NumberOfEpochs = 30 };
        Encoders.Register("sample.window", settings => new WindowEncoder((int)settings["width"]!));
        options.Modalities.Add(Modality.Vector("Window", new WindowEncoder()));
        var model = ml.BinaryClassification.Trainers.GradientBlending(options).Fit(rows);
        Assert.InRange(ml.BinaryClassification.EvaluateNonCalibrated(model.Transform(rows)).Accuracy, 0.9, 1);
        using var stream = new MemoryStream();
        ml.Model.Save(model, rows.Schema, stream);
        var loaded = ml.Model.Load(stream, out _);
        static float[] Scores(IDataView view) => [.. view.GetColumn<float>("Score")];
        Assert.Equal(Scores(model.Transform(rows)), Scores(loaded.Transform(rows)));
    }

    private sealed class Row
    {
        public bool Label { get; set; }

        [VectorType(24, 3)]
        public float[] Window { get; set; } = [];

        [VectorType(2)]
        public float[] Other { get; set; } = [];
    }

    internal sealed class WindowEncoder(int width = 32) : Encoder
    {
        public override string Kind => "sample.window";             // its name in model files

        public override JsonObject ToSettings() => new() { ["width"] = width };

        public override EncoderModule Build(IReadOnlyList<int> inputShape) => new Network(inputShape[^1], width);

        private sealed class Network : EncoderModule
        {
            private readonly Module<Tensor, Tensor> _layers;

            internal Network(int channels, int width) : base("window", featureWidth: width, middleWidth: width)
            {
                _layers = Sequential(Conv1d(channels, width, 5, padding: 2L), ReLU(), Conv1d(width, width, 5, padding: 2L), ReLU());
                RegisterComponents();
            }

            public override (Tensor Middle, Tensor Feature) Encode(Tensor input)
            {
                var features = _layers.call(input.transpose(1, 2)).mean([2]);       // [rows, steps, channels] to [rows, width]
                return (features, features.alias());
            }
        }
    }
}
