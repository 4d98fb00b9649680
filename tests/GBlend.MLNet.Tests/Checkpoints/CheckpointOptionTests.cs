using System.Text.Json.Nodes;
using GBlend.MLNet.Tests.Components;
using Microsoft.ML;
using static GBlend.MLNet.GradientBlendingTrainer;
using Methods = GBlend.MLNet.Blending;

namespace GBlend.MLNet.Tests.Checkpoints;

/// <summary>Checkpoints as users meet them.</summary>
public sealed class CheckpointOptionTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("gblend-checkpoint").FullName;

    public static TheoryData<string> Changes => [.. s_changes.Keys];

    public static TheoryData<string> RowChanges => [.. s_rowChanges.Keys];

    private static readonly Dictionary<string, (string Named, Action<Options> Change)> s_changes = new()
    {
        ["rate"] = ("LearningRate is 0.05 there and 0.04 here", o => o.LearningRate = 0.04),
        ["epochs"] = ("NumberOfEpochs is 3 there and 4 here", o => o.NumberOfEpochs = 4),
        ["batch"] = ("BatchSize", o => o.BatchSize = 15),
        ["seed"] = ("Seed", o => o.Seed = 12),
        ["optimizer"] = ("Optimizer", o => o.Optimizer = Optimizer.Sgd(0.8f)),
        ["super-epoch"] = ("Blending.rule.SuperEpoch is 1 there and 2 here", o => o.Blending = Methods.Online(2)),
        ["guards"] = ("Blending.Guards", o => o.Blending = Methods.Online(1, guards: new BlendingGuards { WeightFloor = 0.02f })),
        ["blending"] = ("Blending", o => o.Blending = Methods.Equal()),
        ["schedule"] = ("LearningRateSchedule", o => o.LearningRateSchedule = LearningRateSchedule.Step(2, 0.5f)),
        ["encoder"] = ("Encoder", o => o.Modalities[0] = Modality.Vector("A", Encoders.Mlp(7))),
        ["dropout"] = ("Encoder", o => o.Modalities[0] = Modality.Vector("A", Encoders.Mlp(6).WithDropout(0.1f))),
        ["fusion"] = ("Fusion", o => o.Fusion = Fusion.Concat(5)),
        ["modalities"] = ("Modalities", o => o.Modalities.RemoveAt(1)),
        ["answer"] = ("Answer is Auto there and Joint here", o => o.Answer = Answer.Joint),
        ["threads"] = ("NumberOfThreads", o => o.NumberOfThreads = 1),
        ["class weights"] = ("the weights of the rows", o => o.ClassWeights = ClassWeights.Of(("red", 2), ("green", 1), ("blue", 1))),
        ["held out"] = ("which rows are held out", o => o.ValidationFraction = 0.3),
    };

    private static readonly Dictionary<string, (string Named, Action<List<Sample>> Change)> s_rowChanges = new()
    {
        ["a value"] = ("the rows of 'B'", rows => rows[17].B[1] += 1e-6f * rows[17].B[1] + 1e-6f),
        ["a label"] = ("the labels", rows => (rows[3].Label, rows[4].Label) = (rows[4].Label, rows[3].Label)),
        ["order"] = ("the rows of 'A'", rows => rows.Reverse(30, 6)),
        ["a row less"] = ("the number of rows is 60 there and 59 here", rows => rows.RemoveAt(59)),
    };

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>Nobody waits for a training whose model can't be kept.</summary>
    [Fact]
    public void An_encoder_that_nobody_could_load_is_refused_before_the_training()
    {
        var reports = new List<TrainingProgress>();
        var options = Tiny();
        options.Modalities[0] = Modality.Vector("A", new NamelessEncoder());
        options.CheckpointFolder = _folder;
        options.Progress = new Collect(reports);
        var ml = new MLContext(1);
        var error = Assert.Throws<ArgumentException>(() => ml.MulticlassClassification.Trainers.GradientBlending(options).Fit(ml.KeyedView(Samples.Rows())));
        Assert.Contains("Encoders.Register(\"nameless\"", error.Message);
        Assert.Empty(reports);
    }

    [Fact]
    public void A_training_that_is_over_gives_its_model_at_once_whatever_seed_is_drawn()
    {
        var reports = new List<TrainingProgress>();
        float[][] Fit()
        {
            // Without a seed every context draws another one.
            var ml = new MLContext();
            var view = ml.KeyedView(Samples.Rows());
            var options = Tiny();
            options.Seed = null;
            options.Progress = new Collect(reports);
            using var model = ml.MulticlassClassification.Trainers.GradientBlending(options).Fit(view);
            return [.. model.Transform(view).Values<Microsoft.ML.Data.VBuffer<float>>("Score").Select(score => score.DenseValues().ToArray())];
        }
        var first = Fit();
        int trained = reports.Count;
        Assert.True(trained > 0);
        Assert.Equal(first, Fit());
        Assert.Equal(trained, reports.Count);
        Assert.Equal(["checkpoint.json", "checkpoint.lock", "model.json", "model.safetensors"],
            Directory.GetFiles(_folder).Select(file => Path.GetFileName(file).Split('-')[^1]).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_fit_that_is_cancelled_goes_on_and_gives_the_same_model()
    {
        var ml = new MLContext(1);
        var view = ml.KeyedView(Samples.Rows());
        using var unbroken = ml.MulticlassClassification.Trainers.GradientBlending(Tiny(o => o.CheckpointFolder = null)).Fit(view);
        using var stop = new CancellationTokenSource();
        Assert.ThrowsAny<OperationCanceledException>(() => ml.MulticlassClassification.Trainers.GradientBlending(Tiny(o =>
        {
            o.CancellationToken = stop.Token;
            o.Progress = new Collect([], report =>
            {
                if (report.EpochsDone == 2)
                    stop.Cancel();
            });
        })).Fit(view));
        int epochs = 0;
        using var resumed = ml.MulticlassClassification.Trainers.GradientBlending(Tiny(o => o.Progress =
            new Collect([], report => epochs += report.LastEpoch is null ? 0 : 1))).Fit(view);
        Assert.Equal(1, epochs);
        Assert.Equal(unbroken.ToStateDict().SelectMany(t => t.Value.ToFloats()), resumed.ToStateDict().SelectMany(t => t.Value.ToFloats()));
        Assert.Equal(System.Text.Json.JsonSerializer.Serialize(unbroken.History), System.Text.Json.JsonSerializer.Serialize(resumed.History));
    }

    [Theory]
    [MemberData(nameof(Changes))]
    public void Another_option_is_refused_and_named(string change)
    {
        var ml = new MLContext(1);
        var view = ml.KeyedView(Samples.Rows());
        ml.MulticlassClassification.Trainers.GradientBlending(Tiny()).Fit(view).Dispose();
        var trainer = ml.MulticlassClassification.Trainers.GradientBlending(Tiny(s_changes[change].Change));
        string message = Assert.Throws<InvalidOperationException>(() => trainer.Fit(view)).Message;
        Assert.Contains(s_changes[change].Named, message);
        Assert.Contains(_folder, message);
    }

    [Theory]
    [MemberData(nameof(RowChanges))]
    public void Other_rows_are_refused_and_named(string change)
    {
        var ml = new MLContext(1);
        var rows = Samples.Rows();
        ml.MulticlassClassification.Trainers.GradientBlending(Tiny()).Fit(ml.KeyedView(rows)).Dispose();
        s_rowChanges[change].Change(rows);
        string message = Assert.Throws<InvalidOperationException>(() =>
            ml.MulticlassClassification.Trainers.GradientBlending(Tiny()).Fit(ml.KeyedView(rows))).Message;
        Assert.Contains(s_rowChanges[change].Named, message);
    }

    [Fact]
    public void Equal_options_made_anew_are_no_difference()
    {
        var ml = new MLContext(1);
        foreach (var blending in (Func<Blending>[])[() => Methods.OgmGe(0.3), () => Methods.By(() => new WithConstants(0.5)), () => Methods.Auto(2)])
        {
            string folder = Path.Combine(_folder, Guid.NewGuid().ToString("N"));
            void Fit() => ml.MulticlassClassification.Trainers.GradientBlending(Tiny(o => (o.Blending, o.CheckpointFolder, o.ValidationFraction) =
                (blending(), folder, null)))
                .Fit(ml.KeyedView(Samples.Rows())).Dispose();
            Fit();
            Fit();
        }
    }

    [Fact]
    public void A_constant_of_a_method_or_of_a_lambda_is_an_option()
    {
        var ml = new MLContext(1);
        var view = ml.KeyedView(Samples.Rows());
        void Fit(string folder, Blending blending) => ml.MulticlassClassification.Trainers.GradientBlending(Tiny(o => (o.Blending, o.CheckpointFolder) =
            (blending, Path.Combine(_folder, folder)))).Fit(view).Dispose();
        double constant = 0.3;
        Blending Mine() => Methods.By(() => new WithConstants(constant));
        Fit("library", Methods.OgmGe(0.3));
        Fit("mine", Mine());
        constant = 0.4;
        Assert.Contains("alpha is 0.3 there and 0.4 here", Assert.Throws<InvalidOperationException>(() => Fit("library", Methods.OgmGe(0.4))).Message);
        Assert.Contains("constant is 0.3 there and 0.4 here", Assert.Throws<InvalidOperationException>(() => Fit("mine", Mine())).Message);
    }

    [Fact]
    public void A_strategy_that_has_state_and_does_not_save_it_is_refused()
    {
        string Refused(Func<BalanceStrategy> create) => Assert.Throws<ArgumentException>(() => Fit(create)).Message;
        Assert.Contains("Forgetful has fields that may change while it trains (_epochs, Log)", Refused(() => new Forgetful()));
        Assert.Contains("only one of the two methods", Refused(() => new SavesOnly()));
        Fit(() => new WithConstants(0.2));
        Fit(() => new Counting());

        void Fit(Func<BalanceStrategy> create)
        {
            var ml = new MLContext(1);
            string folder = Path.Combine(_folder, Guid.NewGuid().ToString("N"));
            ml.MulticlassClassification.Trainers.GradientBlending(Tiny(o => (o.Blending, o.CheckpointFolder) =
                (Methods.By(create), folder))).Fit(ml.KeyedView(Samples.Rows())).Dispose();
        }
    }

    [Theory]
    [InlineData(10)]
    [InlineData(25)]
    [InlineData(41)]
    public void The_state_of_a_strategy_of_a_user_goes_on(int stopAt)
    {
        var settings = ToyRows.Settings(Methods.By(() => new Counting()));
        var unbroken = TracedRun.Run(ToyRows.Multiclass(), settings, null);
        TracedRun.Run(ToyRows.Multiclass(), settings, _folder, stopAt);
        var resumed = TracedRun.Run(ToyRows.Multiclass(), settings, _folder);
        Assert.Equal(unbroken.Steps.Skip(stopAt), resumed.Steps);
        Assert.Equal(unbroken.History, resumed.History);
        Assert.Equal(unbroken.Weights, resumed.Weights);
    }

    [Fact]
    public void Options_that_make_no_sense_are_refused()
    {
        var ml = new MLContext(1);
        var view = ml.KeyedView(Samples.Rows());
        Assert.Equal("CheckpointInterval", Assert.Throws<ArgumentOutOfRangeException>(() =>
            ml.MulticlassClassification.Trainers.GradientBlending(Tiny(o => o.CheckpointInterval = TimeSpan.FromSeconds(-1))).Fit(view)).ParamName);
        Assert.Equal("CheckpointFolder", Assert.Throws<ArgumentException>(() =>
            ml.MulticlassClassification.Trainers.GradientBlending(Tiny(o => o.CheckpointFolder = " ")).Fit(view)).ParamName);
    }

    private Options Tiny(Action<Options>? change = null) => Samples.Tiny(options =>
    {
        options.Blending = Methods.Online(1);
        options.CheckpointFolder = _folder;
        options.CheckpointInterval = TimeSpan.Zero;
        options.Seed = 7;
        options.ValidationFraction = 0.2;
        change?.Invoke(options);
    });

    private sealed class Collect(List<TrainingProgress> reports, Action<TrainingProgress>? then = null) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            reports.Add(value);
            then?.Invoke(value);
        }
    }

    private sealed class WithConstants(double constant) : BalanceStrategy
    {
        private readonly double[] _weights = [constant, 1, 1];

        public override EpochPlan OnEpoch(EpochView epoch) => new([.. _weights.Select(w => w + constant)]);
    }

    private sealed class Forgetful : BalanceStrategy
    {
        private int _epochs;

        public List<int> Log { get; } = [];

        public override EpochPlan OnEpoch(EpochView epoch)
        {
            Log.Add(_epochs++);
            return new(1, 1, 1);
        }
    }

    private sealed class SavesOnly : BalanceStrategy
    {
        public override EpochPlan OnEpoch(EpochView epoch) => new(1, 1, 1);

        public override JsonObject? SaveState() => [];
    }

    /// <summary>Its steps depend on all steps before.</summary>
    private sealed class Counting : BalanceStrategy
    {
        private int _steps;

        public override EpochPlan OnEpoch(EpochView epoch) => new(1, 1 + 0.01 * _steps, 1);

        public override StepScales? OnStep(StepView step) => new([1, 1.0 / ++_steps]);

        public override JsonObject? SaveState() => new() { ["steps"] = _steps };

        public override void LoadState(JsonObject state) => _steps = (int)state["steps"]!;
    }

    private sealed class NamelessEncoder : Encoder
    {
        public override string Kind => "nameless";

        public override JsonObject ToSettings() => [];

        public override EncoderModule Build(IReadOnlyList<int> inputShape) => Encoders.Mlp(4).Build(inputShape);
    }
}
