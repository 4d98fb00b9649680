namespace GBlend.MLNet.Fuzz;

/// <summary>What reads files that are damaged here.</summary>
internal abstract class Target
{
    /// <summary>All that can be asked for by name.</summary>
    internal static IReadOnlyList<Func<Target>> All { get; } = [() => new MediaTarget(), () => new ModelTarget(),
        () => new WeightTarget(), () => new PlantedTarget()];

    /// <summary>Its name on the command line of workers and in the names of files.</summary>
    internal abstract string Name { get; }

    /// <summary>What a file may add to the memory that the process has resident, in megabytes.</summary>
    internal abstract int Megabytes { get; }

    /// <summary>Seconds of processor time that a file may take; waiting takes none and is given ten times as many seconds.</summary>
    internal virtual int Seconds => 20;

    internal static Target Of(string name) => All.Select(make => make()).First(target => target.Name == name);

    /// <summary>Writes good files of every kind into an empty folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="most">How many at most.</param>
    internal abstract void WriteSeeds(string folder, int most);

    /// <summary>Damages a file.</summary>
    internal virtual Mutant Mutate(Seed seed, Seed other, Random random)
    {
        var (content, what) = Mutation.Of(seed.Content, other.Content, random);
        return new(seed, other, content, what);
    }

    /// <summary>Reads a damaged file.</summary>
    /// <param name="mutant">What was made.</param>
    /// <param name="path">The file that has it.</param>
    /// <returns>Whether it was read, or refused as documented.</returns>
    /// <exception cref="FindingException">Something else became of it.</exception>
    internal abstract bool Read(Mutant mutant, string path);
}

/// <summary>A good file.</summary>
internal sealed record Seed(string Name, byte[] Content)
{
    internal string Extension => Path.GetExtension(Name);

    /// <summary>The files of a folder, in one order everywhere.</summary>
    internal static IReadOnlyList<Seed> AllOf(string folder) =>
        [.. Directory.GetFiles(folder).Where(path => Path.GetFileName(path) != OpenedFile.Name).Order(StringComparer.Ordinal)
            .Select(path => new Seed(Path.GetFileName(path), File.ReadAllBytes(path)))];
}

/// <summary>A damaged file.</summary>
/// <param name="Seed">What it was made from.</param>
/// <param name="Other">Of which parts may be in it.</param>
/// <param name="Content">Its content.</param>
/// <param name="What">What was done.</param>
internal sealed record Mutant(Seed Seed, Seed Other, byte[] Content, string What)
{
    /// <summary>Whether checksums around what was changed were made right again, so that nothing can tell.</summary>
    internal bool IsResealed { get; init; }
}

/// <summary>Something that must not be.</summary>
internal sealed class FindingException(string kind, string text) : Exception($"{kind}: {text}")
{
    /// <summary>Throws for an exception that no documentation speaks of.</summary>
    internal static FindingException Of(Exception e) => new("another exception than the documented ones", e.ToString());
}
