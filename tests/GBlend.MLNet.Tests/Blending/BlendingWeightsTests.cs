using System.Text.Json;

namespace GBlend.MLNet.Tests;

public sealed class BlendingWeightsTests
{
    [SharedFact]
    [Trait("Category", "Shared")]
    public void Published_reference_cases_give_the_reference_weights()
    {
        var golden = JsonDocument.Parse(File.ReadAllText(SharedFolder.PathTo("golden", "weights.json"))).RootElement;
        double floor = golden.GetProperty("o_floor").GetDouble();
        var cases = golden.GetProperty("cases").EnumerateArray().ToArray();
        Assert.Equal(20, cases.Length);
        foreach (var one in cases)
        {
            var branches = one.GetProperty("curves").EnumerateArray().Select((curve, b) =>
            {
                double[] v = [.. curve.EnumerateArray().Select(Number)];
                return new BranchEstimate($"{b}", v[0], v[1], v[2], v[3]);
            }).ToArray();
            var weights = PublishedRule.Weights([.. branches.Select(b => b.Generalization)], [.. branches.Select(b => b.Overfitting)], floor);
            var expected = one.GetProperty("clamp").EnumerateArray().Select(Number).ToArray();
            Assert.All(expected.Zip(weights), pair => Assert.Equal(pair.First, pair.Second, 1e-9 * Math.Max(1, Math.Abs(pair.First))));
            var ratios = one.GetProperty("ogr").EnumerateArray().Select(Number).ToArray();
            Assert.All(ratios.Zip(branches), pair =>
            {
                double found = pair.Second.OverfittingToGeneralizationRatio;
                if (double.IsFinite(pair.First))
                    Assert.Equal(pair.First, found, 1e-9 * Math.Max(1, Math.Abs(pair.First)));
                else
                    Assert.Equal(pair.First, found);
            });
        }
    }

    [Fact]
    public void Published_worked_example_gives_its_weights()
    {
        AssertClose([0.7339, 0.0367, 0.2294], PublishedRule.Weights([1.0, 0.2, 0.8], [0.5, 1.0, 0.8], 1e-3), 5e-5);
        AssertClose([0.5797, 0.0580, 0.3623], PublishedRule.Weights([2.0, 0.2, 0.8], [1.0, 1.0, 0.8], 1e-3), 5e-5);
    }

    [Fact]
    public void Published_all_losses_scaled_gives_the_same_weights() =>
        AssertClose(PublishedRule.Weights([1.0, 0.2, 0.8], [0.5, 1.0, 0.8], 1e-3), PublishedRule.Weights([10, 2, 8], [5, 10, 8], 1e-3), 1e-12);

    [Fact]
    public void Published_branches_permuted_permutes_weights() =>
        AssertClose(
            [.. PublishedRule.Weights([1.0, 0.2, 0.8], [0.5, 1.0, 0.8], 1e-3).Reverse()], PublishedRule.Weights([0.8, 0.2, 1.0], [0.8, 1.0, 0.5], 1e-3), 1e-12);

    [Theory]
    [InlineData(0.05)]
    [InlineData(0.2)]
    [InlineData(0.5)]
    public void WithFloor_any_weights_keeps_sum_order_and_floor(double floor)
    {
        var weights = WeightFloorGuard.Raise([0.97, 0.03, 0.0], floor);
        Assert.Equal(1, weights.Sum(), 1e-12);
        Assert.True(weights[0] >= weights[1] && weights[1] >= weights[2]);
        Assert.All(weights, w => Assert.True(w >= Math.Min(floor, 1.0 / 3) - 1e-12));
    }

    [Fact]
    public void Estimate_clear_differences_moves_all_the_way()
    {
        var estimate = Estimate(noise: 0.001);
        Assert.True(estimate.Trust > 0.99);
        AssertClose([.. WeightFloorGuard.Raise([.. estimate.Branches.Select(b => b.PublishedWeight)], 0.05)], Weights(estimate), 0.01);
    }

