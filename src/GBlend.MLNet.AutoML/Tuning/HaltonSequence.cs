namespace GBlend.MLNet.AutoML;

/// <summary>
/// Points that fill the unit cube evenly: Halton's sequence with digits permuted at random for every dimension, which breaks the
/// correlation of its higher dimensions (Owen, "A randomized Halton algorithm in R", 2017).
/// </summary>
internal sealed class HaltonSequence
{
    private readonly int[] _primes;
    private readonly int[][][] _permutations;

    internal HaltonSequence(int dimensions, int seed)
    {
        _primes = [.. Primes().Take(dimensions)];
        var random = new Random(seed);
        // Digits beyond double precision don't matter.
        _permutations = [.. _primes.Select(prime => Enumerable.Range(0, (int)Math.Ceiling(32 / Math.Log2(prime))).Select(_ =>
        {
            int[] digits = [.. Enumerable.Range(0, prime)];
            random.Shuffle(digits);
            return digits;
        }).ToArray())];
    }

    /// <summary>The point with this number, from 0.</summary>
    internal double[] this[int index] => [.. _primes.Select((prime, d) =>
    {
        double value = 0, share = 1;
        int rest = index;
        foreach (int[] digits in _permutations[d])
        {
            share /= prime;
            value += share * digits[rest % prime];
            rest /= prime;
        }
        return Math.Min(value, 1 - 1e-12);
    })];

    private static IEnumerable<int> Primes()
    {
        for (int n = 2; ; n++)
        {
            if (Enumerable.Range(2, Math.Max(0, (int)Math.Sqrt(n) - 1)).All(d => n % d != 0))
                yield return n;
        }
    }
}
