using Microsoft.ML;
using Microsoft.ML.Data;
using Methods = GBlend.MLNet.Blending;

namespace GBlend.MLNet.Tests.Components;

/// <summary>How much modalities contribute, as users ask for it.</summary>
public sealed class ContributionTests
{
    private readonly MLContext _ml = new(1);

    [Theory]
    [InlineData(MissingValues.LeaveOutModality, 1)]
    [InlineData(MissingValues.LeaveOutModality, 3)]
    [InlineData(MissingValues.Refuse, 1)]
    public void They_add_up_to_the_answer_less_what_is_known_without_it(MissingValues missing, int folds)
    {
        var rows = Samples.Rows(200);
        var view = _ml.KeyedView(rows);
        using var model = Fit(view, missing, folds);
        if (missing == MissingValues.LeaveOutModality)
            rows[5].A = [float.NaN, float.NaN, float.NaN, float.NaN];
        view = _ml.KeyedView(rows);
        var contributions = model.ModalityContributions(view);
        var scores = model.Transform(view).Values<VBuffer<float>>("Score").Select(s => s.DenseValues().ToArray()).ToArray();
        uint[] labels = view.Values<uint>("Label");
        Assert.Equal(200, contributions.Rows.Count);
        for (int row = 0; row < 200; row++)
        {
            var (answer, toAnswer, prior, log, toTruth) = contributions.Rows[row];
            Assert.Equal(Array.IndexOf(scores[row], scores[row].Max()), answer);
            Assert.Equal(Math.Log(scores[row][answer]), log, 1e-5);
            Assert.Equal(log - prior, toAnswer.Sum(), 1e-6);
            Assert.Equal(Math.Log(scores[row][labels[row] - 1]) - Math.Log(1 / 3.0), toTruth.Sum(), 0.05);
            if (row == 5 && missing == MissingValues.LeaveOutModality)
                Assert.Equal(0, toAnswer[0]);
        }
        Assert.Equal(["A", "B"], contributions.Modalities.Select(m => m.Name));
        Assert.Equal(contributions.Rows.Average(r => r.ToAnswer[1]), contributions.Modalities[1].ToAnswer, 1e-12);
        Assert.Contains("A: ", contributions.ToString());
    }

    /// <summary>What the same model says to rows that lack the modality.</summary>
    [Fact]
    public void A_modality_alone_is_worth_what_the_model_answers_to_it_alone()
    {
        var rows = Samples.Rows(80);
        using var model = Fit(_ml.KeyedView(Samples.Rows(200, 3)), MissingValues.LeaveOutModality, 1);
        var whole = model.ModalityContributions(_ml.KeyedView(rows)).Rows;
        double[] Logs(Action<Sample> change)
        {
            var changed = Samples.Rows(80);
            changed.ForEach(change);
            var scores = model.Transform(_ml.KeyedView(changed)).Values<VBuffer<float>>("Score").Select(s => s.DenseValues().ToArray()).ToArray();
            return [.. scores.Zip(whole, (s, row) => Math.Log(s[row.Answer]))];
        }
        double[] onlyA = Logs(r => r.B = [float.NaN, float.NaN, float.NaN]), onlyB = Logs(r => r.A = [float.NaN, float.NaN, float.NaN, float.NaN]);
        for (int i = 0; i < rows.Count; i++)
            Assert.Equal(((onlyA[i] - whole[i].Prior) + (whole[i].LogProbability - onlyB[i])) / 2, whole[i].ToAnswer[0], 1e-4);
    }

    [Fact]
    public void A_modality_of_noise_contributes_nothing()
    {
        List<Sample> Noise(int count, int seed)
        {
            var random = new Random(seed);
            var rows = Samples.Rows(count, seed);
            rows.ForEach(r => r.B = [.. r.B.Select(_ => (float)(random.NextDouble() - 0.5))]);
            return rows;
        }
        using var model = Fit(_ml.KeyedView(Noise(600, 1)), MissingValues.LeaveOutModality, 1);
        var contributions = model.ModalityContributions(_ml.KeyedView(Noise(600, 2)));
        var (a, b) = (contributions.Modalities[0], contributions.Modalities[1]);
        Assert.True(a.ToTruth > 0.5, contributions.ToString());
        Assert.InRange(b.ToTruth!.Value, -3 * b.ToTruthError!.Value - 0.02, 3 * b.ToTruthError!.Value + 0.02);
        Assert.True(a.LossWithout > 0.3);
        Assert.False(a.Harms);
    }

    [Fact]
    public void Without_a_label_there_are_those_to_the_answer()
    {
        using var model = Fit(_ml.KeyedView(Samples.Rows(100)), MissingValues.LeaveOutModality, 1);
        var rows = _ml.View(Samples.Rows(30));
        var contributions = model.ModalityContributions(_ml.Transforms.DropColumns("Label").Fit(rows).Transform(rows));
        Assert.All(contributions.Rows, row => Assert.Empty(row.ToTruth));
        Assert.All(contributions.Modalities, m => Assert.True(m is { ToTruth: null, LossWithout: null, Harms: false }));
    }

    [Fact]
    public void A_modality_that_harms_is_said_so()
    {
        var harmful = new ModalityContributions([new("Audio", 0.1, 0.01, -0.02, 0.005, -0.02, 0.004), new("Face", 1, 0.1, 1, 0.1, 0.9, 0.1)], []);
        Assert.Contains("Without Audio the log-loss on these rows is 0.020 lower.", harmful.ToString());
        Assert.DoesNotContain("Without Face", harmful.ToString());
    }

    [Fact]
    public void Models_whose_modalities_can_not_be_told_apart_are_refused()
    {
        var rows = Samples.Rows();
        using var amount = _ml.Regression.Trainers.GradientBlending(Samples.Tiny(o => o.LabelColumnName = "Amount")).Fit(_ml.View(rows));
        Assert.Contains("Regression", Assert.Throws<InvalidOperationException>(() => amount.ModalityContributions(_ml.View(rows))).Message);
        using var joint = _ml.Trainer(o => o.Blending = Methods.None()).Fit(_ml.KeyedView(rows));
        Assert.Contains("lacks a head", Assert.Throws<InvalidOperationException>(() => joint.ModalityContributions(_ml.KeyedView(rows))).Message);
    }

    private GradientBlendingTransformer Fit(IDataView view, MissingValues missing, int folds) => _ml.Trainer(o =>
    {
        o.MissingValues = missing;
        o.Blending = Methods.Auto(folds);
        o.ValidationFraction = folds == 1 ? 0.3 : null;
        o.NumberOfEpochs = 8;
    }).Fit(view);
}