    [Fact]
    public void Estimate_noise_moves_less_than_a_clear_one()
    {
        double clear = Estimate(noise: 0.001).Trust, noisy = Estimate(noise: 3).Trust;
        Assert.True(noisy < clear, $"{noisy} < {clear}");
    }

    [Fact]
    public void Estimate_no_gain_is_where_estimates_start_from_and_says_so()
    {
        BranchLosses[] rising = [Losses("A", 1, 1, 0.5, 1.5), Losses("B", 1, 1, 0.4, 1.4), Losses("Joint", 1, 1, 0.2, 1.2)];
        var estimate = WeightEstimation.Estimate(rising, new BlendingGuards(), 10, 5, 1);
        var weights = Weights(estimate);
        AssertClose([0.05, 0.05, 0.9], weights, 1e-12);
        Assert.Equal(0, estimate.Trust);
        Assert.Contains(estimate.Guards, g => g.Guard == BlendingGuard.NoBranchGained);
        Assert.Equal((10, 5), (estimate.FirstEpoch, estimate.Epochs));
        var published = WeightEstimation.Estimate(rising, BlendingGuards.Published, 0, 5, 1);
        AssertClose([1 / 3.0, 1 / 3.0, 1 / 3.0], Weights(published), 1e-12);
        Assert.Equal(1, published.Trust);
    }

    [Fact]
    public void Estimate_rows_of_groups_that_are_alike_are_trusted_less()
    {
        var random = new Random(7);
        int[] groups = [.. Enumerable.Range(0, 200).Select(i => i / 50)];
        double[] shift = [.. Enumerable.Range(0, 4).Select(_ => 2 * random.NextDouble() - 1)];
        double[] Rows(double mean, bool moves) => [.. groups.Select(g => mean + (moves ? shift[g] : 0) + 0.01 * random.NextDouble())];
        BranchLosses[] branches = [new("A", Rows(2, false), Rows(2, false), Rows(1, false), Rows(1.2, true)),
            new("Joint", Rows(2, false), Rows(2, false), Rows(0.4, false), Rows(1.1, false))];
        double alone = WeightEstimation.Estimate(branches, new BlendingGuards(), 0, 5, 1).Trust;
        double grouped = WeightEstimation.Estimate(branches, new BlendingGuards(), 0, 5, 1, new RowGroups(groups, groups)).Trust;
        Assert.True(grouped < alone, $"{grouped} < {alone}");
    }

    [Fact]
    public void Estimate_loss_not_finite_gives_that_branch_only_the_floor()
    {
        BranchLosses[] branches = [Losses("A", 1, 1, double.NaN, 2), Losses("B", 1, 1, 0.5, 0.7), Losses("Joint", 1, 1, 0.4, 0.8)];
        var estimate = WeightEstimation.Estimate(branches, new BlendingGuards(), 0, 5, 1);
        var weights = Weights(estimate);
        Assert.Equal(0.05, weights[0], 1e-12);
        Assert.All(weights, w => Assert.True(double.IsFinite(w)));
        Assert.Equal(1, weights.Sum(), 1e-9);
        Assert.Contains(estimate.Guards, g => g is { Guard: BlendingGuard.NotFinite, Branch: "A" });
    }

    [Fact]
    public void Estimate_overfitting_near_zero_is_floored_and_says_so()
    {
        BranchLosses[] branches = [Losses("A", 1, 1, 0.9, 0.9), Losses("Joint", 1, 1, 0.4, 0.8)];
        var estimate = WeightEstimation.Estimate(branches, BlendingGuards.Published, 0, 5, 1);
        var weights = Weights(estimate);
        AssertClose(PublishedRule.Weights([0.1, 0.2], [0, 0.4], 1e-3), weights, 1e-9);
        Assert.Contains(estimate.Guards, g => g is { Guard: BlendingGuard.OverfittingFloor, Branch: "A" });
    }

