using Microsoft.ML;
using Microsoft.ML.Data;

namespace GBlend.MLNet.Tests.Components;

public class TrainerTests
{
    private readonly MLContext _ml = new(1);
    private readonly IDataView _view;

    public TrainerTests() => _view = _ml.KeyedView(Samples.Rows());

    private static float[][] Scores(int contextSeed, int? seed)
    {
        var ml = new MLContext(contextSeed);
        var view = ml.KeyedView(Samples.Rows());
        using var model = ml.Trainer(o => o.Seed = seed).Fit(view);
        return [.. model.Transform(view).GetColumn<float[]>("Score")];
    }

    [Fact]
    public void Fit_seed_of_the_context_repeats_the_model() => Assert.Equal(Scores(1, null), Scores(1, null));

    [Fact]
    public void Fit_seed_of_another_context_gives_another_model() => Assert.NotEqual(Scores(1, null), Scores(2, null));

    [Fact]
    public void Fit_own_seed_overrules_the_context() => Assert.Equal(Scores(1, 7), Scores(2, 7));

    [Fact]
    public void Fit_logs_under_the_name_of_the_trainer()
    {
        var log = new List<LoggingEventArgs>();
        _ml.Log += (_, e) => log.Add(e);
        var rows = Samples.Rows(30);
        rows.ForEach(r => r.IsHeldOut &= r.Label != "blue");
        _ml.Trainer(o => o.HoldOutColumnName = "IsHeldOut").Fit(_ml.KeyedView(rows)).Dispose();
        Assert.Contains(log, e => e.Source.Contains("GradientBlendingTrainer") && e.Kind == Microsoft.ML.Runtime.ChannelMessageKind.Warning
            && e.Message.Contains("'blue'"));
    }

    [Fact]
    public void Fit_reports_progress_to_the_end()
    {
        var reports = new Recorder();
        _ml.Trainer(o => o.Progress = reports).Fit(_view).Dispose();
        Assert.NotEmpty(reports.Seen);
        Assert.Equal(3, reports.Seen[^1].EpochsDone);
    }

    [Fact]
    public void Fit_stops_when_execution_is_cancelled()
    {
        var reports = new Recorder { OnReport = Cancel };
        Assert.Throws<OperationCanceledException>(() => _ml.Trainer(o => (o.Progress, o.NumberOfEpochs) = (reports, 1000)).Fit(_view));
        Assert.True(reports.Seen[^1].EpochsDone < 1000);

        void Cancel() => typeof(MLContext).GetMethod(
            "CancelExecution", System.Reflection.BindingFlags.Instance | System.Reflection.BindingFlags.NonPublic)!.Invoke(_ml, null);
    }

    [Fact]
    public void Fit_stops_when_its_token_is_cancelled()
    {
        using var source = new CancellationTokenSource();
        var reports = new Recorder { OnReport = source.Cancel };
        Assert.Throws<OperationCanceledException>(
            () => _ml.Trainer(o => (o.Progress, o.NumberOfEpochs, o.CancellationToken) = (reports, 1000, source.Token)).Fit(_view));
        Assert.True(reports.Seen[^1].EpochsDone < 1000);
    }

    [Fact]
    public void Fit_missing_gpu_is_an_error_only_without_fallback()
    {
        if (TorchSharp.torch.cuda.is_available())
            return;
        _ml.GpuDeviceId = 0;
        _ml.FallbackToCpu = true;
        _ml.Trainer().Fit(_view).Dispose();
        _ml.FallbackToCpu = false;
        var e = Assert.Throws<InvalidOperationException>(() => _ml.Trainer().Fit(_view));
        Assert.Contains("FallbackToCpu", e.Message);
    }

