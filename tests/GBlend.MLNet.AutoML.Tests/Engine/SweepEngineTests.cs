namespace GBlend.MLNet.AutoML.Tests;

public sealed class SweepEngineTests
{
    [Fact]
    public void A_bracket_halves_and_a_promoted_trial_goes_on()
    {
        var trials = new ToyTrials();
        var engine = ToyTrials.Run(ToyTrials.Plan(SweepBudget.OfTrials(9)), trials);

        Assert.Equal(9, trials.Steps.Count(s => s.ToEpoch == 3));
        Assert.Equal(3, trials.Steps.Count(s => s.ToEpoch == 9));
        Assert.Equal(1, trials.Steps.Count(s => s.ToEpoch == 27));
        // 9 trials to epoch 3, three of them on to 9, one of those on to 27: nothing twice.
        Assert.Equal((9 * 3) + (3 * 6) + 18, engine.Epochs);
        var afterThree = engine.Trials.OrderBy(t => t.MetricByEpochs[3]).Take(3).Select(t => t.Number).Order();
        Assert.Equal(afterThree, trials.Steps.Where(s => s.ToEpoch == 9).Select(s => s.Trial).Order());
        Assert.Equal(SweepStatus.Completed, engine.Best!.Status);
        Assert.Equal(8, engine.Trials.Count(t => t.Status == SweepStatus.Stopped));
        Assert.Equal([(engine.Best.Number, 0)], trials.Held);
    }

    [Theory]
    [InlineData(20)]
    [InlineData(27)]
    [InlineData(100)]
    [InlineData(263)]
    public void The_budget_of_epochs_is_never_exceeded(int epochs)
    {
        var trials = new ToyTrials();
        var engine = ToyTrials.Run(ToyTrials.Plan(SweepBudget.OfEpochs(epochs)) with { TriesGiven = true, SeedsPerFinalist = 2, Finalists = 2 }, trials);
        var reached = new Dictionary<(int, int), int>();
        int spent = 0;
        foreach (var step in trials.Steps)
        {
            spent += step.ToEpoch - reached.GetValueOrDefault((step.Trial, step.Repeat));
            reached[(step.Trial, step.Repeat)] = step.ToEpoch;
        }
        Assert.Equal(spent, engine.Epochs);
        Assert.InRange(spent, epochs < 27 ? 1 : 27, epochs);
    }

    [Fact]
    public void Without_reduction_every_trial_is_trained_to_the_end()
    {
        var trials = new ToyTrials();
        var engine = ToyTrials.Run(ToyTrials.Plan(SweepBudget.OfEpochs(270)) with { Stages = SweepStages.Of(27, 1, 3), Reduction = 1 }, trials);
        Assert.Equal(10, engine.Trials.Count);
        Assert.All(engine.Trials, t => Assert.Equal((SweepStatus.Completed, 27), (t.Status, t.Epochs)));
    }

    [Theory]
    [InlineData(30, 3, 3, new[] { 3, 9, 30 })]
    [InlineData(30, 3, 4, new[] { 10, 30 })]
    [InlineData(100, 3, 11, new[] { 11, 33, 100 })]
    [InlineData(2, 3, 1, new[] { 1, 2 })]
    [InlineData(1, 3, 1, new[] { 1 })]
    [InlineData(16, 2, 2, new[] { 2, 4, 8, 16 })]
    public void Stages_divide_the_run(int epochs, int reduction, int least, int[] expected) => Assert.Equal(expected, SweepStages.Of(epochs, reduction, least));

    [Theory]
    [InlineData(3, 3, 3)]
    [InlineData(9, 3, 9)]
    [InlineData(9, 5, 10)]
    [InlineData(9, 2, 10)]
    [InlineData(10, 4, 12)]
    [InlineData(10, 3, 9)]
    [InlineData(3, 9, 3)]
    public void An_online_blending_pauses_at_the_nearest_end_of_a_super_epoch(int stage, int superEpoch, int expected) =>
        Assert.Equal(expected, SweepStages.NearestSuperEpoch(stage, superEpoch));

