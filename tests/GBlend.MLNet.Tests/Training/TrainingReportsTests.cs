using System.Globalization;
using System.Text.RegularExpressions;

namespace GBlend.MLNet.Tests;

/// <summary>What a training says of itself: lines for the log and for people, with epochs counted one way.</summary>
public sealed class TrainingReportsTests
{
    private const string Number = @"-?\d+(\.\d+)?(E-?\d+)?";

    [Trait("Speed", "Slow")]
    [Theory]
    [InlineData(1, 1)]
    [InlineData(6, 6)]
    [InlineData(25, 25)]
    [InlineData(60, 21)]
    [InlineData(500, 26)]
    public void Fit_says_its_losses_at_a_sensible_rate_and_always_of_the_first_and_the_last_epoch(int epochs, int lines)
    {
        var host = new QuietHost();
        using var model = TrainingRun.Fit(ToyRows.Multiclass(), ToyRows.Settings(GBlend.MLNet.Blending.Equal()) with { NumberOfEpochs = epochs }, host);
        string[] said = [.. host.Infos.Where(i => i.StartsWith("Epoch "))];
        Assert.Equal(lines, said.Length);
        Assert.StartsWith("Epoch 0: ", said[0]);
        Assert.StartsWith($"Epoch {epochs - 1}: ", said[^1]);
        Assert.Matches($"^Epoch 0: train loss Clear {Number}, Faint {Number}, Joint {Number}; held-out loss Clear {Number}, Faint {Number}, Joint {Number}; "
            + $"weights Clear {Number}, Faint {Number}, Joint {Number}; learning rate 0.05$", said[0]);
        var last = model.History.Epochs[^1];
        Assert.Contains(
            FormattableString.Invariant($"train loss Clear {last.TrainLoss[0]:G4}, Faint {last.TrainLoss[1]:G4}, Joint {last.TrainLoss[2]:G4}; "), said[^1]);
    }

    [Fact]
    public void Fit_that_stops_early_says_its_last_epoch()
    {
        var host = new QuietHost();
        using var model = TrainingRun.Fit(
            ToyRows.Multiclass(), ToyRows.Settings(GBlend.MLNet.Blending.Equal()) with { NumberOfEpochs = 3000, EarlyStoppingPatience = 3 }, host);
        int last = model.History.Epochs.Count - 1;
        Assert.InRange(last, 3, 2000);
        Assert.Equal($"Epoch {last}", host.Infos.Last(i => i.StartsWith("Epoch ")).Split(':')[0]);
    }

    [Fact]
    public void Reports_and_records_are_lines_that_a_person_can_read_in_every_culture()
    {
        var before = CultureInfo.CurrentCulture;
        try
        {
            var other = (CultureInfo)CultureInfo.InvariantCulture.Clone();
            (other.NumberFormat.NumberDecimalSeparator, other.NumberFormat.NegativeSign) = (",", "~");
            CultureInfo.CurrentCulture = other;
            var record = new EpochRecord(11, 0.05, [0.5, 0.25, 0.25], [0.41239, 12.5, 1e-7], [0.5, double.NaN, 2]);
            Assert.Equal("Epoch 11: train loss 0.4124, 12.5, 1E-07; held-out loss 0.5, NaN, 2; weights 0.5, 0.25, 0.25; learning rate 0.05", record.ToString());
            Assert.Contains("; held-out loss 0.5, NaN, 2; the answer's 0.25; weights", (record with { AnswerHeldOutLoss = 0.25 }).ToString());
            Assert.Equal("Epoch 0: train loss 1; weights 1; learning rate 0.001", new EpochRecord(0, 0.001, [1], [1], []).ToString());
            Assert.Equal("Training: 12 of 60 epochs, 20.1 % done. Epoch 11: train loss A 0.4124, B 12.5, Joint 1E-07; held-out loss A 0.5, B NaN, Joint 2; "
                + "weights A 0.5, B 0.25, Joint 0.25; learning rate 0.05",
                new TrainingProgress(TrainingPhase.Training, 12, 60, 0.201, record) { Branches = ["A", "B", "Joint"] }.ToString());
            Assert.Equal("Estimating: 10 of 60 epochs, 30 % done", new TrainingProgress(TrainingPhase.Estimating, 10, 60, 0.3, null).ToString());
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void Epochs_are_counted_one_way()
    {
        var host = new QuietHost();
        using var model = TrainingRun.Fit(ToyRows.Multiclass(), ToyRows.Settings(), host);
        Assert.Equal(Enumerable.Range(0, 6), model.History.Epochs.Select(e => e.Epoch));
        Assert.Equal(5, model.History.SelectedEpoch);
        Assert.Equal([0, 2, 4], model.History.Estimates.Select(e => e.FirstEpoch));
        var ends = host.Reports.Where(r => r.LastEpoch is not null).ToArray();
        Assert.All(ends, r => Assert.Equal(r.LastEpoch!.Epoch + 1, r.EpochsDone));
        Assert.All(host.Reports, r => Assert.Equal(model.History.Branches, r.Branches));
        Assert.Equal(["Epochs 0 to 1", "Epochs 2 to 3", "Epochs 4 to 5"], host.Infos.Where(i => i.StartsWith("Epochs ")).Select(
            i => i.Split(':')[0]).Distinct());
        Assert.Matches(
            new Regex("Fit [0-9]+: 90 training rows, 30 held-out rows, epochs 0 to 5, seed 3"), Assert.Single(host.Infos, i => i.StartsWith("Fit ")));

        var error = Assert.Throws<TrainingDivergedException>(
            () => TrainingRun.Fit(ToyRows.Multiclass(), ToyRows.Settings(GBlend.MLNet.Blending.None()) with { LearningRate = 1e9 }, new QuietHost()));
        Assert.Matches("diverged: at the end of epoch [0-9]+ ", error.Message);
    }
}