    [Fact]
    public void Fit_from_a_pretrained_frozen_encoder_keeps_its_weights()
    {
        using var alone = _ml.Trainer(o => o.Modalities.RemoveAt(1)).Fit(_view);
        using var both = _ml.Trainer(o => o.Modalities[0] = o.Modalities[0].WithEncoderOf(alone, freeze: true)).Fit(_view);
        var (before, after) = (alone.Model.EncoderWeights("A"), both.Model.EncoderWeights("A"));
        Assert.Equal(before.Keys, after.Keys);
        Assert.All(before, p => Assert.Equal(p.Value, after[p.Key]));
    }

    [Fact]
    public void Fit_from_a_model_without_the_modality_is_refused()
    {
        using var alone = _ml.Trainer(o => o.Modalities.RemoveAt(1)).Fit(_view);
        var e = Assert.Throws<ArgumentException>(() => _ml.Trainer(o => o.Modalities[1] = o.Modalities[1].WithEncoderOf(alone)).Fit(_view));
        Assert.Contains("'B'", e.Message);
        Assert.Contains("the modalities A only", e.Message);
    }

    [Fact]
    public void Fit_from_a_model_with_another_encoder_is_refused()
    {
        using var alone = _ml.Trainer(o => o.Modalities.RemoveAt(1)).Fit(_view);
        var e = Assert.Throws<ArgumentException>(
            () => _ml.Trainer(o => o.Modalities[0] = Modality.Vector("A", Encoders.Mlp(7)).WithEncoderOf(alone)).Fit(_view));
        Assert.Contains("MLP 6", e.Message);
        Assert.Contains("MLP 7", e.Message);
    }

    [Fact]
    public void Fit_from_a_model_with_another_shape_is_refused()
    {
        using var alone = _ml.Trainer(o => o.Modalities.RemoveAt(1)).Fit(_view);
        var wider = _ml.Transforms.Concatenate("A", "A", "B").Fit(_view).Transform(_view);
        var e = Assert.Throws<ArgumentException>(() => _ml.Trainer(o => o.Modalities[0] = o.Modalities[0].WithEncoderOf(alone)).Fit(wider));
        Assert.Contains("shape [4]", e.Message);
        Assert.Contains("has [7]", e.Message);
    }

    [Fact]
    public void Fit_of_one_modality_with_the_default_blending_works()
    {
        using var model = _ml.Trainer(o =>
        {
            o.Modalities.RemoveAt(1);
            o.Blending = Blending.Online();
        }).Fit(_view);
        Assert.Equal(["A"], model.History.Branches);
        using var withoutHeldOut = _ml.Trainer(o =>
        {
            o.Modalities.RemoveAt(1);
            (o.Blending, o.ValidationFraction) = (Blending.Online(), 0);
        }).Fit(_view);
        Assert.Equal(["A"], withoutHeldOut.ModalityColumns);
    }

    [Theory]
    [InlineData(Answer.Auto)]
    [InlineData(Answer.Joint)]
    [InlineData(Answer.MeanOfHeads)]
    public void Fit_without_held_out_rows_works_where_nothing_needs_them(Answer answer)
    {
        using var model = _ml.Trainer(o => (o.Answer, o.ValidationFraction) = (answer, 0)).Fit(_view);
        Assert.All(model.History.Epochs, e => Assert.Empty(e.HeldOutLoss));
        Assert.All(model.Transform(_view).GetColumn<float[]>("Score"), s => Assert.Equal(1, s.Sum(), 1e-5f));
    }

    [Fact]
    public void Fit_by_column_names_takes_default_encoders()
    {
        using var model = _ml.MulticlassClassification.Trainers.GradientBlending("A", "B").Fit(_view);
        Assert.Equal(["A", "B"], model.ModalityColumns);
        Assert.Equal(60, model.History.Epochs.Count);
        Assert.Equal(LearningTask.Multiclass, model.Task);
    }