    [Fact]
    public void The_given_settings_come_first_and_see_the_end()
    {
        var trials = new ToyTrials();
        var engine = ToyTrials.Run(ToyTrials.Plan(SweepBudget.OfTrials(10)) with { TriesGiven = true }, trials);
        Assert.True(engine.Trials[0].IsGiven);
        Assert.Equal((0.5, SweepStatus.Completed), (((ToySettings)engine.Trials[0].Settings).X, engine.Trials[0].Status));
        Assert.Equal([3, 9, 27], trials.Steps.Take(3).Select(s => s.ToEpoch));
    }

    [Fact]
    public void A_failing_trial_is_recorded_and_the_sweep_goes_on()
    {
        var trials = new ToyTrials
        {
            Before = (step, _) => step.Trial % 3 == 1 ? throw new InvalidOperationException($"No luck with {step.Trial}.")
            : Task.CompletedTask
        };
        var engine = ToyTrials.Run(ToyTrials.Plan(SweepBudget.OfTrials(9)), trials);
        Assert.Equal([1, 4, 7], engine.Trials.Where(t => t.Status == SweepStatus.Failed).Select(t => t.Number));
        Assert.Equal("InvalidOperationException: No luck with 4.", engine.Trials[4].Error);
        Assert.IsType<InvalidOperationException>(engine.Trials[4].Exception);
        Assert.Equal(SweepStatus.Completed, engine.Best!.Status);
        Assert.Equal([1, 4, 7], engine.Ranked.TakeLast(3).Select(t => t.Number));
    }

    [Fact]
    public void A_metric_that_is_no_number_fails_its_trial()
    {
        var trials = new ToyTrials { Metric = step => step.Trial == 2 ? double.NaN : step.Trial };
        var engine = ToyTrials.Run(ToyTrials.Plan(SweepBudget.OfTrials(9)), trials);
        Assert.Equal(SweepStatus.Failed, engine.Trials[2].Status);
        Assert.Equal(0, engine.Best!.Number);
    }

    [Fact]
    public void Cancellation_gives_the_best_so_far_and_does_not_fail_what_runs()
    {
        using var cancel = new CancellationTokenSource();
        var trials = new ToyTrials
        {
            Before = (step, token) =>
            {
                if (step.Trial == 6)
                    cancel.Cancel();
                token.ThrowIfCancellationRequested();
                return Task.CompletedTask;
            },
        };
        var engine = ToyTrials.Run(ToyTrials.Plan(SweepBudget.OfTrials(100)), trials, cancellation: cancel.Token);
        Assert.Equal(SweepEnd.Canceled, engine.End);
        Assert.Equal(7, engine.Trials.Count);
        Assert.DoesNotContain(engine.Trials, t => t.Status == SweepStatus.Failed);
        Assert.Equal(engine.Trials.Take(6).MinBy(t => t.Metric)!.Number, engine.Best!.Number);
        Assert.Equal(18, engine.Epochs);
    }

    [Fact]
    public void A_limit_of_time_stops_what_runs()
    {
        var trials = new ToyTrials { Before = (_, token) => Task.Delay(TimeSpan.FromMilliseconds(50), token) };
        var engine = ToyTrials.Run(ToyTrials.Plan(SweepBudget.OfTime(TimeSpan.FromMilliseconds(1200))), trials);
        Assert.Equal(SweepEnd.Budget, engine.End);
        Assert.NotEmpty(engine.Trials);
        Assert.DoesNotContain(engine.Trials, t => t.Status == SweepStatus.Failed);
    }

    [Fact]
    public void Trials_run_side_by_side_up_to_the_limit_and_as_long_as_there_is_room()
    {
        bool hasRoom = true;
        var trials = new ToyTrials { Before = (_, token) => Task.Delay(5, token) };
        ToyTrials.Run(ToyTrials.Plan(SweepBudget.OfTrials(18)) with { Parallel = 3, HasRoom = () => hasRoom }, trials);
        Assert.InRange(trials.MostAtATime, 2, 3);

        hasRoom = false;
        var alone = new ToyTrials { Before = (_, token) => Task.Delay(5, token) };
        var engine = ToyTrials.Run(ToyTrials.Plan(SweepBudget.OfTrials(18)) with { Parallel = 3, HasRoom = () => hasRoom }, alone);
        Assert.Equal((1, 18), (alone.MostAtATime, engine.Trials.Count));
    }

