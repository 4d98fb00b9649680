namespace GBlend.MLNet.Tests;

/// <summary>Whole fits with encoders of several kinds.</summary>
[Trait("Speed", "Slow")]
public sealed class EncoderFitTests
{
    private static readonly int[] s_image = [12, 12, 1], s_audio = [16, 8], s_clip = [2, 8, 8, 1], s_text = [5];

    [Fact]
    public void Fit_image_and_audio_learns_and_loads_with_the_same_scores()
    {
        var rows = Rows(64);
        using var model = TrainingRun.Fit(rows, Settings() with { NumberOfEpochs = 8 }, new QuietHost());
        var scores = ToyRows.Score(model, rows);
        Assert.True(ToyRows.Accuracy(model, rows) > 0.8, $"{ToyRows.Accuracy(model, rows)}");
        using var loaded = Reload(model);
        Assert.Equal(scores, ToyRows.Score(loaded, rows));
        var tracked = model.Network.Tensors.Where(t => t.Name.EndsWith("num_batches_tracked")).ToArray();
        Assert.NotEmpty(tracked);
        Assert.All(tracked, t => Assert.Equal(8 * 6, t.Value.ToDoubles().Single()));
        Assert.Equal(tracked.Select(t => t.Value.ToDoubles().Single()),
            loaded.Network.Tensors.Where(t => t.Name.EndsWith("num_batches_tracked")).Select(t => t.Value.ToDoubles().Single()));
    }

    [Fact]
    public void Fit_same_seed_gives_the_same_bits()
    {
        var rows = Rows(24);
        var settings = Settings(GBlend.MLNet.Blending.Online(1)) with { NumberOfEpochs = 2 };
        using TrainedModel first = TrainingRun.Fit(rows, settings, new QuietHost()), second = TrainingRun.Fit(rows, settings, new QuietHost());
        Assert.Equal(first.Network.Tensors.SelectMany(t => t.Value.ToFloats()), second.Network.Tensors.SelectMany(t => t.Value.ToFloats()));
    }

    [Fact]
    public void Estimate_leaves_batch_statistics_alone()
    {
        using var run = new TrainingRun(Rows(24), Settings(), new QuietHost());
        using var estimator = new GradientBlendingEstimator(run.Context, run.CreateNetwork);
        float[] Bits() => [.. run.Network.Tensors.SelectMany(t => t.Value.ToFloats())];
        var before = Bits();
        var losses = run.Context.Meter.Measure(run.Network, run.Network.Shape.Branches);
        var weights = Weights(estimator.Estimate(run.Network, losses, 0, 1, new BlendingGuards()));
        Assert.Equal(before, Bits());
        Assert.Equal(weights, Weights(estimator.Estimate(run.Network, losses, 0, 1, new BlendingGuards())));
    }

    [Fact]
    public void Fit_clips_text_and_a_frozen_pretrained_encoder()
    {
        var rows = Rows(24, "clip", "text");
        var settings = Settings() with
        {
            Modalities = [
                new("Clip", s_clip, Encoders.R2Plus1D(18, 0.05), null), new("Text", s_text, Encoders.TextTransformer(40, 8, 1, 2).WithDropout(0.1f), null)],
            NumberOfEpochs = 2,
        };
        using var model = TrainingRun.Fit(rows, settings, new QuietHost());
        using var again = Reload(model);
        Assert.Equal(ToyRows.Score(model, rows), ToyRows.Score(again, rows));

        var start = model.EncoderWeights("Clip");
        using var continued = TrainingRun.Fit(
            rows, settings with { Modalities = [settings.Modalities[0] with { Start = start, IsFrozen = true }, settings.Modalities[1]] }, new QuietHost());
        var kept = continued.EncoderWeights("Clip");
        Assert.All(start, pair => Assert.Equal(pair.Value, kept[pair.Key]));
    }

    [Fact]
    public void Fit_wrong_shape_names_the_column()
    {
        var settings = Settings();
        settings = settings with { Modalities = [settings.Modalities[0] with { Shape = [144] }, settings.Modalities[1]] };
        var error = Assert.Throws<ArgumentException>(() => TrainingRun.Fit(Rows(24), settings, new QuietHost()));
        Assert.Contains("'Image'", error.Message);
        Assert.Contains("height x width x channels", error.Message);
    }

    [Fact]
    public void Modality_defaults_read_their_shapes()
    {
        foreach (var (modality, shape, width) in new (Modality, int[], int)[]
        {
            (Modality.Image("X"), [32, 32, 3], 128), (Modality.Video("X"), [4, 16, 16, 3], 128), (Modality.Audio("X"), [100, 40], 128),
                (Modality.Text("X"), [16], 64),
        })
        {
            using var random = new TorchRandomScope(1);
            using var module = modality.Encoder.Build(shape);
            Assert.Equal(width, module.FeatureWidth);
        }
        Assert.Equal(Encoders.AudioResNet(34).ToString(), Modality.Audio("X", Encoders.AudioResNet(34)).Encoder.ToString());
    }

    private static TrainingSettings Settings(Blending? blending = null) => PlainSettings.Of(
        blending ?? GBlend.MLNet.Blending.Equal(),
        new("Image", s_image, Encoders.ImageResNet(18, 0.05).WithNormalization([128], [64]), null),
            new("Audio", s_audio, Encoders.AudioResNet(18, 0.05), null)) with
    {
        BatchSize = 8,
        LearningRate = 0.02,
        Seed = 3,
    };

    private static TrainedModel Reload(TrainedModel model)
    {
        using MemoryStream settings = new(), weights = new();
        model.Save(settings, weights);
        settings.Position = weights.Position = 0;
        return TrainedModel.Load(settings, weights, TrainingDevice.Cpu, null, true);
    }

    /// <summary>Three classes: a bright band in the image and in the spectrogram, elsewhere noise.</summary>
    private static TrainingRows Rows(int rows, string first = "image", string second = "audio")
    {
        var random = new Random(1);
        long[] classes = [.. Enumerable.Range(0, rows).Select(i => (long)(i % ToyRows.Classes))];
        float[] Modality(string kind)
        {
            int size = kind switch { "image" => 144, "audio" => 128, "clip" => 128, _ => 5 };
            return [.. from row in Enumerable.Range(0, rows)
                       from i in Enumerable.Range(0, size)
                       select kind == "text" ? 1 + random.Next(10) + 10 * classes[row]
                           : random.Next(100) + (i * ToyRows.Classes / size == classes[row] ? 100f : 0)];
        }
        return new TrainingRows([Modality(first), Modality(second)], new TrainingTargets(LearningTask.Multiclass, ToyRows.Classes, classes, null),
            [.. Enumerable.Range(0, rows).Select(i => i % 4 == 0)]);
    }

    private static double[] Weights(BlendingEstimate estimate) => [.. estimate.Branches.Select(b => b.Weight)];
}
