using Microsoft.ML;
using Microsoft.ML.Data;

namespace GBlend.MLNet.Tests.Components;

public sealed class AbsentModalityTests
{
    private readonly MLContext _ml = new(1);

    [Theory]
    [InlineData(Answer.Auto)]
    [InlineData(Answer.MeanOfHeads)]
    [InlineData(Answer.Joint)]
    public void Score_of_a_row_without_a_modality_is_that_of_the_other_head(Answer answer)
    {
        using var model = Fit(o => (o.Answer, o.OutputBranchScores) = (answer, true));
        var rows = Samples.Rows(12, seed: 5);
        var complete = model.Transform(_ml.KeyedView(rows)).Values<VBuffer<float>>("Score");
        for (int i = 0; i < rows.Count; i += 2)
            rows[i].A = i % 4 == 0 ? [] : [float.NaN, float.NaN, float.NaN, float.NaN];
        var scored = model.Transform(_ml.KeyedView(rows));
        float[][] scores = Dense(scored, "Score"), alone = Dense(scored, "Score.B"), joint = Dense(scored, "Score.Joint"), absent = Dense(scored, "Score.A");
        for (int i = 0; i < rows.Count; i++)
        {
            Assert.Equal(1, scores[i].Sum(), 1e-5);
            if (i % 2 == 1)
            {
                Assert.Equal(complete[i].DenseValues().ToArray(), scores[i]);
                continue;
            }
            Assert.Equal(Array.IndexOf(alone[i], alone[i].Max()), Array.IndexOf(scores[i], scores[i].Max()));
            Assert.All(joint[i].Concat(absent[i]), value => Assert.True(float.IsNaN(value)));
            if (answer != Answer.Auto)
                Assert.Equal(alone[i], scores[i]);
        }
    }

    [Fact]
    public void Score_survives_saving()
    {
        using var model = Fit();
        var rows = Samples.Rows(6, seed: 5);
        rows[2].B = [];
        using var file = new MemoryStream();
        _ml.Model.Save(model, _ml.KeyedView(rows).Schema, file);
        file.Position = 0;
        var loaded = _ml.Model.Load(file, out _);
        Assert.Equal(Dense(model.Transform(_ml.KeyedView(rows)), "Score"), Dense(loaded.Transform(_ml.KeyedView(rows)), "Score"));
        (loaded as IDisposable)?.Dispose();
    }

    [Fact]
    public void Score_of_a_row_without_any_modality_is_refused()
    {
        using var model = Fit();
        var rows = Samples.Rows(3);
        (rows[1].A, rows[1].B) = ([], [float.NaN, float.NaN, float.NaN]);
        var e = Assert.Throws<InvalidOperationException>(() => Dense(model.Transform(_ml.KeyedView(rows)), "Score"));
        Assert.Contains("row 1 ", e.Message);
        Assert.Contains("'A', 'B'", e.Message);
    }

    [Fact]
    public void Score_of_some_missing_slots_is_refused_still()
    {
        using var model = Fit();
        var rows = Samples.Rows(3);
        rows[2].A[1] = float.NaN;
        var e = Assert.Throws<InvalidOperationException>(() => Dense(model.Transform(_ml.KeyedView(rows)), "Score"));
        Assert.Contains("row 2, slot 1", e.Message);
        Assert.Contains("only as a whole", e.Message);
    }

    /// <summary>Single slots are imputed, and modalities that are missing as a whole are left out.</summary>
    [Fact]
    public void Score_of_some_missing_slots_is_imputed_where_both_are_asked_for()
    {
        var training = Samples.Rows(120);
        training[3].A[1] = float.NaN;
        using var model = _ml.Trainer(o => (o.MissingValues, o.NumberOfEpochs, o.ValidationFraction, o.Blending) = (
            MissingValues.ImputeMean | MissingValues.LeaveOutModality, 15, 0.3f, Blending.Auto())).Fit(_ml.KeyedView(training));
        var rows = Samples.Rows(4);
        rows[1].A[2] = float.NaN;
        rows[2].A = [];
        rows[3].B = [float.NaN, float.NaN, float.NaN];
        var scores = Dense(model.Transform(_ml.KeyedView(rows)), "Score");
        rows[1].A[2] = model.Model.Modalities[0].Fill![2];
        var filled = Dense(model.Transform(_ml.KeyedView(rows)), "Score");
        Assert.Equal(filled, scores);
        using var file = new MemoryStream();
        _ml.Model.Save(model, _ml.KeyedView(rows).Schema, file);
        file.Position = 0;
        rows[1].A[2] = float.NaN;
        var loaded = _ml.Model.Load(file, out _);
        Assert.Equal(scores, Dense(loaded.Transform(_ml.KeyedView(rows)), "Score"));
        (loaded as IDisposable)?.Dispose();
        foreach (var present in new[] { rows[2], rows[3] })
            (present.A, present.B) = (present.A.Length == 0 ? new float[4] : present.A, [0, 0, 0]);
        Assert.NotEqual(scores[2], Dense(model.Transform(_ml.KeyedView(rows)), "Score")[2]);
    }

