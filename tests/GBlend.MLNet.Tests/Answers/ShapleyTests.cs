using FsCheck.Xunit;

namespace GBlend.MLNet.Tests;

public sealed class ShapleyTests
{
    /// <summary>As they are defined: the mean gain over all orders in which the players can come.</summary>
    [Property(MaxTest = 40)]
    public void They_are_the_mean_gain_over_all_orders(int seed)
    {
        var random = new Random(seed);
        int players = random.Next(1, 6);
        double[] worth = [.. Enumerable.Range(0, 1 << players).Select(_ => random.NextDouble() * 10 - 5)];
        var expected = new double[players];
        int orders = 0;
        foreach (int[] order in Orders([.. Enumerable.Range(0, players)]))
        {
            int set = 0;
            foreach (int player in order)
            {
                expected[player] += worth[set | 1 << player] - worth[set];
                set |= 1 << player;
            }
            orders++;
        }
        double[] values = Shapley.Values(players, worth);
        Assert.All(values.Zip(expected), pair => Assert.Equal(pair.Second / orders, pair.First, 1e-12));
        Assert.Equal(worth[^1] - worth[0], values.Sum(), 1e-12);
    }

    private static IEnumerable<int[]> Orders(int[] players) => players.Length == 0
        ? [[]]
        : players.SelectMany(first => Orders([.. players.Where(p => p != first)]).Select(rest => (int[])[first, .. rest]));
}
