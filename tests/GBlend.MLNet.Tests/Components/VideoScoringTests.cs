using Microsoft.ML;
using Microsoft.ML.Data;

namespace GBlend.MLNet.Tests.Components;

/// <summary>Clips of a video, through the trainer and its metrics: one row a clip, or one row a video with its clips as views.</summary>
public sealed class VideoScoringTests
{
    private const int Clips = 3, Size = 2 * 8 * 8;

    public sealed class ClipRow
    {
        public string Label { get; set; } = "";

        public string VideoName { get; set; } = "";

        [VectorType(2, 8, 8, 1)]
        public byte[] Clip { get; set; } = [];

        [VectorType(16, 8)]
        public float[] Sound { get; set; } = [];
    }

    public sealed class VideoRow
    {
        public string Label { get; set; } = "";

        [VectorType(Clips, 2, 8, 8, 1)]
        public byte[] Clip { get; set; } = [];

        [VectorType(Clips, 16, 8)]
        public float[] Sound { get; set; } = [];
    }

    public sealed class Answered
    {
        public float[] Score { get; set; } = [];
    }

    private readonly MLContext _ml = new(1);

    [Trait("Speed", "Slow")]
    [Fact]
    public void Score_of_a_video_is_the_mean_over_its_clips_and_hit_at_k_follows()
    {
        var clips = ClipRows(72);
        VideoRow[] videos = [.. clips.Chunk(Clips).Select(
            v => new VideoRow { Label = v[0].Label, Clip = [.. v.SelectMany(c => c.Clip)], Sound = [.. v.SelectMany(c => c.Sound)] })];
        IDataView clipView = _ml.Data.LoadFromEnumerable(clips), videoView = _ml.Data.LoadFromEnumerable(videos);
        var model = Pipeline().Fit(videoView);
        using var file = new MemoryStream();
        _ml.Model.Save(model, videoView.Schema, file);
        file.Position = 0;
        var loaded = new MLContext(9).Model.Load(file, out _);
        var scored = loaded.Transform(videoView);
        float[][] perVideo = ScoredRows.Scores(scored);
        Assert.Equal(ScoredRows.Scores(model.Transform(videoView)), perVideo);
        using var engine = _ml.Model.CreatePredictionEngine<VideoRow, Answered>(loaded);
        Assert.Equal(perVideo[5], engine.Predict(videos[5]).Score);

        // Every clip as a video of its own three times over, so that the same network scores it alone.
        var alone = _ml.Data.LoadFromEnumerable(
            clips.Select(c => new VideoRow { Label = c.Label, Clip = [.. c.Clip, .. c.Clip, .. c.Clip], Sound = [.. c.Sound, .. c.Sound, .. c.Sound] }));
        float[][] perClip = ScoredRows.Scores(loaded.Transform(alone));
        var groups = new ScoreGroups(ScoredRows.Groups(clipView, "VideoName"));
        Assert.All(groups.Average(perClip).SelectMany(s => s).Zip(perVideo.SelectMany(s => s)), pair => Assert.Equal(pair.First, pair.Second, 1e-5));
        int[] clipClasses = ScoredRows.Classes(loaded.Transform(alone)), videoClasses = ScoredRows.Classes(scored);
        Assert.Equal(videoClasses, groups.Labels(clipClasses));
        foreach (int k in new[] { 1, 2 })
        {
            Assert.Equal(ClassMetrics.TopKAccuracy(groups.Average(perClip), videoClasses, k), ClassMetrics.TopKAccuracy(perVideo, videoClasses, k));
            Assert.InRange(ClassMetrics.TopKAccuracy(perClip, clipClasses, k), 0.6, 1);
        }
    }

    [Trait("Speed", "Slow")]
    [Fact]
    public void Fit_one_row_a_clip_scores_clips_and_groups_give_videos()
    {
        var view = _ml.Data.LoadFromEnumerable(ClipRows(72));
        var scored = Pipeline().Fit(view).Transform(view);
        float[][] clips = ScoredRows.Scores(scored);
        var groups = new ScoreGroups(ScoredRows.Groups(view, "VideoName"));
        int[] classes = ScoredRows.Classes(scored);
        Assert.Equal((72, 24), (clips.Length, groups.Names.Count));
        Assert.InRange(ClassMetrics.TopKAccuracy(clips, classes, 1), 0.6, 1);
        Assert.InRange(ClassMetrics.TopKAccuracy(groups.Average(clips), groups.Labels(classes), 1), 0.6, 1);
    }

    [Fact]
    public void Fit_rows_beyond_the_budget_gives_the_same_scores()
    {
        var rows = _ml.Data.LoadFromEnumerable(ClipRows(3000));
        var host = new List<string>();
        _ml.Log += (_, e) => host.Add(e.Message);
        float[][] Scores(int? budget) => ScoredRows.Scores(Pipeline(o =>
        {
            (o.MemoryBudgetInMegabytes, o.NumberOfEpochs, o.Seed) = (budget, 1, 4);
            o.Modalities.Clear();
            o.Modalities.Add(Modality.Video("Clip", Encoders.Mlp(8)).WithAugmentation(Augmentation.RandomCrop(6, 7)));
            o.Modalities.Add(Modality.Audio("Sound", Encoders.Mlp(8)));
        }).Fit(rows).Transform(_ml.Data.TakeRows(rows, 30)));
        Assert.Equal(Scores(null), Scores(1));
        Assert.Contains(host, m => m.Contains("MemoryBudgetInMegabytes"));
    }

