using System.Text;
using System.Text.Json.Nodes;

namespace GBlend.MLNet.Tests;

public sealed class ModelFileTests
{
    [Theory]
    [InlineData("online", "Concat", LearningTask.Multiclass)]
    [InlineData("none", "MidConcat", LearningTask.Multiclass)]
    [InlineData("separate", "Concat", LearningTask.Multiclass)]
    [InlineData("equal", "SqueezeExcitationGate", LearningTask.MultiLabel)]
    [InlineData("fixed", "NonLocalGate", LearningTask.Regression)]
    [InlineData("auto", "Concat", LearningTask.Multiclass)]
    [InlineData("auto", "Concat", LearningTask.MultiLabel)]
    [InlineData("auto", "MidConcat", LearningTask.Regression)]
    public void Load_what_was_saved_gives_the_same_bits(string blending, string fusion, LearningTask task)
    {
        var rows = Rows(task);
        using var model = Fit(blending, fusion, task);
        var (settings, weights) = Save(model);
        using var loaded = Load(settings, weights);
        Assert.Equal(ToyRows.Score(model, rows), ToyRows.Score(loaded, rows));
        Assert.Equal(model.History.Answer, loaded.History.Answer);
        Assert.Equal(model.History.Epochs.Select(e => e.HeldOutLoss), loaded.History.Epochs.Select(e => e.HeldOutLoss));
        Assert.Equal(
            model.History.Estimates.Select(e => e.Branches.Select(b => b.Weight)), loaded.History.Estimates.Select(e => e.Branches.Select(b => b.Weight)));
        var (again, weightsAgain) = Save(loaded);
        Assert.Equal(weights, weightsAgain);
        Assert.Equal(Encoding.UTF8.GetString(settings), Encoding.UTF8.GetString(again));
    }