    [Fact]
    public void BranchLosses_standard_errors_are_those_of_paired_differences()
    {
        var losses = new BranchLosses("A", [1, 1], [2, 3, 4], [0.5, 0.7], [1, 2.5, 3.6]);
        var estimate = WeightEstimation.Estimate([losses], new BlendingGuards(), 0, 1, 1).Branches[0];
        double[] change = [-1, -0.5, -0.4];
        double variance = change.Sum(c => Math.Pow(c - change.Average(), 2)) / 2 / 3;
        Assert.Equal(Math.Sqrt(variance), estimate.GeneralizationStandardError, 1e-12);
        Assert.Equal(Math.Sqrt(variance + 0.1 * 0.1), estimate.OverfittingStandardError, 1e-12);
    }

    [Fact]
    public void Estimate_standard_errors_are_those_of_groups_where_rows_come_in_groups()
    {
        // Groups of 1, 2 and 3 rows that change by 1, 2 and 4 a row; mean 17 / 6.
        double[] zero = [0, 0, 0, 0, 0, 0], after = [-1, -2, -2, -4, -4, -4];
        int[] groups = [7, 3, 3, 9, 9, 9];
        var found = WeightEstimation.Estimate([new("A", zero, zero, after, after)], new BlendingGuards(), 0, 1, 1, new RowGroups(groups, groups)).Branches[0];
        const double mean = 17 / 6.0;
        double squares = Math.Pow(1 - mean, 2) + Math.Pow(4 - 2 * mean, 2) + Math.Pow(12 - 3 * mean, 2);
        // As many equal groups as say as much of a mean: 6^2 / (1 + 4 + 9).
        const double number = 36.0 / 14;
        Assert.Equal(Math.Sqrt(number / (number - 1) * squares) / 6, found.GeneralizationStandardError, 1e-12);
    }

    /// <summary>Rows of weight 2 are in a group as often as rows that are there twice; rows and groups of weight 0 are not there.</summary>
    [Fact]
    public void Estimate_of_weighed_rows_in_groups_is_that_of_rows_that_come_as_often()
    {
        var random = new Random(11);
        const int rows = 60;
        double[] Rows(double mean) => [.. Enumerable.Range(0, rows).Select(_ => mean + random.NextDouble())];
        BranchLosses[] branches = [new("A", Rows(2), Rows(2), Rows(1), Rows(1.4)), new("Joint", Rows(2), Rows(2), Rows(0.4), Rows(1.1))];
        int[] groups = [.. Enumerable.Range(0, rows).Select(i => i / 5)];
        double[] weights = [.. Enumerable.Range(0, rows).Select(i => i < 10 ? 0.0 : i % 3)];
        int[] copies = [.. Enumerable.Range(0, rows).SelectMany(i => Enumerable.Repeat(i, (int)weights[i]))];
        double[] Take(double[] all) => [.. copies.Select(i => all[i])];
        BranchLosses[] repeated =
            [.. branches.Select(b => new BranchLosses(b.Branch, Take(b.TrainBefore), Take(b.HeldOutBefore), Take(b.TrainAfter), Take(b.HeldOutAfter)))];
        int[] groupsOfCopies = [.. copies.Select(i => groups[i])];
        var found = WeightEstimation.Estimate(branches, new BlendingGuards(), 0, 5, 1, new RowGroups(groups, groups), weights, weights);
        var expected = WeightEstimation.Estimate(repeated, new BlendingGuards(), 0, 5, 1, new RowGroups(groupsOfCopies, groupsOfCopies));
        Assert.Equal(expected.Trust, found.Trust, 1e-9);
        Assert.InRange(found.Trust, 0.01, 0.999);
        foreach (var (e, f) in expected.Branches.Zip(found.Branches))
        {
            AssertClose(
                [e.HeldOutLossAfter, e.TrainLossBefore, e.GeneralizationStandardError, e.OverfittingStandardError, e.PublishedWeight, e.Weight],
                [f.HeldOutLossAfter, f.TrainLossBefore, f.GeneralizationStandardError, f.OverfittingStandardError, f.PublishedWeight, f.Weight],
                1e-9);
        }
    }

