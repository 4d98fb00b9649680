using static TorchSharp.torch;

namespace GBlend.MLNet.Tests;

/// <summary>Fits on bytes, with views, crops and rows on disk.</summary>
[Trait("Speed", "Slow")]
public sealed class MediaRowsTests
{
    private const int Frames = 3, Side = 10, Channels = 3, Classes = 3;
    private static readonly int[] s_clip = [Frames, Side, Side, Channels], s_sound = [16, 8];
    private static readonly Augmentation[] s_pictures = [Augmentation.RandomCrop(8, 8), Augmentation.HorizontalFlip(), Augmentation.TemporalJitter(2)];

    [Fact]
    public void Fit_bytes_with_defaults_learns()
    {
        using var model = TrainingRun.Fit(Rows(72), Settings() with { NumberOfEpochs = 12 }, new QuietHost());
        double accuracy = ToyRows.Accuracy(model, Rows(72, seed: 2));
        Assert.True(accuracy > 0.85, $"{accuracy}");
    }

    [Fact]
    public void Fit_augmented_learns_and_the_same_seed_gives_the_same_bits()
    {
        var settings = Settings(s_pictures, [Augmentation.SpecAugment(1, 4, 1, 2)]) with { NumberOfEpochs = 14 };
        using TrainedModel model = TrainingRun.Fit(Rows(72), settings, new QuietHost()), same = TrainingRun.Fit(Rows(72), settings, new QuietHost());
        Assert.Equal(Bits(model), Bits(same));
        double accuracy = ToyRows.Accuracy(model, Rows(72, seed: 2));
        Assert.True(accuracy > 0.8, $"{accuracy}");
        using var other = TrainingRun.Fit(Rows(72), settings with { Seed = 9 }, new QuietHost());
        Assert.NotEqual(Bits(model), Bits(other));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Fit_rows_on_disk_gives_the_same_bits_as_in_memory(bool augmented)
    {
        var settings = (augmented ? Settings(s_pictures, [Augmentation.TemporalJitter(12)])
            : Settings()) with
        { NumberOfEpochs = 2, Blending = GBlend.MLNet.Blending.Online(1) };
        using var spilled = Spilled(Rows(48));
        Assert.All(spilled.Modalities, m => Assert.False(m.IsInMemory));
        using TrainedModel inMemory = TrainingRun.Fit(Rows(48), settings, new QuietHost()), onDisk = TrainingRun.Fit(spilled, settings, new QuietHost());
        Assert.Equal(Bits(inMemory), Bits(onDisk));
        Assert.Equal(inMemory.History.Epochs.SelectMany(e => e.HeldOutLoss), onDisk.History.Epochs.SelectMany(e => e.HeldOutLoss));
    }

    [Fact]
    public void Fit_views_that_are_all_alike_are_as_one()
    {
        using TrainedModel one = TrainingRun.Fit(Rows(48), Settings(), new QuietHost()),
            three = TrainingRun.Fit(Rows(48, views: 3), Settings(views: 3), new QuietHost());
        Assert.Equal(Bits(one), Bits(three));
        Assert.All(ToyRows.Score(one, Rows(48)).Zip(ToyRows.Score(three, Rows(48, views: 3))), pair => Assert.Equal(pair.First, pair.Second, 1e-6));
    }

    [Fact]
    public void Score_of_views_is_the_mean_of_their_scores()
    {
        using var model = TrainingRun.Fit(Rows(48, views: 3), Settings(views: 3), new QuietHost());
        TrainingRows[] parts = [.. Enumerable.Range(0, 3).Select(i => Rows(12, seed: 10 + i))];
        var mixed = new TrainingRows(
            [.. Enumerable.Range(0, 2).Select(m => Stack([.. parts.Select(p => p.Modalities[m])], 12))], parts[0].Targets, parts[0].HeldOut);
        var alone = parts.Select(p => ToyRows.Score(model, new TrainingRows([.. p.Modalities.Select(m => Stack([m, m, m], 12))], p.Targets, p.HeldOut)))
            .ToArray();
        var scores = ToyRows.Score(model, mixed);
        for (int i = 0; i < scores.Length; i++)
            Assert.Equal(alone.Average(a => a[i]), scores[i], 1e-5);
        Assert.NotEqual(alone[0], alone[1]);
    }

    [Fact]
    public void Score_crops_is_the_mean_over_left_middle_and_right()
    {
        var rows = Rows(24);
        var settings = Settings([Augmentation.RandomCrop(8, 6, scoringCrops: 3)],
            []) with
        { Modalities = [Settings([Augmentation.RandomCrop(8, 6, scoringCrops: 3)], []).Modalities[0]], Answer = Answer.Joint };
        var clips = new TrainingRows([rows.Modalities[0]], rows.Targets, rows.HeldOut);
        using var model = TrainingRun.Fit(clips, settings, new QuietHost());
        var spec = model.Modalities[0];
        var expected = new float[24 * Classes];
        byte[] buffer = [];
        for (int row = 0; row < 24; row++)
        {
            for (int crop = 0; crop < 3; crop++)
            {
                var place = spec.Layout.PlaceOf(0, crop);
                var (first, count) = spec.Layout.Stretch(place);
                var one = new byte[spec.Layout.Size];
                spec.Layout.Copy(rows.Modalities[0].Read(row, first, count, ref buffer), place, 1, [], one);
                using var scope = NewDisposeScope();
                using var grad = no_grad();
                var input = spec.Prepare(tensor(one, [1, .. spec.Shape.Select(s => (long)s)]), model.Network.Precision);
                var p = nn.functional.softmax(model.Network.Forward([input], [0])[0], 1).ToFloats();
                for (int c = 0; c < Classes; c++)
                    expected[row * Classes + c] += p[c] / 3;
            }
        }
        Assert.All(expected.Zip(ToyRows.Score(model, clips)), pair => Assert.Equal(pair.First, pair.Second, 1e-5));
    }

    [Fact]
    public void Batches_draw_per_row_and_epoch_whatever_the_batch_and_the_order()
    {
        var settings = Settings(s_pictures, []);
        using var run = new TrainingRun(Rows(48), settings, new QuietHost());
        Dictionary<int, float[]> Draw(int[] order, int batchSize, int? seed)
        {
            var drawn = new List<float[]>();
            foreach (var batch in run.Context.Store.Batches(order, batchSize, seed))
                drawn.AddRange(batch.Inputs[0].ToFloats().Chunk(2 * 8 * 8 * Channels));
            return order.Zip(drawn).ToDictionary(p => p.First, p => p.Second);
        }
        int[] order = [.. Enumerable.Range(0, 48)], backwards = [.. order.Reverse()];
        var first = Draw(order, 8, 1);
        var second = Draw(backwards, 5, 1);
        Assert.All(first, row => Assert.Equal(row.Value, second[row.Key]));
        var next = Draw(order, 8, 2);
        Assert.InRange(first.Count(row => row.Value.SequenceEqual(next[row.Key])), 0, 12);
        var still = Draw(order, 8, null);
        using var gathered = TorchSharp.torch.NewDisposeScope();
        var middle = run.Context.Store.Prepare(run.Context.Store.Gather(order)).Inputs[0].ToFloats().Chunk(2 * 8 * 8 * Channels).ToArray();
        Assert.All(still, row => Assert.Equal(middle[row.Key], row.Value));
    }

    [Fact]
    public void Fit_frozen_encoder_whose_features_are_computed_once_gives_the_same_model()
    {
        var rows = Rows(48);
        // Without batch normalization beside it, which would magnify the rounding.
        var settings = Settings() with { Modalities = [Settings().Modalities[0], new("Sound", s_sound, Encoders.Mlp(8, 6), null)] };
        using var start = TrainingRun.Fit(rows, settings with { NumberOfEpochs = 2 }, new QuietHost());
        settings = settings with
        {
            Modalities = [settings.Modalities[0] with { Start = start.EncoderWeights("Clip"), IsFrozen = true }, settings.Modalities[1]],
            Blending = GBlend.MLNet.Blending.Online(2),
            Fusion = Fusion.MidConcat(8),
        };
        var host = new QuietHost();
        using TrainedModel once = TrainingRun.Fit(rows, settings, host),
            always = TrainingRun.Fit(rows, settings with { ComputesFrozenFeaturesOnce = false }, new QuietHost());
        Assert.Contains(host.Infos, i => i.Contains("'Clip' is frozen"));
        Assert.All(Bits(once).Zip(Bits(always)), pair => Assert.Equal(pair.First, pair.Second, 1e-4));
        Assert.All(ToyRows.Score(once, rows).Zip(ToyRows.Score(always, rows)), pair => Assert.Equal(pair.First, pair.Second, 1e-4));
        using var changing = new TrainingRun(
            rows, settings with
            {
                Modalities = [ModalitySpec.Create("Clip", ModalityKind.Video, s_clip, Encoders.R3D(18, 0.05), AugmentationSettings.Of(
            [Augmentation.HorizontalFlip()])) with { IsFrozen = true, Start = start.EncoderWeights("Clip") }, settings.Modalities[1]]
            }, new QuietHost());
        changing.Advance(1);
        Assert.Empty(changing.Network.ReadsFeatures!);
    }

    [Fact]
    public void Fit_bfloat16_learns_keeps_float32_weights_and_repeats()
    {
        var settings = Settings([Augmentation.HorizontalFlip()]) with { NumberOfEpochs = 12, Precision = ScalarType.BFloat16 };
        using TrainedModel model = TrainingRun.Fit(Rows(72), settings, new QuietHost()), same = TrainingRun.Fit(Rows(72), settings, new QuietHost());
        Assert.Equal(Bits(model), Bits(same));
        double accuracy = ToyRows.Accuracy(model, Rows(72, seed: 2));
        Assert.True(accuracy > 0.8, $"{accuracy}");
        foreach (string name in new[] { "encoders.0.layer1.0.conv1.0.weight", "encoders.0.stem.1.running_mean", "joint." })
        {
            using var scope = TorchSharp.torch.NewDisposeScope();
            var value = model.Network.Tensors.First(t => t.Name.StartsWith(name)).Value.to(ScalarType.Float32);
            Assert.NotEqual(value.ToFloats(), value.to(ScalarType.BFloat16).ToFloats());
        }
    }

    [Fact]
    public void Fit_bfloat16_pretrained_statistics_and_weights_are_taken_whole()
    {
        using var start = TrainingRun.Fit(Rows(48), Settings(), new QuietHost());
        var settings = Settings() with { Precision = ScalarType.BFloat16, NumberOfEpochs = 1 };
        settings =
            settings with { Modalities = [settings.Modalities[0] with { Start = start.EncoderWeights("Clip"), IsFrozen = true }, settings.Modalities[1]] };
        using var model = TrainingRun.Fit(Rows(48), settings, new QuietHost());
        Assert.All(start.EncoderWeights("Clip"), w => Assert.Equal(w.Value, model.EncoderWeights("Clip")[w.Key]));
    }

    [Fact]
    public void Load_what_was_saved_scores_views_crops_and_bytes_alike()
    {
        var rows = Rows(48, views: 3);
        using var model = TrainingRun.Fit(rows, Settings(s_pictures, [Augmentation.SpecAugment()], views: 3), new QuietHost());
        using MemoryStream settings = new(), weights = new();
        model.Save(settings, weights);
        settings.Position = weights.Position = 0;
        using var loaded = TrainedModel.Load(settings, weights, TrainingDevice.Cpu, null, true);
        Assert.Equal(model.Modalities[0].Augmentation, loaded.Modalities[0].Augmentation);
        Assert.Equal(ToyRows.Score(model, rows), ToyRows.Score(loaded, rows));
    }

    /// <summary>Rows of clips of bytes and spectrograms of floats; the class is a bright band in both.</summary>
    internal static TrainingRows Rows(int rows, int seed = 1, int views = 1)
    {
        var random = new Random(seed);
        long[] classes = [.. Enumerable.Range(0, rows).Select(i => (long)(i % Classes))];
        int size = s_clip.Aggregate(1, (p, s) => p * s);
        byte[] clips = [.. from row in Enumerable.Range(0, rows)
                           from i in Enumerable.Range(0, size)
                           select (byte)(random.Next(100) + (i / (Side * Channels) % Side * Classes / Side == classes[row] ? 120 : 0))];
        float[] sounds = [.. from row in Enumerable.Range(0, rows)
                             from i in Enumerable.Range(0, 128)
                             select (float)(random.NextDouble() + (i % 8 * Classes / 8 == classes[row] ? 1 : 0))];
        RowColumn clip = RowColumn.Of(clips, rows), sound = RowColumn.Of(sounds, rows);
        RowColumn Viewed(RowColumn column) => views == 1 ? column : Stack([.. Enumerable.Repeat(column, views)], rows);
        return new TrainingRows([Viewed(clip), Viewed(sound)], new TrainingTargets(LearningTask.Multiclass, Classes, classes, null),
            [.. Enumerable.Range(0, rows).Select(i => i % 4 == 0)]);
    }

    internal static TrainingSettings Settings(Augmentation[]? pictures = null, Augmentation[]? sounds = null, int views = 1)
    {
        int[] clips = views == 1 ? s_clip : [views, .. s_clip], sound = views == 1 ? s_sound : [views, .. s_sound];
        return PlainSettings.Of(
            GBlend.MLNet.Blending.Equal(),
            ModalitySpec.Create("Clip", ModalityKind.Video, clips, Encoders.R3D(18, 0.05),
                AugmentationSettings.Of(pictures ?? [])) with
            { Scaling = InputScaling.ForBytes(ModalityKind.Video, Channels) },
            ModalitySpec.Create("Sound", ModalityKind.Audio, sound, Encoders.AudioResNet(18, 0.05), AugmentationSettings.Of(sounds ?? []))) with
        {
            NumberOfEpochs = 3,
            BatchSize = 8,
            LearningRate = 0.02,
            Seed = 3,
        };
    }

    /// <summary>The same rows beyond a budget of nothing.</summary>
    internal static TrainingRows Spilled(TrainingRows rows)
    {
        var memory = new RowMemory(0);
        RowColumn Copy<T>(RowColumn<T> column)
            where T : unmanaged
        {
            var writer = new RowWriter<T>(column.Width, null, memory);
            foreach (var row in column.ToArray().Chunk(column.Width))
                row.CopyTo(writer.Add());
            return writer.Finish();
        }
        return new([.. rows.Modalities.Select(m => m is RowColumn<byte> bytes ? Copy(bytes) : Copy((RowColumn<float>)m))], rows.Targets, rows.HeldOut,
            rows.Groups, memory);
    }

    /// <summary>Per row the rows of several columns one after the other, as views.</summary>
    private static RowColumn Stack(RowColumn[] columns, int rows) => columns[0] is RowColumn<byte>
        ? RowColumn.Of(Stack<byte>(columns, rows), rows)
        : RowColumn.Of(Stack<float>(columns, rows), rows);

    private static T[] Stack<T>(RowColumn[] columns, int rows)
        where T : unmanaged
    {
        T[][] values = [.. columns.Select(c => ((RowColumn<T>)c).ToArray())];
        int width = columns[0].Width;
        return [.. from row in Enumerable.Range(0, rows) from column in values from i in Enumerable.Range(0, width) select column[row * width + i]];
    }

    private static float[] Bits(TrainedModel model) => [.. model.Network.Tensors.SelectMany(t => t.Value.ToFloats())];
}
