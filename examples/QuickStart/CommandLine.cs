using GBlend.MLNet;

namespace QuickStart;

/// <summary>What the user asked for.</summary>
internal sealed class CommandLine
{
    public const string Help = """
        Trains a network on data with several modalities, one way after another, and compares them on the test rows.

        usage: dotnet run -c Release --project examples/QuickStart -- [options]

          --data FOLDER            labels.csv (Label, Split = train/valid/test, any other columns) and one numeric CSV
                                   per modality, two to six, rows in the same order; without it, generated data
          --key COLUMN             hold out training rows by the values of this column (for example Speaker);
                                   by default the valid rows are held out
          --validation-fraction F  how much --key holds out (0.3); without --key, a stratified share of the rows
          --blending NAME          which joint networks to train: auto, online, offline, equal, none or all (all)
          --answer NAME            what a joint network answers with: its joint head, the best head on the held-out rows, the
                                   mean of its heads or a pool of them: joint, best, mean, pool or auto (auto, a pool where
                                   there is more than one head; joint with --published)
          --epochs N               (60)
          --super-epoch N          epochs between two estimates of online G-Blend (10)
          --first-super-epoch N    the same for the first estimate (as --super-epoch)
          --widths N,N             hidden widths of every modality's encoder (64,32)
          --fusion N,N             hidden widths of the fusion head (64)
          --learning-rate X        (0.05; 0.001 for adam and adamw)
          --batch N                (64)
          --optimizer NAME         sgd, adam or adamw (sgd)
          --seeds N                every network is trained N times (5; generated data 3)
          --published              the paper's bare rule, without the library's guards
          --without GUARD          without one of them: floor, trust or rate
          --save FILE              where the model goes (quickstart.gblend.zip)
          --report FILE            where the report of that model goes (quickstart-report.html)
          --help
        """;

    private static readonly string[] s_blendings = ["none", "equal", "offline", "online", "auto"];

    private double? _learningRate;
    private int? _superEpoch, _seeds;
    private Answer? _answer;

    public string? DataFolder { get; private set; }
    public string? KeyColumn { get; private set; }
    public double? ValidationFraction { get; private set; }
    public IReadOnlyList<string> Blendings { get; private set; } = s_blendings;
    public Answer Answer => _answer ?? (Published ? Answer.Joint : Answer.Auto);
    public int Epochs { get; private set; } = 60;
    public int SuperEpoch => _superEpoch ?? Math.Min(10, Epochs);
    public int? FirstSuperEpoch { get; private set; }
    public int[] Widths { get; private set; } = [64, 32];
    public int[] FusionWidths { get; private set; } = [64];
    public double LearningRate => _learningRate ?? (OptimizerName == "sgd" ? 0.05 : 0.001);
    public int BatchSize { get; private set; } = 64;
    public string OptimizerName { get; private set; } = "sgd";
    public int Seeds => _seeds ?? (DataFolder is null ? 3 : 5);
    public bool Published { get; private set; }
    public string? Without { get; private set; }
    public BlendingGuards Guards => Without switch
    {
        _ when Published => BlendingGuards.Published,
        "floor" => new() { WeightFloor = 0 },
        "trust" => new() { TrustByStandardError = false },
        "rate" => new() { KeepLearningRate = false },
        _ => new(),
    };
    public string ModelFile { get; private set; } = "quickstart.gblend.zip";
    public string ReportFile { get; private set; } = "quickstart-report.html";

    public Optimizer Optimizer => NamedChoices.Optimizers.First(o => o.Name == OptimizerName).Value;

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
                case "--validation-fraction": line.ValidationFraction = options.Number(below: 1); break;
                case "--blending": line.Blendings = options.Choice([.. s_blendings, "all"]) is var b && b == "all" ? s_blendings : [b]; break;
                case "--answer": line._answer = options.Choice(NamedChoices.Answers); break;
                case "--epochs": line.Epochs = options.Count(); break;
                case "--super-epoch": line._superEpoch = options.Count(); break;
                case "--first-super-epoch": line.FirstSuperEpoch = options.Count(); break;
                case "--widths": line.Widths = options.Counts(); break;
                case "--fusion": line.FusionWidths = options.Counts(); break;
                case "--learning-rate": line._learningRate = options.Number(); break;
                case "--batch": line.BatchSize = options.Count(); break;
                case "--optimizer": line.OptimizerName = options.Choice([.. NamedChoices.Optimizers.Select(o => o.Name)]); break;
                case "--seeds": line._seeds = options.Count(); break;
                case "--published": line.Published = true; break;
                case "--without": line.Without = options.Choice("floor", "trust", "rate"); break;
                case "--save": line.ModelFile = options.NewFile(); break;
                case "--report": line.ReportFile = options.NewFile(); break;
                default: throw options.Unknown();
            }
        }
        line.CheckTogether();
        return line;
    }

    private void CheckTogether()
    {
        int longest = Math.Max(SuperEpoch, FirstSuperEpoch ?? 0);
        if (longest > Epochs)
            throw new UserErrorException($"A super-epoch of {longest} epochs is longer than the run of {Epochs}. Lower --super-epoch or raise --epochs.");
    }
}
