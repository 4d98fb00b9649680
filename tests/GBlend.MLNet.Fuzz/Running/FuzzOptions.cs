using Examples;

namespace GBlend.MLNet.Fuzz;

/// <summary>What the command line asks for.</summary>
internal sealed record FuzzOptions
{
    internal const string Help = """
        Reads damaged files of media, models and weights, and reports what must not be.

        dotnet run -c Release --project tests/GBlend.MLNet.Fuzz -- [options]

          --media N         damaged media files (default 2000)
          --models N        damaged model and weight files, half of each (default 20000)
          --seed S          what is drawn (default 1): the same seed makes the same files
          --minutes M       ends after so many minutes (default: when all are read)
          --processes N     processes side by side (default: one for two processors)
          --findings FOLDER where files with findings are kept (default: a new folder among temporary files)
          --case NAME:I     one file only, such as media:17, in this process

        Ends with 1 where something was found: the end of the process, a hang, more memory than stated, another exception than the documented ones, the
        opening of another file, another answer where a checksum should refuse.
        """;

    /// <summary>The files to be read of each target.</summary>
    internal IReadOnlyList<(string Target, int Count)> Counts { get; init; } = [];

    internal int Seed { get; init; } = 1;

    internal double Minutes { get; init; } = double.PositiveInfinity;

    internal int Processes { get; init; } = Math.Max(1, Environment.ProcessorCount / 2);

    internal string? Findings { get; init; }

    internal (string Target, int Number)? Case { get; init; }

    internal static FuzzOptions Read(string[] args)
    {
        var options = new FuzzOptions();
        var (media, models) = (2000, 20000);
        var reader = new OptionReader(args, Help);
        while (reader.Next())
        {
            switch (reader.Option)
            {
                case "--media":
                    media = reader.Count(0);
                    break;
                case "--models":
                    models = reader.Count(0);
                    break;
                case "--seed":
                    options = options with { Seed = reader.Whole() };
                    break;
                case "--minutes":
                    options = options with { Minutes = reader.Number() };
                    break;
                case "--processes":
                    options = options with { Processes = reader.Count() };
                    break;
                case "--findings":
                    options = options with { Findings = reader.Value() };
                    break;
                case "--case":
                    options = options with { Case = CaseOf(reader.Value()) };
                    break;
                default:
                    throw reader.Unknown();
            }
        }
        return options with { Counts = [("media", media), ("models", models - models / 2), ("weights", models / 2)] };
    }

    private static (string Target, int Number) CaseOf(string text) =>
        text.Split(':') is [var target, var number] && Target.All.Any(make => make().Name == target) && int.TryParse(number, out int index) && index >= 0
            ? (target, index)
            : throw new UserErrorException($"--case is a target and a number, such as media:17, not '{text}'.");
}
