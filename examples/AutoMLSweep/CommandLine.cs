using System.Globalization;
using GBlend.MLNet.AutoML;

namespace AutoMLSweep;

/// <summary>What the user asked for.</summary>
internal sealed class CommandLine
{
    public const string Help = """
        Finds good settings for data with several modalities, and says which settings matter.

        usage: dotnet run -c Release --project examples/AutoMLSweep -- [options]

          --data FOLDER       labels.csv (Label, Split = train/valid/test, any other columns) and one numeric CSV
                              per modality, two to six, rows in the same order; without it, generated data
          --key COLUMN        valid rows of one value of this column (for example Speaker) stay together; one half of
                              the valid rows is held out of training to find how to blend, the other chooses the settings
          --minutes M         stop after so much time (1.5, unless --trials or --total-epochs is given)
          --trials N          stop after so many trials
          --total-epochs N    stop after so many epochs of all trials together
          --epochs N          a whole training (30)
          --tuner NAME        model, spread or random (model)
          --reduction N       one in N trials goes on to the next stage; 1 trains all to the end (3)
          --metric NAME       logloss, accuracy or macro (logloss)
          --seeds N           seeds of each of the three finalists (1)
          --parallel N        trials at a time (one a core; 1 with --journal, so that it can be repeated exactly)
          --seed N            (0)
          --journal FILE      write every result there; the same command goes on where it was interrupted
          --csv FILE          the leaderboard (automlsweep.csv)
          --save FILE         the model, fitted again on all rows but the test rows (automlsweep.gblend.zip)
          --help
        """;

    private double? _minutes;
    private int? _trials, _parallel;
    private long? _totalEpochs;

    public bool WantsHelp { get; private set; }
    public string? DataFolder { get; private set; }
    public string? KeyColumn { get; private set; }
    public int Epochs { get; private set; } = 30;
    public SweepTuner Tuner { get; private set; } = SweepTuner.Model;
    public int Reduction { get; private set; } = 3;
    public SweepMetric Metric { get; private set; } = SweepMetric.LogLoss;
    public int Seeds { get; private set; } = 1;
    public int Seed { get; private set; }
    public string? JournalFile { get; private set; }
    public string CsvFile { get; private set; } = "automlsweep.csv";
    public string ModelFile { get; private set; } = "automlsweep.gblend.zip";
    public int Parallel => _parallel ?? (JournalFile is null ? Environment.ProcessorCount : 1);

    public SweepBudget Budget => new()
    {
        Time = TimeSpan.FromMinutes(_minutes ?? 1.5) is var time && (_minutes is not null || (_trials is null && _totalEpochs is null)) ? time : null,
        Trials = _trials,
        Epochs = _totalEpochs,
    };

    public static CommandLine Parse(string[] args)
    {
        var line = new CommandLine();
        for (int i = 0; i < args.Length; i++)
        {
            string option = args[i];
            string Value() => i + 1 < args.Length ? args[++i] : throw new UserErrorException($"{option} needs a value. See --help.");
            switch (option)
            {
                case "--help" or "-h": line.WantsHelp = true; break;
                case "--data": line.DataFolder = Value(); break;
                case "--key": line.KeyColumn = Value(); break;
                case "--minutes": line._minutes = Positive(option, Value()); break;
                case "--trials": line._trials = Count(option, Value()); break;
                case "--total-epochs": line._totalEpochs = Count(option, Value()); break;
                case "--epochs": line.Epochs = Count(option, Value()); break;
                case "--tuner": line.Tuner = Choice(option, Value(), ("model", SweepTuner.Model), ("spread", SweepTuner.Spread), ("random", SweepTuner.Random)); break;
                case "--reduction": line.Reduction = Count(option, Value()); break;
                case "--metric": line.Metric = Choice(option, Value(), ("logloss", SweepMetric.LogLoss), ("accuracy", SweepMetric.MicroAccuracy), ("macro", SweepMetric.MacroAccuracy)); break;
                case "--seeds": line.Seeds = Count(option, Value()); break;
                case "--parallel": line._parallel = Count(option, Value()); break;
                case "--seed": line.Seed = int.TryParse(Value(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int seed) ? seed : throw new UserErrorException("--seed is a whole number."); break;
                case "--journal": line.JournalFile = Value(); break;
                case "--csv": line.CsvFile = Value(); break;
                case "--save": line.ModelFile = Value(); break;
                default: throw new UserErrorException($"Unknown option '{option}'. See --help.");
            }
        }
        foreach (string file in new[] { line.CsvFile, line.ModelFile, line.JournalFile }.OfType<string>())
        {
            if (Path.GetDirectoryName(Path.GetFullPath(file)) is { } folder && !Directory.Exists(folder))
                throw new UserErrorException($"There is no folder {folder} for {Path.GetFileName(file)}.");
        }
        return line;
    }

    private static T Choice<T>(string option, string value, params (string Name, T Value)[] choices) => choices.FirstOrDefault(c => c.Name == value) is { Name: not null } choice
        ? choice.Value
        : throw new UserErrorException($"{option} is one of {string.Join(", ", choices.Select(c => c.Name))}, not '{value}'.");

    private static int Count(string option, string value) => int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int count) && count > 0
        ? count
        : throw new UserErrorException($"{option} is a whole number above 0, not '{value}'.");

    private static double Positive(string option, string value) => double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && number > 0 && double.IsFinite(number)
        ? number
        : throw new UserErrorException($"{option} is a number above 0, not '{value}'.");
}
