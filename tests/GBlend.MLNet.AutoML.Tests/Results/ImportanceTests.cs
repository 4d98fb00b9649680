namespace GBlend.MLNet.AutoML.Tests;

public sealed class ImportanceTests
{
    private static SweepImportance Of(Func<TunerTests.Toy, double> metric, int count = 80)
    {
        var space = new SweepSpace<TunerTests.Toy>();
        var sequence = new HaltonSequence(4, 5);
        var trials = Enumerable.Range(0, count).Select(i =>
        {
            var trial = new SweepTrial(i, space.At(sequence[i]));
            trial.Record(new(i, 0, trial.Point, 5), 5, true, new([metric((TunerTests.Toy)trial.Settings)], 1));
            return trial;
        }).ToArray();
        return SweepImportance.Of(trials, space, 1, isMaximized: false);
    }

    [Fact]
    public void The_setting_that_matters_comes_first_and_others_are_near_nothing()
    {
        var importance = Of(t => (10 * Math.Pow(t.Y - 0.3, 2)) + (0.5 * (t.Kind == TunerTests.Kind.B ? 0 : 1)));
        Assert.InRange(importance.Explained!.Value, 0.5, 1);
        Assert.Equal("Y", importance.Settings[0].Setting);
        Assert.Equal("Kind", importance.Settings[1].Setting);
        Assert.All(importance.Settings.Skip(2), s => Assert.InRange(s.Importance, -0.1, 0.1));
    }

    [Fact]
    public void Noise_explains_nothing()
    {
        var random = new Random(3);
        Assert.InRange(Of(_ => random.NextDouble()).Explained!.Value, -1, 0.15);
    }

    [Fact]
    public void Effects_are_medians_by_value_and_by_third()
    {
        var importance = Of(t => t.Kind == TunerTests.Kind.B ? 0 : 1 + t.X);
        var kind = importance.Settings.Single(s => s.Setting == "Kind");
        Assert.Equal(["A", "B", "C", "D"], kind.Effects.Select(e => e.Value));
        Assert.Equal(0, kind.Effects[1].MedianMetric);
        Assert.Equal(80, kind.Effects.Sum(e => e.Trials));
        Assert.Equal(3, importance.Settings.Single(s => s.Setting == "X").Effects.Count);
        Assert.Contains("Kind", importance.ToString());
    }

    private sealed class Whole
    {
        [Microsoft.ML.SearchSpace.Range(1, 3)]
        public int Few { get; set; }

        [Microsoft.ML.SearchSpace.Range(1, 10)]
        public int Many { get; set; }
    }

    [Fact]
    public void Thirds_of_whole_numbers_do_not_overlap()
    {
        var space = new SweepSpace<Whole>();
        var sequence = new HaltonSequence(2, 5);
        var trials = Enumerable.Range(0, 60).Select(i =>
        {
            var trial = new SweepTrial(i, space.At(sequence[i]));
            trial.Record(new(i, 0, trial.Point, 1), 1, true, new([((Whole)trial.Settings).Many], 1));
            return trial;
        }).ToArray();
        var importance = SweepImportance.Of(trials, space, 1, isMaximized: false);
        Assert.Equal(["1", "2", "3"], importance.Settings.Single(s => s.Setting == "Few").Effects.Select(e => e.Value));
        Assert.Equal(["1 to 3", "4 to 7", "8 to 10"], importance.Settings.Single(s => s.Setting == "Many").Effects.Select(e => e.Value));
        Assert.Contains("After 1 epoch,", importance.ToString());
    }

    [Fact]
    public void Ranges_of_learning_rates_are_those_that_were_tried()
    {
        foreach (var (optimizers, expected) in new[]
        {
            (new OptimizerMethod?[] { OptimizerMethod.Sgd }, "0.0794 to 0.5"),
            (new OptimizerMethod?[] { OptimizerMethod.Adam }, "0.00159 to 0.01"),
            (new OptimizerMethod?[] { OptimizerMethod.Sgd, OptimizerMethod.AdamW }, "0.0794 to 0.5 or 0.00159 to 0.01"),
        })
        {
            var space = SweepSpaces.Vectors("A", "B").Choice(s => s.Optimizer, optimizers);
            var sequence = new HaltonSequence(space.Settings.Count, 5);
            var trials = Enumerable.Range(0, 60).Select(i =>
            {
                var trial = new SweepTrial(i, space.At(sequence[i]));
                trial.Record(new(i, 0, trial.Point, 1), 1, true, new([i], 1));
                return trial;
            }).ToArray();
            Assert.Equal(expected, SweepImportance.Of(trials, space, 1, isMaximized: false).Settings.Single(s => s.Setting == "LearningRate").Effects[2].Value);
        }
    }

    [Fact]
    public void Few_trials_tell_nothing()
    {
        var importance = Of(t => t.X, count: 10);
        Assert.Null(importance.Explained);
        Assert.Empty(importance.Settings);
        Assert.Contains("too few", importance.ToString());
    }
}
