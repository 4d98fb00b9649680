using Examples;

namespace GBlend.MLNet.Fuzz;

internal static class Program
{
    private static int Main(string[] args) => args is [Worker.Command, .. var words]
        ? Worker.Run(words)
        : ExampleProgram.Run(args, FuzzOptions.Help, cancellation => Run(FuzzOptions.Read(args), cancellation));

    private static int Run(FuzzOptions options, CancellationToken cancellation)
    {
        if (options.Case is { } one)
            return RunCase(one.Target, one.Number, options);
        return new Fuzzer(options, Console.Out).Run(cancellation).Count == 0 ? 0 : 1;
    }

    /// <summary>Makes a file as the whole run does, and reads it where a debugger can look.</summary>
    private static int RunCase(string name, int number, FuzzOptions options)
    {
        var target = Target.Of(name);
        string folder = Directory.CreateTempSubdirectory("gblend-fuzz").FullName;
        try
        {
            target.WriteSeeds(folder, Math.Max(1, options.Counts.FirstOrDefault(c => c.Target == name).Count / 8));
            using var watched = new OpenedFile(Path.Combine(folder, OpenedFile.Name));
            var mutant = new Cases(target, Seed.AllOf(folder), options.Seed).Make(number);
            string path = Path.Combine(Directory.CreateDirectory(Path.Combine(folder, "case")).FullName, number + mutant.Seed.Extension);
            File.WriteAllBytes(path, mutant.Content);
            Console.WriteLine($"{mutant.Seed.Name} and {mutant.Other.Name}: {mutant.What}");
            string? finding = Worker.Read(target, mutant, path, watched);
            Console.WriteLine(finding ?? "No finding.");
            return finding is null ? 0 : 1;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