    [Fact]
    public void Score_of_an_empty_vector_is_refused_by_default()
    {
        using var model = Fit(o => o.MissingValues = MissingValues.Refuse);
        var rows = Samples.Rows(3);
        rows[2].A = [];
        Assert.Contains(
            "0 items (row 2, counted from 0)", Assert.Throws<InvalidOperationException>(() => Dense(model.Transform(_ml.KeyedView(rows)), "Score")).Message);
    }

    [Fact]
    public void Fit_without_heads_is_refused()
    {
        var e = Assert.Throws<ArgumentException>(() => Fit(o => o.Blending = Blending.None()));
        Assert.Contains("needs a head of each modality", e.Message);
    }

    [Theory]
    [InlineData(0f, .5f, .5f, "'A'")]
    [InlineData(.5f, 0f, .5f, "'B'")]
    [InlineData(0f, 0f, 1f, "'A', 'B'")]
    [InlineData(1f, 1e-9f, 1f, "'B'")]
    public void Fit_with_weights_that_never_reach_a_head_is_refused_before_it_trains(float a, float b, float joint, string named)
    {
        bool hasTrained = false;
        var e = Assert.Throws<ArgumentException>(() => Fit(o =>
        {
            o.Blending = Blending.Fixed(a, b, joint);
            o.Progress = new Watching(_ => hasTrained = true);
        }));
        Assert.Contains(named, e.Message);
        Assert.Contains("Blending.Auto()", e.Message);
        Assert.False(hasTrained);
    }

    [Fact]
    public void Fit_whose_strategy_never_taught_a_head_is_refused()
    {
        var e = Assert.Throws<InvalidOperationException>(() => Fit(o => o.Blending = Blending.By(() => new Given(new EpochPlan(1, 0, 1)))));
        Assert.Contains("'B'", e.Message);
    }

    [Theory]
    [InlineData(Answer.Joint)]
    [InlineData(Answer.MeanOfHeads)]
    public void Fit_with_weights_that_never_reach_a_head_answers_complete_rows_without_it(Answer answer)
    {
        using var model = Fit(
            o => (o.Blending, o.MissingValues, o.Answer, o.OutputBranchScores) = (Blending.Fixed(0, .5f, .5f), MissingValues.Refuse, answer, true));
        var scored = model.Transform(_ml.KeyedView(Samples.Rows(12)));
        Assert.All(Dense(scored, "Score.A"), row => Assert.All(row, value => Assert.True(float.IsNaN(value))));
        Assert.All(Dense(scored, "Score.B"), row => Assert.Equal(1, row.Sum(), 1e-5));
        Assert.All(Dense(scored, "Score"), row => Assert.Equal(1, row.Sum(), 1e-5));
    }

    private sealed class Watching(Action<TrainingProgress> watch) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => watch(value);
    }

    private sealed class Given(EpochPlan plan) : BalanceStrategy
    {
        public override StrategyNeeds Needs => StrategyNeeds.Heads;

        public override EpochPlan OnEpoch(EpochView epoch) => plan;
    }

    private GradientBlendingTransformer Fit(Action<GradientBlendingTrainer.Options>? change = null) => _ml.Trainer(o =>
    {
        (o.MissingValues, o.NumberOfEpochs, o.ValidationFraction, o.Blending) = (MissingValues.LeaveOutModality, 15, 0.3f, Blending.Auto());
        change?.Invoke(o);
    }).Fit(_ml.KeyedView(Samples.Rows(120)));

    private static float[][] Dense(IDataView view, string column) => [.. view.Values<VBuffer<float>>(column).Select(v => v.DenseValues().ToArray())];
}