    /// <summary>A row that counts far more than others has, to itself, no noise; which is no reason to trust it.</summary>
    [Theory]
    [InlineData(1, 5)]
    [InlineData(1, 30)]
    [InlineData(1, 1000)]
    [InlineData(1, 1e18)]
    [InlineData(3, 30)]
    [InlineData(3, 1000)]
    public void Estimate_of_noise_with_few_rows_that_count_much_stays_at_naive_training(int heavy, double weight)
    {
        foreach (bool grouped in new[] { false, true })
        {
            double[] weights = [.. Enumerable.Range(0, 40).Select(i => i < heavy ? weight : 1)];
            // Groups so uneven that some outweigh all others are the same thing.
            int[]? groups = grouped ? [.. Enumerable.Range(0, 40).Select(i => i < heavy ? i : heavy + (i - heavy) % 20)] : null;
            var trials = Enumerable.Range(0, 150).Select(seed => Drawn(seed, 40, [0, 0, 0], [0.3, 0.3, 0.3], 1, weights, groups)).ToArray();
            double trust = trials.Average(t => t.Trust), below = trials.Average(t => t.Branches[^1].Weight < 0.5 ? 1.0 : 0);
            Assert.True(trust < 0.1 && below < 0.1, $"mean trust {trust}, the joint weight below one half in a share of {below}");
        }
    }

    [Fact]
    public void EffectiveNumber_is_that_of_equal_rows()
    {
        Assert.Equal(7, RowWeights.EffectiveNumber([3, 3, 3, 3, 3, 3, 3]), 1e-12);
        Assert.Equal(1, RowWeights.EffectiveNumber([1e300, 1, 1]), 1e-12);
        Assert.Equal(36.0 / 14, RowWeights.EffectiveNumber([1, 2, 3]), 1e-12);
        Assert.Equal(0, RowWeights.EffectiveNumber([]));
    }

    /// <summary>Held-out rows, and the branches that share their noise.</summary>
    public static TheoryData<int, int> Noises => new() { { 2, 3 }, { 3, 3 }, { 10, 3 }, { 50, 3 }, { 400, 3 }, { 100, 2 }, { 100, 7 } };

    [Theory]
    [MemberData(nameof(Noises))]
    public void Estimate_of_pure_noise_stays_at_naive_training(int rows, int branches)
    {
        foreach (double overfitting in new[] { 0.0, 0.3 })
        {
            var trials = Enumerable.Range(0, 150).Select(
                seed => Drawn(seed, rows, [.. Enumerable.Repeat(0.0, branches)], [.. Enumerable.Repeat(overfitting, branches)], 1)).ToArray();
            double trust = trials.Average(t => t.Trust), below = trials.Average(t => t.Branches[^1].Weight < 0.5 ? 1.0 : 0);
            Assert.True(trust < 0.1 && below < 0.1, $"mean trust {trust}, the joint weight below one half in a share of {below}");
        }
    }

    [Theory]
    [InlineData(1, 200, false)]
    [InlineData(200, 1, false)]
    [InlineData(60, 60, true)]
    public void Estimate_of_a_single_row_or_group_is_not_trusted_and_says_so(int heldOut, int train, bool oneGroup)
    {
        var random = new Random(1);
        double[] Rows(int count, double mean) => [.. Enumerable.Range(0, count).Select(_ => mean + 0.01 * random.NextDouble())];
        BranchLosses[] branches = [new("A", Rows(train, 2), Rows(heldOut, 2), Rows(train, 1), Rows(heldOut, 1.2)),
            new("Joint", Rows(train, 2), Rows(heldOut, 2), Rows(train, 0.4), Rows(heldOut, 1.1))];
        var groups = oneGroup ? new RowGroups([.. Enumerable.Range(0, train).Select(i => i % 5)], [.. Enumerable.Repeat(3, heldOut)]) : null;
        var estimate = WeightEstimation.Estimate(branches, new BlendingGuards(), 0, 5, 1, groups);
        Assert.Equal(0, estimate.Trust);
        AssertClose([0.05, 0.95], Weights(estimate), 1e-12);
        Assert.Contains(estimate.Guards, g => g.Guard == BlendingGuard.Noise
            && g.Message.Contains(oneGroup ? "held-out rows that it is measured on are one group" : "one row"));
    }