    [Fact]
    public void Fit_by_column_names_takes_the_label_by_name_in_all_catalogs()
    {
        using var classes = _ml.MulticlassClassification.Trainers.GradientBlending(["A", "B"], labelColumnName: "Number").Fit(_view);
        using var labels = _ml.MulticlassClassification.Trainers.GradientBlending(["A", "B"], labelColumnName: "Tags").Fit(_view);
        using var binary = _ml.BinaryClassification.Trainers.GradientBlending(["A", "B"], labelColumnName: "IsRed").Fit(_view);
        using var regression = _ml.Regression.Trainers.GradientBlending(["A", "B"], labelColumnName: "Amount").Fit(_view);
        Assert.Equal([LearningTask.Multiclass, LearningTask.MultiLabel, LearningTask.Multiclass, LearningTask.Regression],
            new[] { classes, labels, binary, regression }.Select(m => m.Task));
        Assert.All(new[] { classes, labels, binary, regression }, m => Assert.Equal(["A", "B"], m.ModalityColumns));

        var renamed = _ml.Transforms.CopyColumns("Label", "IsRed").Fit(_view).Transform(_view);
        using var defaultLabel = _ml.BinaryClassification.Trainers.GradientBlending("A", "B").Fit(renamed);
        var amounts = _ml.Transforms.CopyColumns("Label", "Amount").Fit(_view).Transform(_view);
        using var defaultAmount = _ml.Regression.Trainers.GradientBlending("A", "B").Fit(amounts);
        Assert.Equal(OutputKind.Binary, defaultLabel.Label.Kind);
        Assert.Equal(LearningTask.Regression, defaultAmount.Task);
    }

    [Fact]
    public void Fit_by_column_names_never_makes_a_modality_the_label()
    {
        using var model = _ml.MulticlassClassification.Trainers.GradientBlending("Tags", "A").Fit(_view);
        Assert.Equal(["Tags", "A"], model.ModalityColumns);
        Assert.Equal(LearningTask.Multiclass, model.Task);
        var asLabel = Assert.Throws<ArgumentException>(() => _ml.MulticlassClassification.Trainers.GradientBlending("Label", "A").Fit(_view));
        Assert.Contains("'Label' is both LabelColumnName and a modality", asLabel.Message);
        Assert.Contains("Modalities is empty", Assert.Throws<ArgumentException>(() => _ml.Regression.Trainers.GradientBlending().Fit(_view)).Message);
    }

    [Theory]
    [InlineData("multiclass", "Label", "multiclass classification", "'Label' has one value per row (Key<UInt32, 0-2>)")]
    [InlineData("multiclass", "Number", "multiclass classification", "'Number' has one value per row (Int32)")]
    [InlineData("multiclass", "Tags", "multi-label classification", "'Tags' is a vector (Vector<Single, 3>)")]
    [InlineData("binary", "IsRed", "binary classification", "the trainer is of ml.BinaryClassification")]
    [InlineData("regression", "Amount", "regression", "the trainer is of ml.Regression")]
    public void Fit_says_the_task_and_what_made_it_so(string catalog, string label, string task, string why)
    {
        var messages = new List<string>();
        _ml.Log += (_, e) => messages.Add(e.Message);
        var options = Samples.Tiny(o => o.LabelColumnName = label);
        var trainer = catalog switch
        {
            "binary" => _ml.BinaryClassification.Trainers.GradientBlending(options),
            "regression" => _ml.Regression.Trainers.GradientBlending(options),
            _ => _ml.MulticlassClassification.Trainers.GradientBlending(options),
        };
        trainer.Fit(_view).Dispose();
        string line = Assert.Single(messages, m => m.Contains("The task is "));
        Assert.Contains($"The task is {task} from 'A', 'B'", line);
        Assert.Contains(why, line);
    }

    private sealed class Recorder : IProgress<TrainingProgress>
    {
        internal List<TrainingProgress> Seen { get; } = [];

        internal Action? OnReport { get; init; }

        public void Report(TrainingProgress value)
        {
            Seen.Add(value);
            OnReport?.Invoke();
        }
    }
}