    [Fact]
    public void Load_fill_values_come_back()
    {
        var settings = ToyRows.Settings();
        float[] fill = [.. Enumerable.Range(0, ToyRows.FaintWidth).Select(i => i * 0.5f)];
        settings = settings with { Modalities = [settings.Modalities[0], settings.Modalities[1] with { Fill = fill }] };
        using var model = TrainingRun.Fit(ToyRows.Multiclass(), settings, new QuietHost());
        var (json, weights) = Save(model);
        using var loaded = Load(json, weights);
        Assert.Null(loaded.Modalities[0].Fill);
        Assert.Equal(fill, loaded.Modalities[1].Fill);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void Save_of_what_could_not_be_loaded_writes_nothing(float value)
    {
        using var model = Fit("none", "Concat", LearningTask.Multiclass);
        using (TorchSharp.torch.no_grad())
            model.Network.Parameters.Values.narrow(0, 3, 1).fill_(value);
        using MemoryStream settings = new(), weights = new();
        Assert.Contains("not finite", Assert.Throws<InvalidOperationException>(() => model.Save(settings, weights)).Message);
        Assert.Equal((0, 0), (settings.Length, weights.Length));
    }

    [Fact]
    public void Load_truncated_or_altered_is_refused()
    {
        using var model = Fit("none", "Concat", LearningTask.Multiclass);
        var (settings, weights) = Save(model);
        var random = new Random(1);
        for (int i = 0; i < 60; i++)
        {
            Assert.Throws<InvalidDataException>(() => Load(settings, weights[..random.Next(weights.Length)]));
            Assert.Throws<InvalidDataException>(() => Load(settings[..random.Next(settings.Length)], weights));
            var altered = (byte[])weights.Clone();
            altered[random.Next(altered.Length)] ^= (byte)(1 << random.Next(8));
            Assert.Throws<InvalidDataException>(() => Load(settings, altered));
        }
        Assert.Throws<InvalidDataException>(() => Load(settings, [.. weights, 0]));
    }

    [Fact]
    public void Load_settings_with_any_byte_altered_loads_or_is_refused()
    {
        using var model = Fit("none", "Concat", LearningTask.Multiclass);
        var (settings, weights) = Save(model);
        var random = new Random(2);
        for (int i = 0; i < 300; i++)
        {
            var altered = (byte[])settings.Clone();
            altered[random.Next(altered.Length)] = (byte)random.Next(256);
            try
            {
                Load(altered, weights).Dispose();
            }
            catch (InvalidDataException)
            {
            }
        }
    }

    [Fact]
    public void Load_newer_version_says_both_versions()
    {
        using var model = Fit("none", "Concat", LearningTask.Multiclass);
        var (settings, weights) = Save(model);
        var content = JsonNode.Parse(settings)!.AsObject();
        content["version"] = 99;
        var error = Assert.Throws<InvalidDataException>(() => Load(Encoding.UTF8.GetBytes(content.ToJsonString()), weights));
        Assert.Contains("99", error.Message);
        Assert.Contains("Update GBlend.MLNet", error.Message);
    }

    [Fact]
    public void Load_version_1_scores_as_before()
    {
        using var model = Fit("none", "Concat", LearningTask.Multiclass);
        var (settings, weights) = Save(model);
        var content = JsonNode.Parse(settings)!.AsObject();
        content["version"] = 1;
        foreach (var modality in content["modalities"]!.AsArray())
        {
            foreach (string later in new[] { "kind", "stored", "augmentation", "scaling" })
                Assert.True(modality!.AsObject().Remove(later));
        }
        using var loaded = Load(Encoding.UTF8.GetBytes(content.ToJsonString()), weights);
        Assert.Equal(ToyRows.Score(model, Rows(LearningTask.Multiclass)), ToyRows.Score(loaded, Rows(LearningTask.Multiclass)));
    }

    [Fact]
    public void Load_media_settings_with_any_byte_altered_loads_or_is_refused()
    {
        var spec = ModalitySpec.Create("Clip", ModalityKind.Video, [3, 2, 4, 4, 1], Encoders.Mlp(3),
            AugmentationSettings.Of([Augmentation.RandomCrop(3, 3), Augmentation.HorizontalFlip()]));
        var rows = new TrainingRows([RowColumn.Of(new byte[12 * 96], 12)],
            new(LearningTask.Multiclass, 2, [.. Enumerable.Range(0, 12).Select(i => i % 2L)], null), [.. Enumerable.Range(0, 12).Select(i => i % 4 == 0)]);
        using var model = TrainingRun.Fit(
            rows, ToyRows.Settings(GBlend.MLNet.Blending.None()) with { Modalities = [spec], NumberOfEpochs = 1 }, new QuietHost());
        var (settings, weights) = Save(model);
        int from = Encoding.UTF8.GetString(settings).IndexOf("\"modalities\""), to = Encoding.UTF8.GetString(settings).IndexOf("\"fusion\"");
        Assert.InRange(from, 0, to);
        var random = new Random(3);
        for (int i = 0; i < 500; i++)
        {
            var altered = (byte[])settings.Clone();
            altered[random.Next(from, to)] = (byte)"0123456789-,. "[random.Next(14)];
            try
            {
                using var loaded = Load(altered, weights);
                ToyRows.Score(loaded, rows);
            }
            catch (Exception e) when (e is InvalidDataException)
            {
            }
            catch (ArgumentException)
            {
                // It loads, but for rows of another size.
            }
        }
    }

    [Fact]
    public void Load_answers_of_rows_that_lack_modalities_come_back_and_older_readers_are_told()
    {
        var settings = ToyRows.Settings(GBlend.MLNet.Blending.Auto()) with { LeavesOutMissing = true };
        using var model = TrainingRun.Fit(ToyRows.Regression(), settings, new QuietHost());
        var (json, weights) = Save(model);
        Assert.Equal(3, (int)JsonNode.Parse(json)!["version"]!);
        using var loaded = Load(json, weights);
        Assert.NotEqual(0, model.Answer.Intercept);
        Assert.Equal(model.Answer.Intercept, loaded.Answer.Intercept);
        Assert.Equal([1, 2], loaded.Answer.Partial.Keys.Order());
        foreach (var (has, rule) in model.Answer.Partial)
        {
            Assert.Equal(rule.Weights, loaded.Answer.Partial[has].Weights);
            Assert.Equal(rule.Intercept, loaded.Answer.Partial[has].Intercept);
        }
        using var plain = Fit("equal", "Concat", LearningTask.Multiclass);
        Assert.Equal(2, (int)JsonNode.Parse(Save(plain).Settings)!["version"]!);
    }

    [Fact]
    public void Load_answers_of_older_files_score_as_before()
    {
        using var model = Fit("equal", "Concat", LearningTask.Multiclass);
        var (settings, weights) = Save(model);
        var content = JsonNode.Parse(settings)!.AsObject();
        foreach (string later in new[] { "answerIntercept", "partialAnswers", "learned" })
            Assert.True(content.Remove(later));
        using var loaded = Load(Encoding.UTF8.GetBytes(content.ToJsonString()), weights);
        Assert.Equal(ToyRows.Score(model, Rows(LearningTask.Multiclass)), ToyRows.Score(loaded, Rows(LearningTask.Multiclass)));
    }

    [Fact]
    public void Load_unknown_encoder_says_how_to_register_it()
    {
        using var model = Fit("none", "Concat", LearningTask.Multiclass);
        var (settings, weights) = Save(model);
        string text = Encoding.UTF8.GetString(settings).Replace("\"mlp\"", "\"mine\"");
        var error = Assert.Throws<InvalidDataException>(() => Load(Encoding.UTF8.GetBytes(text), weights));
        Assert.Contains("Encoders.Register", error.Message);
    }

    private static TrainingRows Rows(LearningTask task) => task switch
    {
        LearningTask.MultiLabel => ToyRows.MultiLabel(),
        LearningTask.Regression => ToyRows.Regression(),
        _ => ToyRows.Multiclass(),
    };

    private static TrainedModel Fit(string blending, string fusion, LearningTask task) => TrainingRun.Fit(
        Rows(task), ToyRows.Settings(TrainingRunTests.Blend(blending)) with { Fusion = TrainingRunTests.Fuse(fusion), NumberOfEpochs = 2 }, new QuietHost());

    private static (byte[] Settings, byte[] Weights) Save(TrainedModel model)
    {
        using MemoryStream settings = new(), weights = new();
        model.Save(settings, weights);
        return (settings.ToArray(), weights.ToArray());
    }

    private static TrainedModel Load(byte[] settings, byte[] weights) =>
        TrainedModel.Load(new MemoryStream(settings), new MemoryStream(weights), TrainingDevice.Cpu, null, true);
}
