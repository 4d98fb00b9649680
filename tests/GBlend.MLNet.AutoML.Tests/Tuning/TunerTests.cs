using Microsoft.ML.SearchSpace;

namespace GBlend.MLNet.AutoML.Tests;

public sealed class TunerTests
{
    public enum Kind
    {
        A,
        B,
        C,
        D,
    }

    public sealed class Toy
    {
        [Range(0.0, 1.0)]
        public double X { get; set; }

        [Range(0.0, 1.0)]
        public double Y { get; set; }

        [Choice(Kind.A, Kind.B, Kind.C, Kind.D)]
        public Kind Kind { get; set; }

        [Range(1, 20)]
        public int N { get; set; }

        internal double Loss => Math.Pow(X - 0.7, 2) + Math.Pow(Y - 0.2, 2) + (Kind == Kind.C ? 0 : 0.3) + (Math.Abs(N - 15) / 50.0);
    }

    [Fact]
    public void Halton_points_fill_every_dimension_evenly()
    {
        var sequence = new HaltonSequence(20, 3);
        for (int d = 0; d < 20; d++)
        {
            double[] values = [.. Enumerable.Range(0, 400).Select(i => sequence[i][d])];
            Assert.All(values, v => Assert.InRange(v, 0, 0.999999999999));
            var counts = values.GroupBy(v => (int)(v * 10)).Select(g => g.Count()).ToArray();
            Assert.Equal(10, counts.Length);
            Assert.All(counts, c => Assert.InRange(c, 25, 60));
        }
    }

    [Fact]
    public void The_same_trial_seed_and_results_give_the_same_point()
    {
        var space = new SweepSpace<Toy>();
        var observations = Enumerable.Range(0, 30).Select(i => space.At(new HaltonSequence(4, 1)[i])).Select(p => new Observation(p, 1, ((Toy)p.Settings).Loss))
            .ToList();
        Assert.Equal(new ParzenTuner(space, 5).Propose(30, 0, observations), new ParzenTuner(space, 5).Propose(30, 0, observations));
        Assert.NotEqual(new ParzenTuner(space, 5).Propose(30, 0, observations), new ParzenTuner(space, 5).Propose(31, 0, observations));
        Assert.NotEqual(new ParzenTuner(space, 5).Propose(30, 0, observations), new ParzenTuner(space, 5).Propose(30, 1, observations));
    }

    [Fact]
    public void The_model_finds_better_points_than_chance()
    {
        var space = new SweepSpace<Toy>();
        int wins = 0;
        for (int seed = 0; seed < 20; seed++)
        {
            if (Best(new ParzenTuner(space, seed)) < Best(new RandomTuner(4, seed, spreads: false)))
                wins++;
        }
        Assert.InRange(wins, 16, 20);

        double Best(ITuner tuner)
        {
            var observations = new List<Observation>();
            for (int trial = 0; trial < 60; trial++)
            {
                var point = space.At(tuner.Propose(trial, 0, observations));
                observations.Add(new(point, 1, ((Toy)point.Settings).Loss));
            }
            return observations.Min(o => o.Loss);
        }
    }

    [Fact]
    public void The_model_learns_from_the_latest_stage_that_has_enough_trials()
    {
        var space = new SweepSpace<Toy>();
        var sequence = new HaltonSequence(4, 2);
        // Early on kind A looks best, later kind D.
        var observations = Enumerable.Range(0, 40).Select(i => space.At(sequence[i]))
            .SelectMany(p => new[] { new Observation(p, 1, ((Toy)p.Settings).Kind == Kind.A ? 0 : 1),
                new Observation(p, 9, ((Toy)p.Settings).Kind == Kind.D ? 0 : 1) }).ToList();
        var tuner = new ParzenTuner(space, 1);
        var kinds = Enumerable.Range(40, 100).Select(t => ((Toy)space.At(tuner.Propose(t, 0, observations)).Settings).Kind).ToArray();
        Assert.InRange(kinds.Count(k => k == Kind.D), 60, 100);
    }

    [Fact]
    public void Failed_trials_teach_the_model()
    {
        var space = new SweepSpace<Toy>();
        var sequence = new HaltonSequence(4, 2);
        var observations = Enumerable.Range(0, 40).Select(i => space.At(sequence[i])).Select(
            p => new Observation(p, 1, ((Toy)p.Settings).X > 0.5 ? double.PositiveInfinity : ((Toy)p.Settings).Y)).ToList();
        var tuner = new ParzenTuner(space, 1);
        Assert.InRange(Enumerable.Range(40, 100).Count(t => tuner.Propose(t, 0, observations)[0] <= 0.5), 75, 100);
    }
}
