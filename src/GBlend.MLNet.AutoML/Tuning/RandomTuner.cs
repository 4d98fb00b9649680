namespace GBlend.MLNet.AutoML;

/// <summary>Points at random, or evenly spread; looks at no result.</summary>
internal sealed class RandomTuner(int dimensions, int seed, bool spreads) : ITuner
{
    private readonly HaltonSequence _sequence = new(dimensions, Seeds.Derive(seed, "halton"));

    public double[] Propose(int trial, int attempt, IReadOnlyList<Observation> observations)
    {
        if (spreads && attempt == 0)
            return _sequence[trial];
        var random = new Random(Seeds.Derive(Seeds.Derive(seed, "point", trial), "attempt", attempt));
        return [.. Enumerable.Range(0, dimensions).Select(_ => random.NextDouble())];
    }
}
