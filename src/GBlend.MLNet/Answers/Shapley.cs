namespace GBlend.MLNet;

/// <summary>
/// Shapley values (Shapley, 1953): each player's mean gain over all orders in which the players can come. They add up to what all together are worth more
/// than none. Exact, over all sets of players. Pure.
/// </summary>
internal static class Shapley
{
    /// <summary>The values of all players.</summary>
    /// <param name="players">How many there are.</param>
    /// <param name="worth">What each set of players is worth, by the set: bit i for player i; one value more than there are sets of any players.</param>
    internal static double[] Values(int players, IReadOnlyList<double> worth)
    {
        double[] values = new double[players], shares = new double[players];
        // A set of s others comes before a player in s! (n - s - 1)! of the n! orders.
        for (int size = 0; size < players; size++)
            shares[size] = 1 / (players * Choose(players - 1, size));
        for (int set = 0; set < 1 << players; set++)
        {
            int size = System.Numerics.BitOperations.PopCount((uint)set);
            for (int player = 0; player < players; player++)
            {
                if ((set >> player & 1) == 0)
                    values[player] += shares[size] * (worth[set | 1 << player] - worth[set]);
            }
        }
        return values;
    }

    private static double Choose(int n, int k)
    {
        double count = 1;
        for (int i = 0; i < k; i++)
            count = count * (n - i) / (i + 1);
        return count;
    }
}
