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
          --report FILE       the same as a page (automlsweep-report.html)
          --save FILE         the model, fitted again on all rows but the test rows (automlsweep.gblend.zip)
          --help
        """;

    private double? _minutes;
    private int? _trials, _parallel;
    private long? _totalEpochs;

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
    public string ReportFile { get; private set; } = "automlsweep-report.html";
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
        var options = new OptionReader(args, Help);
        while (options.Next())
        {
            switch (options.Option)
            {
                case "--data": line.DataFolder = options.Value(); break;
                case "--key": line.KeyColumn = options.Value(); break;
                case "--minutes": line._minutes = options.Number(); break;
                case "--trials": line._trials = options.Count(); break;
                case "--total-epochs": line._totalEpochs = options.Count(); break;
                case "--epochs": line.Epochs = options.Count(); break;
                case "--tuner": line.Tuner = options.Choice(("model", SweepTuner.Model), ("spread", SweepTuner.Spread), ("random", SweepTuner.Random)); break;
                case "--reduction": line.Reduction = options.Count(); break;
                case "--metric":
                    line.Metric = options.Choice(
                        ("logloss", SweepMetric.LogLoss), ("accuracy", SweepMetric.MicroAccuracy), ("macro", SweepMetric.MacroAccuracy));
                    break;
                case "--seeds": line.Seeds = options.Count(); break;
                case "--parallel": line._parallel = options.Count(); break;
                case "--seed": line.Seed = options.Whole(); break;
                case "--journal": line.JournalFile = options.NewFile(); break;
                case "--csv": line.CsvFile = options.NewFile(); break;
                case "--report": line.ReportFile = options.NewFile(); break;
                case "--save": line.ModelFile = options.NewFile(); break;
                default: throw options.Unknown();
            }
        }
        return line;
    }
}
