using GBlend.MLNet.Tables;

namespace FromTable;

/// <summary>What the user asked for.</summary>
internal sealed class CommandLine
{
    public const string Help = """
        Trains a model of a table: numbers, categories, dates, text and paths of pictures, videos and sound, whatever it has.

        usage: dotnet run -c Release --project examples/FromTable -- [options]

          --table FILE       a CSV file whose first line names the columns; without it, a table of products with pictures is made
          --label COLUMN     the column to predict (Category)
          --test FILE        rows to measure the model on; without it, a fifth of the table is set aside
          --kind COLUMN=KIND what a column is, where it is taken for something else: Number, Category, Date, Text, Image, Video,
                             Sound or LeftOut; may be given again
          --key COLUMN       rows of one value of this column (a person, a camera) are held out together
          --minutes X        the time that the training may take (1)
          --save FILE        where the model goes (fromtable.gblend.zip)
          --report FILE      where the report goes (fromtable-report.html)
          --program FILE     where the program goes that builds the same pipeline by hand (fromtable-pipeline.cs)
          --help
        """;

    private readonly List<(string Column, ColumnKind Kind)> _kinds = [];

    public string? TableFile { get; private set; }
    public string Label { get; private set; } = "Category";
    public string? TestFile { get; private set; }
    public IReadOnlyList<(string Column, ColumnKind Kind)> Kinds => _kinds;
    public string? KeyColumn { get; private set; }
    public TimeSpan Time { get; private set; } = TimeSpan.FromMinutes(1);
    public string ModelFile { get; private set; } = "fromtable.gblend.zip";
    public string ReportFile { get; private set; } = "fromtable-report.html";
    public string ProgramFile { get; private set; } = "fromtable-pipeline.cs";

    public static CommandLine Parse(string[] args)
    {
        var line = new CommandLine();
        var options = new OptionReader(args, Help);
        while (options.Next())
        {
            switch (options.Option)
            {
                case "--table": line.TableFile = options.Value(); break;
                case "--label": line.Label = options.Value(); break;
                case "--test": line.TestFile = options.Value(); break;
                case "--kind": line._kinds.Add(Kind(options.Value())); break;
                case "--key": line.KeyColumn = options.Value(); break;
                case "--minutes": line.Time = TimeSpan.FromMinutes(options.Number()); break;
                case "--save": line.ModelFile = options.NewFile(); break;
                case "--report": line.ReportFile = options.NewFile(); break;
                case "--program": line.ProgramFile = options.NewFile(); break;
                default: throw options.Unknown();
            }
        }
        return line;
    }

    private static (string, ColumnKind) Kind(string text) =>
        text.LastIndexOf('=') is > 0 and var at && Enum.TryParse(text[(at + 1)..], ignoreCase: true, out ColumnKind kind) && Enum.IsDefined(kind)
            ? (text[..at], kind)
            : throw new UserErrorException($"--kind is COLUMN=KIND with one of the kinds {string.Join(", ", Enum.GetNames<ColumnKind>())}, not '{text}'.");
}
