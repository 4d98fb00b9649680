namespace GBlend.MLNet.AutoML.Tests;

public sealed class SweepJournalTests : IDisposable
{
    private static readonly Dictionary<string, string> s_identity = new() { ["space"] = "toy", ["seed"] = "1" };
    private readonly string _path = Path.Combine(Path.GetTempPath(), $"sweep-{Guid.NewGuid():n}.journal");

    public void Dispose() => File.Delete(_path);

    private static SweepPlan Plan => ToyTrials.Plan(SweepBudget.OfEpochs(500)) with { TriesGiven = true, SeedsPerFinalist = 2, Finalists = 2 };

    private (SweepEngine Engine, ToyTrials Trials) Run(Func<TrialStep, CancellationToken, Task>? before = null, CancellationToken cancellation = default)
    {
        using var journal = SweepJournal.Open(_path, s_identity);
        var trials = new ToyTrials { Before = before };
        return (ToyTrials.Run(Plan, trials, journal, cancellation: cancellation), trials);
    }

    [Fact]
    public void A_sweep_interrupted_anywhere_ends_like_an_unbroken_one_and_repeats_nothing()
    {
        var (unbroken, all) = Run(Fails);
        string expected = ToyTrials.Board(unbroken);
        Assert.Contains("Failed", expected);
        byte[] journal = File.ReadAllBytes(_path);

        // Cut at every length: in the middle of lines, and between them.
        for (int length = 0; length < journal.Length; length += 37)
        {
            File.WriteAllBytes(_path, journal[..length]);
            int complete = Math.Max(0, journal[..length].Count(b => b == '\n') - 1);
            var (resumed, trials) = Run(Fails);
            Assert.Equal(expected, ToyTrials.Board(resumed));
            Assert.Equal(all.Steps.Count - complete, trials.Steps.Count);
            Assert.Equal(unbroken.Epochs, resumed.Epochs);
        }

        static Task Fails(TrialStep step, CancellationToken _) => step.Trial == 5 ? throw new InvalidOperationException("No.") : Task.CompletedTask;
    }

    [Fact]
    public void A_finished_journal_trains_nothing()
    {
        Run();
        var (_, trials) = Run();
        Assert.Empty(trials.Steps);
    }

    [Fact]
    public void What_ends_is_on_the_disk_before_the_next_begins()
    {
        var counts = new List<(int Asked, int Written)>();
        int asked = 0;
        Run((_, _) =>
        {
            counts.Add((asked++, File.ReadAllLines(_path).Length - 1));
            return Task.CompletedTask;
        });
        Assert.All(counts, c => Assert.Equal(c.Asked, c.Written));
    }

    [Fact]
    public void A_cancelled_sweep_goes_on()
    {
        using var cancel = new CancellationTokenSource();
        int steps = 0;
        var (first, _) = Run((_, token) =>
        {
            if (++steps == 12)
                cancel.Cancel();
            token.ThrowIfCancellationRequested();
            return Task.CompletedTask;
        }, cancel.Token);
        Assert.Equal(SweepEnd.Canceled, first.End);
        var (second, rest) = Run();
        File.Delete(_path);
        var (unbroken, all) = Run();
        Assert.Equal(ToyTrials.Board(unbroken), ToyTrials.Board(second));
        Assert.Equal(all.Steps.Count - 11, rest.Steps.Count);
    }

    [Fact]
    public void Time_goes_on_where_it_stood()
    {
        File.WriteAllText(_path, "");
        using (var journal = SweepJournal.Open(_path, s_identity))
        {
            var point = new SweepSpace<ToySettings>().Given();
            journal.Write(new(0, 0, point, 3), new([1], 1), TimeSpan.FromSeconds(100));
        }
        var (engine, _) = Run();
        Assert.InRange(engine.Elapsed.TotalSeconds, 100, 160);
    }

    [Fact]
    public void The_journal_of_another_sweep_is_refused()
    {
        Run();
        var thrown = Assert.Throws<InvalidDataException>(
            () => SweepJournal.Open(_path, new Dictionary<string, string> { ["space"] = "other", ["seed"] = "1" }));
        Assert.Contains("its space differs", thrown.Message);
    }

    [Theory]
    [InlineData("Name,Value\n1,2\n")]
    [InlineData("some notes without a line break")]
    [InlineData("{\"format\":\"gblend-sweep-99\"}\n")]
    [InlineData("[]\n")]
    public void A_file_that_is_no_journal_is_refused_and_stays_as_it_is(string content)
    {
        File.WriteAllText(_path, content);
        Assert.Throws<InvalidDataException>(() => SweepJournal.Open(_path, s_identity));
        Assert.Equal(content, File.ReadAllText(_path));
    }

    [Fact]
    public void Damage_in_the_middle_is_refused_with_its_line()
    {
        Run();
        string[] lines = File.ReadAllLines(_path);
        lines[4] = lines[4][..10];
        File.WriteAllLines(_path, lines);
        Assert.Contains("line 5", Assert.Throws<InvalidDataException>(() => SweepJournal.Open(_path, s_identity)).Message);
    }

    [Fact]
    public void Two_sweeps_can_not_write_one_journal()
    {
        using var first = SweepJournal.Open(_path, s_identity);
        Assert.ThrowsAny<IOException>(() => SweepJournal.Open(_path, s_identity));
    }
}
