using System.Diagnostics;
using System.Globalization;

namespace GBlend.MLNet.Fuzz;

/// <summary>Reads damaged files one after the other in a process of its own, and says what it is at, so that its end can be told.</summary>
internal static class Worker
{
    internal const string Command = "worker", Begins = "begins", Ends = "ends", Finds = "finds";

    /// <summary>Reads the files from a number to another; the words of the command line are the target, the folder of seeds, the seed, and both.</summary>
    internal static int Run(IReadOnlyList<string> words)
    {
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        var target = Target.Of(words[0]);
        var cases = new Cases(target, Seed.AllOf(words[1]), int.Parse(words[2]));
        string folder = Directory.CreateTempSubdirectory("gblend-fuzz").FullName;
        using var watched = new OpenedFile(Path.Combine(words[1], OpenedFile.Name));
        try
        {
            for (int number = int.Parse(words[3]); number < int.Parse(words[4]); number++)
            {
                var mutant = cases.Make(number);
                string path = Path.Combine(folder, $"{number}{mutant.Seed.Extension}");
                File.WriteAllBytes(path, mutant.Content);
                Console.WriteLine($"{Begins} {number}");
                string? finding = Read(target, mutant, path, watched);
                Console.WriteLine(finding is null ? $"{Ends} {number} {s_last}" : $"{Finds} {number} {finding.ReplaceLineEndings(" | ")}");
                File.Delete(path);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
        return 0;
    }

    private static string s_last = "";

    /// <summary>Reads a damaged file.</summary>
    /// <returns>What was found, or <see langword="null"/>.</returns>
    internal static string? Read(Target target, Mutant mutant, string path, OpenedFile watched)
    {
        ResidentMemory.Reset();
        double before = ResidentMemory.Now;
        var watch = Stopwatch.StartNew();
        try
        {
            bool isRead = target.Read(mutant, path);
            double taken = ResidentMemory.Peak - before;
            s_last = $"{(isRead ? "read" : "refused")} {watch.ElapsedMilliseconds} {taken:0}";
            return watched.WasOpened ? "another file was opened" : taken > target.Megabytes ? $"memory: {taken:0} MB, and {target.Megabytes} are stated" : null;
        }
        catch (FindingException e)
        {
            return e.Message;
        }
        catch (Exception e)
        {
            return FindingException.Of(e).Message;
        }
    }
}
