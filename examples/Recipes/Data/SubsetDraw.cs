using System.Security.Cryptography;
using System.Text;

namespace Recipes;

/// <summary>
/// Draws a subset: all videos are put in the order of SHA-256("SEED:ID"), and the first that are on the machine are taken, so many of the training
/// list and so many of the test list. The order hangs on nothing but seed and id, so that a larger draw holds a smaller one, and two people
/// who miss different videos have all but the last few in common.
/// </summary>
/// <remarks>
/// The paper calls mini-Sports "a uniform sample" of 240,000 training and 20,000 test videos and does not publish it; this is one. Where classes are
/// limited (mini-AudioSet: 418 of 527), those with the most training videos are kept, of equal ones the lower number; videos without a kept class
/// are left out.
/// </remarks>
internal static class SubsetDraw
{
    /// <summary>The place of a video in the order.</summary>
    public static string Rank(int seed, string id) =>
        Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{seed}:{id}"))));

    /// <summary>The first so many in the order.</summary>
    /// <param name="items">Those that are on the machine.</param>
    /// <param name="count">How many, or all if there are fewer.</param>
    /// <param name="seed">Of the order.</param>
    public static IReadOnlyList<VideoItem> Take(IEnumerable<VideoItem> items, int count, int seed) =>
        [.. items.Select(i => (Item: i, Rank: Rank(seed, i.Id))).OrderBy(i => i.Rank, StringComparer.Ordinal).Take(count).Select(i => i.Item)];

    /// <summary>The subset of a set.</summary>
    public static DataSet Apply(DataSet set, Subset subset)
    {
        if (subset.Classes is { } classes)
            set = KeepClasses(set, classes);
        var train = Take(set.Train, subset.TrainVideos, subset.Seed);
        var test = Take(set.Test, subset.TestVideos, subset.Seed);
        string note = $"Drawn with seed {subset.Seed}: {train.Count} of {set.Train.Count} training and {test.Count} of {set.Test.Count} test videos (of each "
            + $"list those that come first in the order of SHA-256(\"{subset.Seed}:ID\")).";
        return set with { Train = train, Test = test, Notes = [.. set.Notes, note] };
    }

    private static DataSet KeepClasses(DataSet set, int count)
    {
        var target = set.Targets.Single();
        var videos = set.Train.SelectMany(v => v.Labels[0].Distinct()).CountBy(l => l).ToDictionary();
        int[] kept = [.. Enumerable.Range(0, target.Classes.Count).OrderByDescending(c => videos.GetValueOrDefault(c)).Take(count).Order()];
        var places = kept.Index().ToDictionary(k => k.Item, k => k.Index);
        VideoItem[] Renumber(IEnumerable<VideoItem> items) =>
            [.. items.Select(v => v with { Labels = [[.. v.Labels[0].Where(places.ContainsKey).Select(l => places[l])]] }).Where(v => v.Labels[0].Count > 0)];
        return set with
        {
            Targets = [new Target(target.Name, [.. kept.Select(k => target.Classes[k])])],
            Train = Renumber(set.Train),
            Test = Renumber(set.Test),
            Notes = [.. set.Notes, $"{kept.Length} of {target.Classes.Count} classes kept, those with the most training videos."],
        };
    }
}