    [Fact]
    public void Fit_bfloat16_of_clips_on_the_cpu_warns_and_computes_in_float32()
    {
        var rows = _ml.Data.LoadFromEnumerable(ClipRows(24));
        var messages = new List<string>();
        _ml.Log += (_, e) => messages.Add(e.Message);
        float[][] Scores(bool isShort) =>
            ScoredRows.Scores(Pipeline(o => (o.UseBFloat16, o.NumberOfEpochs, o.Seed) = (isShort, 1, 4)).Fit(rows).Transform(rows));
        float[][] exact = Scores(false);
        Assert.DoesNotContain(messages, m => m.Contains("UseBFloat16"));
        Assert.Equal(exact, Scores(true));
        Assert.Contains(messages, m => m.Contains("UseBFloat16") && m.Contains("'Clip'"));
    }

    [Fact]
    public void Fit_different_numbers_of_views_is_refused()
    {
        var schema = SchemaDefinition.Create(typeof(VideoRow));
        schema["Sound"].ColumnType = new VectorDataViewType(NumberDataViewType.Single, 2, 16, 8);
        var view = _ml.Data.LoadFromEnumerable(
            Enumerable.Range(0, 12).Select(i => new VideoRow { Label = "c" + i % 2, Clip = new byte[Clips * Size], Sound = new float[256] }), schema);
        var error = Assert.Throws<ArgumentException>(() => Pipeline().Fit(view));
        Assert.Contains("'Clip' has 3 views", error.Message);
        Assert.Contains("'Sound' 2", error.Message);
    }

    [Fact]
    public void Fit_pretrained_on_rows_normalized_otherwise_is_refused()
    {
        var bytes = _ml.Data.LoadFromEnumerable(ClipRows(12));
        GradientBlendingTrainer Trainer(Modality modality) => _ml.Trainer(o =>
        {
            o.Modalities.Clear();
            o.Modalities.Add(modality);
            o.NumberOfEpochs = 1;
        });
        var keyed = _ml.Transforms.Conversion.MapValueToKey("Label").Fit(bytes).Transform(bytes);
        using var model = Trainer(Modality.Video("Clip", Encoders.Mlp(4))).Fit(keyed);
        Trainer(Modality.Video("Clip", Encoders.Mlp(4)).WithEncoderOf(model, freeze: true)).Fit(keyed).Dispose();
        var floats = _ml.Transforms.Conversion.ConvertType("Clip", outputKind: DataKind.Single).Fit(keyed).Transform(keyed);
        var error = Assert.Throws<ArgumentException>(() => Trainer(Modality.Video("Clip", Encoders.Mlp(4)).WithEncoderOf(model)).Fit(floats));
        Assert.Contains("normalizes its rows by the mean [127.5]", error.Message);
    }

    [Fact]
    public void Fit_empty_clip_names_the_column()
    {
        var rows = ClipRows(12);
        rows[7].Clip = [];
        var error = Assert.Throws<InvalidOperationException>(() => Pipeline().Fit(_ml.Data.LoadFromEnumerable(rows)));
        Assert.Contains("'Clip' is declared as a vector of 128, but a row has 0 items", error.Message);
    }

    private IEstimator<ITransformer> Pipeline(Action<GradientBlendingTrainer.Options>? change = null)
    {
        var options = new GradientBlendingTrainer.Options
        {
            Modalities =
            {
                Modality.Video("Clip", Encoders.R3D(18, 0.05)).WithAugmentation(Augmentation.RandomShift(1)),
                Modality.Audio("Sound", Encoders.AudioResNet(18, 0.05)).WithAugmentation(Augmentation.SpecAugment(1, 2, 1, 1)),
            },
            Blending = Blending.Equal(),
            Fusion = Fusion.Concat(8),
            NumberOfEpochs = 25,
            BatchSize = 8,
            LearningRate = 0.02f,
            Device = TrainingDevice.Cpu,
        };
        change?.Invoke(options);
        return _ml.Transforms.Conversion.MapValueToKey("Label").Append(_ml.MulticlassClassification.Trainers.GradientBlending(options));
    }

    private static List<ClipRow> ClipRows(int count)
    {
        var random = new Random(1);
        return [.. Enumerable.Range(0, count).Select(i =>
        {
            int video = i / Clips, label = video % 3;
            return new ClipRow
            {
                Label = "c" + label,
                VideoName = "v" + video,
                Clip = [.. Enumerable.Range(0, Size).Select(p => (byte)(random.Next(120) + (p / 8 % 8 / 3 == label ? 100 : 0)))],
                Sound = [.. Enumerable.Range(0, 128).Select(p => (float)(random.NextDouble() + (p % 8 / 3 == label ? 0.7 : 0)))],
            };
        })];
    }
}
