using System.Globalization;
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
          --help
        """;

    private static readonly string[] s_blendings = ["none", "equal", "offline", "online", "auto"];

    private float? _learningRate;
    private int? _superEpoch, _seeds;
    private Answer? _answer;

    public bool WantsHelp { get; private set; }
    public string? DataFolder { get; private set; }
    public string? KeyColumn { get; private set; }
    public float? ValidationFraction { get; private set; }
    public IReadOnlyList<string> Blendings { get; private set; } = s_blendings;
    public Answer Answer => _answer ?? (Published ? Answer.Joint : Answer.Auto);
    public int Epochs { get; private set; } = 60;
    public int SuperEpoch => _superEpoch ?? Math.Min(10, Epochs);
    public int? FirstSuperEpoch { get; private set; }
    public int[] Widths { get; private set; } = [64, 32];
    public int[] FusionWidths { get; private set; } = [64];
    public float LearningRate => _learningRate ?? (OptimizerName == "sgd" ? 0.05f : 0.001f);
    public int BatchSize { get; private set; } = 64;
    public string OptimizerName { get; private set; } = "sgd";
    public int Seeds => _seeds ?? (DataFolder is null ? 3 : 5);
    public bool Published { get; private set; }
    public string? Without { get; private set; }
    public BlendingGuards Guards => Without switch
    {
        _ when Published => BlendingGuards.Published,
        "floor" => new() { WeightFloor = 0 },
        "trust" => new() { TrustsByStandardError = false },
        "rate" => new() { KeepsLearningRate = false },
        _ => new(),
    };
    public string ModelFile { get; private set; } = "quickstart.gblend.zip";

    public Optimizer Optimizer => OptimizerName switch
    {
        "adam" => Optimizer.Adam(),
        "adamw" => Optimizer.AdamW(),
        _ => Optimizer.Sgd(),
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
                case "--validation-fraction": line.ValidationFraction = (float)Number(option, Value(), 0, 1); break;
                case "--blending": line.Blendings = Choice(option, Value(), [.. s_blendings, "all"]) is var b && b == "all" ? s_blendings : [b]; break;
                case "--answer": line._answer = AnswerOf(Choice(option, Value(), ["joint", "best", "mean", "pool", "auto"])); break;
                case "--epochs": line.Epochs = Count(option, Value()); break;
                case "--super-epoch": line._superEpoch = Count(option, Value()); break;
                case "--first-super-epoch": line.FirstSuperEpoch = Count(option, Value()); break;
                case "--widths": line.Widths = Counts(option, Value()); break;
                case "--fusion": line.FusionWidths = Counts(option, Value()); break;
                case "--learning-rate": line._learningRate = (float)Number(option, Value(), 0, double.PositiveInfinity); break;
                case "--batch": line.BatchSize = Count(option, Value()); break;
                case "--optimizer": line.OptimizerName = Choice(option, Value(), ["sgd", "adam", "adamw"]); break;
                case "--seeds": line._seeds = Count(option, Value()); break;
                case "--published": line.Published = true; break;
                case "--without": line.Without = Choice(option, Value(), ["floor", "trust", "rate"]); break;
                case "--save": line.ModelFile = Value(); break;
                default: throw new UserErrorException($"Unknown option '{option}'. See --help.");
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
        string folder = Path.GetDirectoryName(Path.GetFullPath(ModelFile))!;
        if (!Directory.Exists(folder))
            throw new UserErrorException($"--save: there is no folder {folder}.");
        if (Directory.Exists(ModelFile))
            throw new UserErrorException($"--save: {ModelFile} is a folder. Name a file.");
    }

    private static Answer AnswerOf(string name) => name switch
    {
        "best" => Answer.BestHead,
        "mean" => Answer.MeanOfHeads,
        "pool" => Answer.Pool,
        "joint" => Answer.Joint,
        _ => Answer.Auto,
    };

    private static string Choice(string option, string value, string[] choices) => choices.Contains(value)
        ? value
        : throw new UserErrorException($"{option} is one of {string.Join(", ", choices)}, not '{value}'.");

    private static int Count(string option, string value) => int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int count) && count > 0
        ? count
        : throw new UserErrorException($"{option} is a whole number above 0, not '{value}'.");

    private static int[] Counts(string option, string value) => [.. value.Split(',').Select(part => Count(option, part))];

    private static double Number(string option, string value, double above, double below) =>
        double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && number > above && number < below
            ? number
            : throw new UserErrorException($"{option} is a number above {above}{(double.IsFinite(below) ? $" and below {below}" : "")}, not '{value}'.");
}
