using Microsoft.Data.Analysis;

namespace GBlend.MLNet.AutoML.Tests;

public sealed class LeaderboardTests
{
    [Fact]
    public void The_leaderboard_has_every_trial_and_setting_and_survives_csv()
    {
        var trials =
            new ToyTrials { Before = (step, _) => step.Trial == 3 ? throw new InvalidOperationException("bad, \"very\" bad\nindeed") : Task.CompletedTask };
        var engine = ToyTrials.Run(ToyTrials.Plan(SweepBudget.OfTrials(10)) with { TriesGiven = true }, trials);
        var frame = Leaderboard.Create([.. engine.Ranked], new SweepSpace<ToySettings>(), "Loss");

        Assert.Equal(["Rank", "Trial", "Status", "Loss", "Deviation", "Seeds", "Epochs", "Seconds", "X", "Y", "Error"], frame.Columns.Select(c => c.Name));
        Assert.Equal(10, frame.Rows.Count);
        Assert.Equal("Failed", frame["Status"][9]);
        Assert.Null(frame["Loss"][9]);

        string path = Path.GetTempFileName();
        try
        {
            Leaderboard.Save(frame, path);
            Assert.Equal(11 + 1, File.ReadAllLines(path).Length);
            var read = DataFrame.LoadCsv(path, dataTypes: [typeof(int), typeof(int), typeof(string), typeof(double), typeof(double), typeof(int), typeof(int),
                typeof(double), typeof(string), typeof(string), typeof(string)]);
            Assert.Equal(engine.Best!.Metric, (double)read["Loss"][0]);
            Assert.Equal("InvalidOperationException: bad, \"very\" bad\nindeed", read["Error"][9]);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
