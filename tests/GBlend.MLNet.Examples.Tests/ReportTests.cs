using Compare;

namespace GBlend.MLNet.Examples.Tests;

public sealed class ReportTests
{
    private static ResultRow Row(string set, string method, Treatment treatment, int seed, double accuracy, double logLoss) =>
        new(new(set, method, treatment, seed), "0.05", accuracy, logLoss, 0.5, 0.5, 0.75, 1);

    [Fact]
    public void A_baseline_is_taken_at_its_better_treatment_of_each_measure()
    {
        var scores = new Scores(
            [Row("s", "naive", Treatment.Last, 0, 0.9, 2), Row("s", "naive", Treatment.Best, 0, 0.8, 1), Row("s", "auto", Treatment.Last, 0, 0.95, 0.5)],
                ["s"]);
        Assert.Equal(Treatment.Last, scores.BetterTreatment("s", "naive", Measure.Accuracy));
        Assert.Equal(Treatment.Best, scores.BetterTreatment("s", "naive", Measure.LogLoss));
        Assert.Equal(5, scores.Difference("s", "auto", Treatment.Last, "naive", Measure.Accuracy).Mean, 9);
        Assert.Equal(-0.5, scores.Difference("s", "auto", Treatment.Last, "naive", Measure.LogLoss).Mean, 9);
    }

    [Fact]
    public void The_bar_is_the_best_baseline_and_no_other_method()
    {
        var scores = new Scores(
            [Row("s", "naive", Treatment.Last, 0, 0.7, 1), Row("s", "single", Treatment.Best, 0, 0.8, 2),
                Row("s", "online+pool", Treatment.Last, 0, 0.99, 0.1)], ["s"]);
        Assert.Equal("single", scores.BestOf(Recipe.Baselines, "s", Measure.Accuracy));
        Assert.Equal("naive", scores.BestOf(Recipe.Baselines, "s", Measure.LogLoss));
    }

    [Fact]
    public void A_method_that_misses_a_set_is_not_ranked()
    {
        var scores = new Scores(
            from set in new[] { "s", "t" }
            from method in new[] { "auto", "naive", "equal" }
            where (set, method) != ("t", "equal")
            select Row(set, method, Treatment.Last, 0, method == "auto" ? 0.9 : 0.8, 1), ["s", "t"]);
        var ranking = Ranking.Of(scores, Measure.Accuracy)!;
        Assert.Equal([("auto", 1), ("naive", 2)], ranking.Methods);
        Assert.Equal(2, ranking.Sets);
    }

    [Fact]
    public void Groups_are_the_longest_runs_within_the_critical_difference()
    {
        var ranking = new Ranking([("a", 1), ("b", 1.9), ("c", 2.5), ("d", 4), ("e", 6)], 10, 1.6);
        Assert.Equal([(0, 2), (2, 3)], ranking.Groups());
    }

    [Fact]
    public void Pictures_of_ranks_are_written_as_png_and_svg()
    {
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Path, "ranks");
        RankPicture.Save(new Ranking([("auto", 1.2), ("equal+pool", 1.9), ("naive", 2.9)], 8, 1.17), "Average rank", path);
        Assert.Equal([0x89, (byte)'P', (byte)'N', (byte)'G'], File.ReadAllBytes(path + ".png")[..4]);
        string svg = File.ReadAllText(path + ".svg");
        Assert.Contains("equal+pool", svg, StringComparison.Ordinal);
        Assert.Contains("critical difference 1.17", svg, StringComparison.Ordinal);
    }

    [Fact]
    public void A_table_has_its_columns_in_line()
    {
        var table = new MarkdownTable("Method", "x");
        table.Add("a", "12.25");
        Assert.Equal("| Method |     x |\n| ------ | ----: |\n| a      | 12.25 |\n", table.ToString());
    }
}
