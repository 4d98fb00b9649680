namespace GBlend.MLNet.Fuzz;

/// <summary>Which damaged file is the one of a number: the same in every process.</summary>
/// <param name="Target">What reads it.</param>
/// <param name="Seeds">The good files.</param>
/// <param name="FirstSeed">The seed of the run.</param>
internal sealed record Cases(Target Target, IReadOnlyList<Seed> Seeds, int FirstSeed)
{
    internal Mutant Make(int number)
    {
        var random = new Random(unchecked(FirstSeed * 1_000_003 + number));
        // Each good file in turn, so that rare kinds get their share.
        return Target.Mutate(Seeds[number % Seeds.Count], Seeds[random.Next(Seeds.Count)], random);
    }
}
