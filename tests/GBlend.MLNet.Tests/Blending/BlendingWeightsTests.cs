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
            var weights = BlendingWeights.Published([.. branches.Select(b => b.Generalization)], [.. branches.Select(b => b.Overfitting)], floor);
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
        AssertClose([0.7339, 0.0367, 0.2294], BlendingWeights.Published([1.0, 0.2, 0.8], [0.5, 1.0, 0.8], 1e-3), 5e-5);
        AssertClose([0.5797, 0.0580, 0.3623], BlendingWeights.Published([2.0, 0.2, 0.8], [1.0, 1.0, 0.8], 1e-3), 5e-5);
    }

    [Fact]
    public void Published_all_losses_scaled_gives_the_same_weights() =>
        AssertClose(BlendingWeights.Published([1.0, 0.2, 0.8], [0.5, 1.0, 0.8], 1e-3), BlendingWeights.Published([10, 2, 8], [5, 10, 8], 1e-3), 1e-12);

    [Fact]
    public void Published_branches_permuted_permutes_weights() =>
        AssertClose([.. BlendingWeights.Published([1.0, 0.2, 0.8], [0.5, 1.0, 0.8], 1e-3).Reverse()], BlendingWeights.Published([0.8, 0.2, 1.0], [0.8, 1.0, 0.5], 1e-3), 1e-12);

    [Theory]
    [InlineData(0.05)]
    [InlineData(0.2)]
    [InlineData(0.5)]
    public void WithFloor_any_weights_keeps_sum_order_and_floor(double floor)
    {
        var weights = BlendingWeights.WithFloor([0.97, 0.03, 0.0], floor);
        Assert.Equal(1, weights.Sum(), 1e-12);
        Assert.True(weights[0] >= weights[1] && weights[1] >= weights[2]);
        Assert.All(weights, w => Assert.True(w >= Math.Min(floor, 1.0 / 3) - 1e-12));
    }

    [Fact]
    public void Estimate_clear_differences_moves_all_the_way()
    {
        var (weights, estimate) = Estimate(noise: 0.001);
        Assert.True(estimate.Trust > 0.99);
        AssertClose([.. BlendingWeights.WithFloor([.. estimate.Branches.Select(b => b.PublishedWeight)], 0.05)], weights, 0.01);
    }

    [Fact]
    public void Estimate_noise_moves_less_than_a_clear_one()
    {
        double clear = Estimate(noise: 0.001).Estimate.Trust, noisy = Estimate(noise: 3).Estimate.Trust;
        Assert.True(noisy < clear, $"{noisy} < {clear}");
    }

    [Fact]
    public void Estimate_no_gain_is_where_estimates_start_from_and_says_so()
    {
        BranchLosses[] rising = [Losses("A", 1, 1, 0.5, 1.5), Losses("B", 1, 1, 0.4, 1.4), Losses("Joint", 1, 1, 0.2, 1.2)];
        var (weights, estimate) = BlendingWeights.Estimate(rising, new BlendingGuards(), 10, 5, 1);
        AssertClose([1 / 6.0, 1 / 6.0, 4 / 6.0], weights, 1e-12);
        Assert.Equal(0, estimate.Trust);
        Assert.Contains(estimate.Guards, g => g.Guard == BlendingGuard.NoBranchGained);
        Assert.Equal((10, 5), (estimate.FirstEpoch, estimate.Epochs));
        var published = BlendingWeights.Estimate(rising, BlendingGuards.Published, 0, 5, 1);
        AssertClose([1 / 3.0, 1 / 3.0, 1 / 3.0], published.Weights, 1e-12);
        Assert.Equal(1, published.Estimate.Trust);
    }

    [Fact]
    public void Estimate_rows_of_groups_that_are_alike_are_trusted_less()
    {
        var random = new Random(7);
        int[] groups = [.. Enumerable.Range(0, 200).Select(i => i / 50)];
        double[] shift = [.. Enumerable.Range(0, 4).Select(_ => 2 * random.NextDouble() - 1)];
        double[] Rows(double mean, bool moves) => [.. groups.Select(g => mean + (moves ? shift[g] : 0) + 0.01 * random.NextDouble())];
        BranchLosses[] branches = [new("A", Rows(2, false), Rows(2, false), Rows(1, false), Rows(1.2, true)), new("Joint", Rows(2, false), Rows(2, false), Rows(0.4, false), Rows(1.1, false))];
        double alone = BlendingWeights.Estimate(branches, new BlendingGuards(), 0, 5, 1).Estimate.Trust;
        double grouped = BlendingWeights.Estimate(branches, new BlendingGuards(), 0, 5, 1, new RowGroups(groups, groups)).Estimate.Trust;
        Assert.True(grouped < alone, $"{grouped} < {alone}");
    }

    [Fact]
    public void Estimate_loss_not_finite_gives_that_branch_only_the_floor()
    {
        BranchLosses[] branches = [Losses("A", 1, 1, double.NaN, 2), Losses("B", 1, 1, 0.5, 0.7), Losses("Joint", 1, 1, 0.4, 0.8)];
        var (weights, estimate) = BlendingWeights.Estimate(branches, new BlendingGuards(), 0, 5, 1);
        Assert.Equal(0.05, weights[0], 1e-12);
        Assert.All(weights, w => Assert.True(double.IsFinite(w)));
        Assert.Equal(1, weights.Sum(), 1e-9);
        Assert.Contains(estimate.Guards, g => g is { Guard: BlendingGuard.NotFinite, Branch: "A" });
    }

    [Fact]
    public void Estimate_overfitting_near_zero_is_floored_and_says_so()
    {
        BranchLosses[] branches = [Losses("A", 1, 1, 0.9, 0.9), Losses("Joint", 1, 1, 0.4, 0.8)];
        var (weights, estimate) = BlendingWeights.Estimate(branches, BlendingGuards.Published, 0, 5, 1);
        AssertClose(BlendingWeights.Published([0.1, 0.2], [0, 0.4], 1e-3), weights, 1e-9);
        Assert.Contains(estimate.Guards, g => g is { Guard: BlendingGuard.OverfittingFloor, Branch: "A" });
    }

    [Fact]
    public void BranchLosses_standard_errors_are_those_of_paired_differences()
    {
        var losses = new BranchLosses("A", [1, 1], [2, 3, 4], [0.5, 0.7], [1, 2.5, 3.6]);
        var estimate = losses.Summarize();
        double[] change = [-1, -0.5, -0.4];
        double variance = change.Sum(c => Math.Pow(c - change.Average(), 2)) / 2 / 3;
        Assert.Equal(Math.Sqrt(variance), estimate.GeneralizationStandardError, 1e-12);
        Assert.Equal(Math.Sqrt(variance + 0.1 * 0.1), estimate.OverfittingStandardError, 1e-12);
    }

    private static (double[] Weights, BlendingEstimate Estimate) Estimate(double noise)
    {
        var random = new Random(5);
        double[] Rows(double mean) => [.. Enumerable.Range(0, 200).Select(_ => mean + noise * (random.NextDouble() - 0.5))];
        BranchLosses[] branches =
        [
            new("A", Rows(2), Rows(2), Rows(1), Rows(1.2)),
            new("B", Rows(2), Rows(2), Rows(0.5), Rows(1.8)),
            new("Joint", Rows(2), Rows(2), Rows(0.4), Rows(1.1)),
        ];
        return BlendingWeights.Estimate(branches, new BlendingGuards(), 0, 5, 1);
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