    [Theory]
    [InlineData(50)]
    [InlineData(500)]
    public void Estimate_of_clear_gains_moves_to_the_published_weights(int rows)
    {
        // A third of a standard deviation of single rows, and more.
        var trials = Enumerable.Range(0, 60).Select(seed => Drawn(seed, rows, [1.2, 0.3, 1], [0.2, 0.6, 0.5], 0.8)).ToArray();
        double trust = trials.Average(t => t.Trust);
        Assert.True(trust > (rows < 100 ? 0.85 : 0.97), $"mean trust {trust}");
    }

    /// <summary>An estimate from rows whose changes are drawn, with the same noise of a row for all branches and own noise.</summary>
    private static BlendingEstimate Drawn(
        int seed, int rows, double[] gains, double[] overfitting, double deviation, double[]? weights = null, int[]? groups = null)
    {
        var random = new Random(seed);
        double Normal() => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
        double[][] Changes(int count, Func<int, double> mean)
        {
            double[][] changes = [.. gains.Select(_ => new double[count])];
            for (int row = 0; row < count; row++)
            {
                double common = Normal();
                for (int b = 0; b < gains.Length; b++)
                    changes[b][row] = mean(b) + deviation * (0.6 * common + 0.8 * Normal());
            }
            return changes;
        }
        double[][] heldOut = Changes(rows, b => -gains[b]), train = Changes(Math.Min(1024, 3 * rows), b => -gains[b] - overfitting[b]);
        BranchLosses[] branches = [.. gains.Select((_, b) => new BranchLosses($"{b}", new double[train[b].Length], new double[rows], train[b], heldOut[b]))];
        var both = groups is null ? null : new RowGroups([.. Enumerable.Range(0, train[0].Length)], groups);
        return WeightEstimation.Estimate(branches, new BlendingGuards(), 0, 5, seed, both, null, weights);
    }

    private static double[] Weights(BlendingEstimate estimate) => [.. estimate.Branches.Select(b => b.Weight)];

    private static BlendingEstimate Estimate(double noise)
    {
        var random = new Random(5);
        double[] Rows(double mean) => [.. Enumerable.Range(0, 200).Select(_ => mean + noise * (random.NextDouble() - 0.5))];
        BranchLosses[] branches =
        [
            new("A", Rows(2), Rows(2), Rows(1), Rows(1.2)),
            new("B", Rows(2), Rows(2), Rows(0.5), Rows(1.8)),
            new("Joint", Rows(2), Rows(2), Rows(0.4), Rows(1.1)),
        ];
        return WeightEstimation.Estimate(branches, new BlendingGuards(), 0, 5, 1);
    }

    private static BranchLosses Losses(string name, double train, double heldOut, double trainAfter, double heldOutAfter)
    {
        double[] Rows(double value) => [.. Enumerable.Repeat(value, 8)];
        return new BranchLosses(name, Rows(train), Rows(heldOut), Rows(trainAfter), Rows(heldOutAfter));
    }

    private static void AssertClose(double[] expected, double[] found, double tolerance) =>
        Assert.All(expected.Zip(found), pair => Assert.Equal(pair.First, pair.Second, tolerance));

    private static double Number(JsonElement value) => value.ValueKind == JsonValueKind.String
        ? value.GetString() switch { "NaN" => double.NaN, "-Infinity" => double.NegativeInfinity, _ => double.PositiveInfinity }
        : value.GetDouble();
}
