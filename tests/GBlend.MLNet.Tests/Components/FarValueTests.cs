using System.Globalization;
using Microsoft.ML;
using static GBlend.MLNet.GradientBlendingTrainer;

namespace GBlend.MLNet.Tests.Components;

/// <summary>Values that stand for missing ones, but are numbers: where they ruin a training, the message names one of them.</summary>
public sealed class FarValueTests
{
    private readonly MLContext _ml = new(1);

    [Theory]
    [InlineData(17, 2, 1e18f)]
    [InlineData(0, 0, -9e17f)]
    public void A_training_that_diverges_names_the_value_that_is_far_from_the_others(int row, int slot, float value)
    {
        var rows = Samples.Rows();
        rows[row].A[slot] = value;
        var error = Assert.Throws<TrainingDivergedException>(() => Fit(rows, o => o.HoldOutColumnName = null));
        string text = value.ToString("g3", CultureInfo.InvariantCulture);
        Assert.Contains($"The column 'A' has the value {text} in row {row}, slot {slot} ", error.Message);
        Assert.Contains("MissingValues.ImputeMean", error.Message);
    }

    [Theory]
    [InlineData(59, 3, 1e12f)]
    [InlineData(12, 1, -9999)]
    [InlineData(30, 0, -1e18f)]
    public void A_value_that_is_far_from_all_others_is_warned_of(int row, int slot, float value)
    {
        var rows = Samples.Rows();
        rows[row].A[slot] = value;
        var host = new RecordingHost();
        Samples.Read(_ml.KeyedView(rows), host: host);
        Assert.Contains($"row {row} of those that count, slot {slot} ", Assert.Single(host.OtherWarnings));
        host = new RecordingHost();
        rows[row].A[slot] = 500;
        Samples.Read(_ml.KeyedView(rows), host: host);
        Assert.Empty(host.OtherWarnings);
    }

    [Fact]
    public void Rows_that_are_zero_for_the_most_part_are_not_warned_of()
    {
        var rows = Samples.Rows();
        foreach (var row in rows[..50])
            Array.Clear(row.A);
        var host = new RecordingHost();
        Samples.Read(_ml.KeyedView(rows), host: host);
        Assert.Empty(host.OtherWarnings);
    }

    [Fact]
    public void A_training_that_diverges_for_another_reason_names_no_value()
    {
        var error = Assert.Throws<TrainingDivergedException>(
            () => Fit(Samples.Rows(), o => (o.LearningRate, o.NumberOfEpochs, o.GradientClipping) = (1e30, 20, 0)));
        Assert.DoesNotContain("The column", error.Message);
    }

    /// <summary>A held-out row with a sentinel says nothing of the heads: the answer to other rows is as good as without it.</summary>
    [Theory]
    [InlineData(1e4f)]
    [InlineData(-9999f)]
    [InlineData(1e9f)]
    [InlineData(1e18f)]
    public void A_held_out_row_with_a_sentinel_does_not_spoil_the_pool_of_a_regression(float sentinel)
    {
        double RSquared(float? value)
        {
            var rows = Samples.Rows(300);
            if (value is { } far)
                rows.First(row => row.IsHeldOut).A[3] = far;
            var model = _ml.Regression.Trainers.GradientBlending(Samples.Tiny(o =>
            {
                (o.LabelColumnName, o.HoldOutColumnName, o.Answer, o.NumberOfEpochs) = ("Amount", "IsHeldOut", Answer.Pool, 10);
            })).Fit(_ml.View(rows));
            return _ml.Regression.Evaluate(model.Transform(_ml.View(Samples.Rows(120, seed: 9))), "Amount").RSquared;
        }
        double without = RSquared(null);
        Assert.InRange(without, 0.9, 1);
        Assert.InRange(RSquared(sentinel), without - 0.02, 1);
    }

    [Theory]
    [InlineData(1e30f)]
    [InlineData(-1e15f)]
    public void A_label_that_is_far_from_all_others_is_warned_of(float label)
    {
        var rows = Samples.Rows();
        rows[41].Amount = label;
        var host = new RecordingHost();
        Samples.Read(_ml.View(rows), o => o.LabelColumnName = "Amount", OutputKind.Regression, host);
        string warning = Assert.Single(host.OtherWarnings);
        Assert.Contains("'Amount' has a value far from all others", warning);
        Assert.Contains("in row 41 ", warning);
    }

    [Fact]
    public void Labels_of_any_usual_spread_are_not_warned_of()
    {
        var random = new Random(3);
        foreach (double power in new[] { 1.0, 3, 6 })
        {
            var rows = Samples.Rows(300);
            foreach (var row in rows)
                row.Amount = (float)Math.Exp(power * (random.NextDouble() + random.NextDouble() - 1));
            var host = new RecordingHost();
            Samples.Read(_ml.View(rows), o => o.LabelColumnName = "Amount", OutputKind.Regression, host);
            Assert.Empty(host.OtherWarnings);
        }
    }

    [Theory]
    [InlineData(new[] { 1 }, "in slot 1 ")]
    [InlineData(new[] { 0, 3 }, "in 2 slots, the first 0 ")]
    public void Slots_without_any_value_are_warned_of_where_means_are_imputed(int[] slots, string says)
    {
        var rows = Samples.Rows();
        foreach (var row in rows)
        {
            foreach (int slot in slots)
                row.A[slot] = float.NaN;
        }
        var host = new RecordingHost();
        Samples.Read(_ml.KeyedView(rows), o => o.MissingValues = MissingValues.ImputeMean, host: host);
        string warning = Assert.Single(host.Warnings, w => w.Contains("'A'"));
        Assert.Contains(says, warning);
    }

    [Fact]
    public void A_view_of_an_epoch_is_refused_once_the_epoch_has_begun()
    {
        EpochView? kept = null;
        using var model = Fit(Samples.Rows(), o => o.Blending = Blending.By(() => new Keeping(view => kept = view)));
        Assert.Equal(2, kept!.Epoch);
        var error = Assert.Throws<InvalidOperationException>(() => kept.TrainLosses);
        Assert.Contains("epoch 2", error.Message);
        Assert.Throws<InvalidOperationException>(kept.StartFromUniModalEncoders);
    }

    [Fact]
    public void A_model_with_an_encoder_that_is_not_registered_is_not_saved()
    {
        var rows = _ml.KeyedView(Samples.Rows());
        using var model = Fit(Samples.Rows(), o => o.Modalities[0] = Modality.Vector("A", new CustomEncoder()));
        using var file = new MemoryStream();
        var error = Assert.ThrowsAny<Exception>(() => _ml.Model.Save(model, rows.Schema, file)).GetBaseException();
        Assert.IsType<InvalidOperationException>(error);
        Assert.Contains("Encoders.Register(\"custom\", ...)", error.Message);
        Assert.Contains("'A'", error.Message);
    }

    private GradientBlendingTransformer Fit(List<Sample> rows, Action<Options> change) => _ml.Trainer(change).Fit(_ml.KeyedView(rows));

    private sealed class Keeping(Action<EpochView> keep) : BalanceStrategy
    {
        public override EpochPlan OnEpoch(EpochView epoch)
        {
            keep(epoch);
            return new EpochPlan(1, 1, 1);
        }

        public override StrategyNeeds Needs => StrategyNeeds.Heads;
    }
}
