namespace GBlend.MLNet.AutoML.Tests;

/// <summary>What a sweep says of itself while it runs.</summary>
public sealed class SweepProgressTests
{
    private static SweepProgress Progress(SweepEngine engine) =>
        new(engine.Trials.Count, engine.Running, engine.Trials.Count(t => t.Failure is not null), engine.Epochs, engine.EpochsLeft,
        engine.BestWhole, engine.Leader, engine.Elapsed, engine.Remaining);

    private static (SweepEngine Engine, List<SweepProgress> Seen) Run(SweepPlan plan, ToyTrials? trials = null)
    {
        var seen = new List<SweepProgress>();
        var engine = ToyTrials.Run(plan, trials ?? new ToyTrials(), changed: e => seen.Add(Progress(e)));
        return (engine, seen);
    }

    public static TheoryData<int, bool, int, int, int> Plans => new()
    {
        { 9, false, 1, 1, 1 },
        { 9, true, 1, 1, 1 },
        { 20, true, 1, 1, 1 },
        { 30, true, 3, 2, 1 },
        { 20, true, 1, 3, 3 },
        { 5, false, 4, 2, 1 },
    };

    [Theory]
    [MemberData(nameof(Plans))]
    public void A_number_of_trials_tells_all_epochs_from_the_start(int count, bool triesGiven, int seeds, int finalists, int parallel)
    {
        var plan = ToyTrials.Plan(
            SweepBudget.OfTrials(count)) with
        { TriesGiven = triesGiven, SeedsPerFinalist = seeds, Finalists = finalists, Parallel = parallel, Folds = 2 };
        var (engine, seen) = Run(plan);
        if (seeds == 1)
            Assert.All(seen, s => Assert.Equal(engine.Epochs, s.Epochs + s.EpochsLeft));
        else
            Assert.All(seen, s => Assert.InRange(s.Epochs + s.EpochsLeft!.Value, engine.Epochs, engine.Epochs + plan.CostOfSeeds));
        Assert.Equal((0, 0L, engine.Epochs), (seen[^1].Running, seen[^1].EpochsLeft, seen[^1].Epochs));
    }

    [Theory]
    [InlineData(100)]
    [InlineData(263)]
    [InlineData(5000)]
    public void A_number_of_epochs_tells_what_of_it_will_be_trained(int budget)
    {
        var (engine, seen) = Run(ToyTrials.Plan(SweepBudget.OfEpochs(budget)) with { TriesGiven = true });
        Assert.All(seen, s => Assert.Equal(engine.Epochs, s.Epochs + s.EpochsLeft));
    }

    [Fact]
    public void A_step_that_fails_or_is_not_paid_for_is_not_waited_for()
    {
        var trials = new ToyTrials { Before = (step, _) => step.Trial % 2 == 1 ? throw new InvalidOperationException("no") : Task.CompletedTask };
        var (engine, seen) = Run(ToyTrials.Plan(new SweepBudget { Trials = 9, Epochs = 60 }) with { TriesGiven = true, Parallel = 2 }, trials);
        Assert.All(seen, s => Assert.InRange(s.Epochs + s.EpochsLeft!.Value, 1, 60));
        Assert.Equal(engine.Epochs, seen[^1].Epochs);
        Assert.Equal(0, seen[^1].EpochsLeft);
    }

    [Fact]
    public void A_space_with_few_points_bounds_what_is_left()
    {
        var space = new SweepSpace<ToySettings>().Choice(s => s.X, 0.1, 0.2).Choice(s => s.Y, 0.1, 0.2, 0.3);
        var seen = new List<SweepProgress>();
        var engine = new SweepEngine(ToyTrials.Plan(SweepBudget.OfTrials(1_000_000)), space, new RandomTuner(2, 1, spreads: true), new ToyTrials(), null,
            e => seen.Add(Progress(e)), default);
        engine.Run();
        Assert.Equal(SweepEnd.SpaceExhausted, engine.End);
        Assert.All(seen, s => Assert.InRange(s.Epochs + s.EpochsLeft!.Value, 0, 9 * 27));
        Assert.Equal(0, seen[^1].EpochsLeft);
    }

