namespace Recipes.Tests;

public sealed class SubsetDrawTests
{
    private static readonly VideoItem[] s_items = [.. Enumerable.Range(0, 200).Select(i => Item($"v{i}", i % 4))];

    [Fact]
    public void Rank_is_the_sha256_of_seed_and_id() =>
        Assert.StartsWith("9DF3C5FAB8EF8FE7", SubsetDraw.Rank(0, "a"));

    [Fact]
    public void Take_hangs_on_nothing_but_seed_and_id()
    {
        var drawn = Ids(SubsetDraw.Take(s_items, 50, 0));
        Assert.Equal(drawn, Ids(SubsetDraw.Take(s_items.Reverse(), 50, 0)));
        Assert.Equal(drawn, Ids(SubsetDraw.Take(s_items, 80, 0)).Take(50));
        Assert.NotEqual(drawn, Ids(SubsetDraw.Take(s_items, 50, 1)));
        Assert.Equal(200, SubsetDraw.Take(s_items, 1000, 0).Count);
    }

    [Fact]
    public void Take_without_some_videos_keeps_the_others()
    {
        var drawn = Ids(SubsetDraw.Take(s_items, 50, 0));
        var without = Ids(SubsetDraw.Take(s_items.Where(i => i.Id != drawn[3] && i.Id != drawn[7]), 50, 0));
        Assert.Equal(drawn.Where((_, i) => i is not (3 or 7)), without.Take(48));
    }

    [Fact]
    public void Take_is_uniform_over_classes()
    {
        var counts = SubsetDraw.Take(Enumerable.Range(0, 40_000).Select(i => Item($"{i}", i % 4)), 4000, 5).CountBy(i => i.Labels[0][0]).ToDictionary();
        // Binomial of 4000 draws and 1/4: a standard deviation of 27.
        Assert.All(counts.Values, n => Assert.InRange(n, 1000 - 4 * 27, 1000 + 4 * 27));
    }

    [Fact]
    public void Apply_draws_both_lists_and_keeps_the_most_frequent_classes()
    {
        var set = new DataSet
        {
            Targets = [new("class", ["a", "b", "c"])],
            IsMultiLabel = true,
            Train = [Item("1", 2), Item("2", 2, 0), Item("3", 0), Item("4", 1), Item("5", 0, 1)],
            Test = [Item("6", 1), Item("7", 2), Item("8", 0, 1, 2)],
            Missing = [],
        };
        var subset = SubsetDraw.Apply(set, new Subset { Classes = 2, TrainVideos = 10, TestVideos = 10 });
        Assert.Equal(["a", "b"], SubsetDraw.Apply(
            set with { Train = [.. set.Train, Item("9", 1)] }, new Subset { Classes = 2, TrainVideos = 10, TestVideos = 10 }).Targets[0].Classes);
        // b and c have two videos each: the lower number is kept.
        Assert.Equal(["a", "b"], subset.Targets[0].Classes);
        Assert.Equal(["2", "3", "4", "5"], subset.Train.Select(v => v.Id).Order());
        Assert.Equal([0, 1], subset.Test.Single(v => v.Id == "8").Labels[0]);
        Assert.Contains("4 of 4 training and 2 of 2 test videos", subset.Notes[^1]);
    }

    [Fact]
    public void Mini_sports_is_the_papers_size()
    {
        var subset = RecipeBook.Find("minisports", null).Subset!;
        Assert.Equal((240_000, 20_000, (int?)null), (subset.TrainVideos, subset.TestVideos, subset.Classes));
    }

    private static string[] Ids(IEnumerable<VideoItem> items) => [.. items.Select(i => i.Id)];

    private static VideoItem Item(string id, params int[] labels) => new(id, $"{id}.mp4", id, [labels]);
}