    [Fact]
    public void Finalists_are_trained_under_further_seeds_and_ranked_by_the_mean()
    {
        // The winner under the first seed is the worst under the others.
        var trials = new ToyTrials { Metric = step => step.Repeat == 0 ? step.Trial : step.Trial == 0 ? 50 : 3 };
        var engine = ToyTrials.Run(ToyTrials.Plan(SweepBudget.OfTrials(27)) with { SeedsPerFinalist = 3, Finalists = 2 }, trials);
        Assert.Equal(4, trials.Steps.Count(s => s.Repeat > 0));
        Assert.NotEqual(0, engine.Best!.Number);
        Assert.Equal(3, engine.Best.MetricBySeed.Count);
        Assert.Equal(0, engine.Ranked.ElementAt(1).Number);
        Assert.NotNull(engine.Best.Deviation);
    }

    [Fact]
    public void Online_blendings_pause_where_the_plan_says()
    {
        var trials = new ToyTrials();
        ToyTrials.Run(ToyTrials.Plan(SweepBudget.OfTrials(9)) with { PauseAt = (_, epochs) => (epochs + 4) / 5 * 5 }, trials);
        Assert.Equal([5, 10, 27], trials.Steps.Select(s => s.ToEpoch).Distinct().Order());
    }

    private sealed class Tiny
    {
        [Microsoft.ML.SearchSpace.Choice(1, 2, 3)]
        public int A { get; set; }

        [Microsoft.ML.SearchSpace.BooleanChoice]
        public bool B { get; set; }
    }

    [Fact]
    public void Every_point_of_a_small_space_is_tried_once()
    {
        var space = new SweepSpace<Tiny>();
        var trials = new ToyTrials { Metric = step => step.Trial };
        var engine = new SweepEngine(ToyTrials.Plan(SweepBudget.OfTrials(1000)), space, new ParzenTuner(space, 1), trials, null, _ => { }, default);
        engine.Run();
        Assert.Equal(SweepEnd.SpaceExhausted, engine.End);
        Assert.Equal(6, engine.Trials.Select(t => t.Point.Key).Distinct().Count());
        Assert.Equal(6, engine.Trials.Count);
    }

    [Fact]
    public void The_same_seed_gives_the_same_sweep_and_another_seed_another()
    {
        string one = ToyTrials.Board(ToyTrials.Run(ToyTrials.Plan(SweepBudget.OfEpochs(600)), new ToyTrials()));
        Assert.Equal(one, ToyTrials.Board(ToyTrials.Run(ToyTrials.Plan(SweepBudget.OfEpochs(600)), new ToyTrials())));
        Assert.NotEqual(one, ToyTrials.Board(ToyTrials.Run(ToyTrials.Plan(SweepBudget.OfEpochs(600)), new ToyTrials(), seed: 2)));
    }

    [Fact]
    public void Halving_with_the_model_beats_random_search_at_an_equal_budget()
    {
        int wins = 0;
        for (int seed = 0; seed < 10; seed++)
        {
            var plan = ToyTrials.Plan(SweepBudget.OfEpochs(27 * 12));
            var halving = ToyTrials.Run(plan, new ToyTrials(), seed: seed);
            var space = new SweepSpace<ToySettings>();
            var random = new SweepEngine(
                plan with { Stages = [27], Reduction = 1 }, space, new RandomTuner(2, seed, spreads: false), new ToyTrials(), null, _ => { }, default);
            random.Run();
            wins += halving.Best!.Metric < random.Best!.Metric ? 1 : 0;
        }
        Assert.InRange(wins, 8, 10);
    }
}