    [Fact]
    public void Time_is_left_as_long_as_stages_are()
    {
        // The first nine trainings are far from the end: two stages follow, which cost more than they did.
        var trials = new ToyTrials { Before = (_, token) => Task.Delay(5, token) };
        var seen = new List<(int Steps, SweepProgress Progress)>();
        ToyTrials.Run(ToyTrials.Plan(SweepBudget.OfTrials(9)), trials, changed: e => seen.Add((trials.Steps.Count, Progress(e))));
        var between = seen.Where(s => s.Steps is >= 9 and < 13).Select(s => s.Progress).ToArray();
        Assert.NotEmpty(between);
        Assert.All(between, s => Assert.True(s.Remaining > TimeSpan.Zero && s.EpochsLeft > 0, s.ToString()));
        Assert.DoesNotContain("left", seen[^1].Progress.ToString());
    }

    [Fact]
    public void The_best_never_gets_worse_though_its_trial_does()
    {
        // Every trial gets worse the longer it is trained, and under further seeds.
        var worsening = new ToyTrials { Metric = s => (100 - s.Trial) + (0.01 * s.ToEpoch) + s.Repeat };
        var (engine, seen) = Run(ToyTrials.Plan(SweepBudget.OfTrials(30)) with { TriesGiven = true, SeedsPerFinalist = 2 }, worsening);
        double[] best = [.. seen.SkipLast(1).Where(s => s.Best is not null).Select(s => s.Best!.Metric)];
        Assert.Equal(best.OrderDescending(), best);
        Assert.All(seen.Where(s => s.Best is not null), s => Assert.Equal(27, s.Best!.Epochs));
        Assert.All(seen.SkipLast(1).Where(s => s.Best is not null), s => Assert.Equal(1, s.Best!.Seeds));
        // Before the first whole training another figure is shown, by another name.
        Assert.Equal([3, 9], seen.Where(s => s.Leader is not null).Select(s => s.Leader!.Epochs).Distinct());
        Assert.All(seen, s => Assert.True(s.Best is null || s.Leader is null));
        // At the end progress says what the result says.
        Assert.Equal((engine.Best, engine.Best!.Metric, 2), (seen[^1].Best!.Trial, seen[^1].Best!.Metric, seen[^1].Best!.Seeds));
    }

    [Fact]
    public void Lines_are_read_by_people()
    {
        var trial = new SweepTrial(3, new SweepSpace<ToySettings>().Given());
        var progress = new SweepProgress(4, 1, 1, 27, 54, null, new(trial, 0.25, 9, 1), TimeSpan.FromSeconds(61), TimeSpan.FromSeconds(125));
        Assert.Equal("4 trials, 1 failed, 27 of about 81 epochs, no whole training yet (trial 3 leads with 0.2500 after 9 epochs), 1:01 passed, about 2:05 "
            + "left", progress.ToString());
        Assert.Equal("4 trials, 1 failed, 81 epochs, best 0.1000 (trial 3), 1:01 passed",
            (progress with { Running = 0, Epochs = 81, EpochsLeft = 0, Leader = null, Best = new(trial, 0.1, 27, 1) }).ToString());
        Assert.Contains("best 0.1000 (trial 3, mean of 3 seeds)", (progress with { Best = new(trial, 0.1, 27, 3) }).ToString());
        Assert.Equal(
            "1 trial, 1 epoch, no result yet, 1:01 passed", new SweepProgress(1, 1, 0, 1, null, null, null, TimeSpan.FromSeconds(61), null).ToString());
    }

    [Fact]
    public void What_progress_gave_does_not_change_while_it_is_read()
    {
        var trial = new SweepTrial(0, new SweepSpace<ToySettings>().Given());
        trial.Record(new(0, 0, trial.Point, 3), 3, false, new([1], 1));
        foreach (var (epochs, _) in trial.MetricByEpochs)
            trial.Record(new(0, 0, trial.Point, 3 * epochs), 3 * epochs, false, new([1], 1));
        Assert.Equal([3, 9], trial.MetricByEpochs.Keys);
    }
}
