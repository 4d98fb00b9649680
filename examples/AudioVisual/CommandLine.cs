using System.Globalization;
using GBlend.MLNet;

namespace AudioVisual;

/// <summary>What the user asked for.</summary>
internal sealed class CommandLine
{
    public const string Help = """
        Trains networks end to end from media files, each modality alone and together in several ways, and compares them on the test rows.

        usage: dotnet run -c Release --project examples/AudioVisual -- [options]

        the rows
          --manifest FILE          a CSV with Label, Split (train, valid or test) and one or more of VideoPath, AudioPath, ImagePath
                                   and Text; paths are relative to it. A video's own sound is a modality where there is no
                                   AudioPath. Without it: media files that the example makes, of moving shapes with melodies
          --media FOLDER           where those go (a folder of the user's own data)
          --label-column NAME      and --split-column, --video-column, --audio-column, --image-column, --text-column: other names
          --no-sound               leave the videos' own sound alone
          --key COLUMN             hold out training rows by the values of this column (for example Speaker);
                                   by default the valid rows are held out
          --validation-fraction F  how much --key holds out (0.3); without --key, a stratified share of the rows
          --on-bad-media WHAT      a file that can't be used: fail, skip (leave the row out) or missing (leave out rows to train
                                   on; test rows are answered by the other modalities) (fail)
          --cache FOLDER           keep decoded rows there, for later runs too (in memory, for this run)
        what is read of the files
          --clip N                 frames of a video clip (8)
          --stride N               every how many frames of the video one is taken (so that a clip is about a second, if it fits)
          --clips N                clips per video, with the sound of the same time; one is drawn per epoch, and all are averaged
                                   in scoring (as many as fit, up to 3)
          --size N                 height and width of video frames (as in the files, at most 40)
          --image-size N           height and width of images (as in the files, at most 64)
          --grayscale              brightness instead of colors
          --spectrogram N          frames of 10 ms of a spectrogram (100); with a video's own sound they span its clip
          --tokens N               token ids of a text (64)
        the networks: R(2+1)D-18 for video, ResNet-18 for sound and images, pooled token embeddings for text
          --width X                what their widths are multiplied by (0.125)
          --fusion N,N             hidden widths of the fusion head (256)
          --no-augmentation        without the random shifts of pictures and the masked stretches of sound in training
        the training
          --blending NAME          which joint networks to train: none, equal, offline, online, auto or all (all: none, equal,
                                   online, auto)
          --answer NAME            what a joint network answers with: joint, best, mean, pool or auto (auto)
          --epochs N               (24)
          --super-epoch N          epochs between two estimates of online G-Blend (8)
          --first-super-epoch N    the same for the first estimate (as --super-epoch)
          --learning-rate X        (0.03; 0.001 for adam and adamw); it rises over 3 epochs and falls to 0 along a cosine
          --batch N                (16)
          --optimizer NAME         sgd, adam or adamw (sgd)
          --weight-decay X         (0.0005)
          --parallel N             fits side by side, each in one thread (as many as there are processors)
          --seeds N                every network is trained N times (1; on the made files 2)
        what is written
          --save FILE              where the last network goes (audiovisual.gblend.zip)
          --sheet FILE             the contact sheet of test rows with predictions (audiovisual.png)
          --help
        """;

    private static readonly string[] s_allBlendings = ["none", "equal", "online", "auto"];

    private float? _learningRate;
    private int? _superEpoch, _seeds;

    public bool WantsHelp { get; private set; }
    public string? ManifestFile { get; private set; }
    public string MediaFolder { get; private set; } = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.Create), "GBlend.MLNet", "media");
    public ManifestColumns Columns { get; private set; } = new();
    public bool UsesOwnSound { get; private set; } = true;
    public float? ValidationFraction { get; private set; }
    public OnBadMedia OnBadMedia { get; private set; }
    public string? CacheFolder { get; private set; }
    public int ClipLength { get; private set; } = 8;
    public int? Stride { get; private set; }
    public int? Clips { get; private set; }
    public int? Size { get; private set; }
    public int? ImageSize { get; private set; }
    public bool Grayscale { get; private set; }
    public int Spectrogram { get; private set; } = 100;
    public int Tokens { get; private set; } = 64;
    public double Width { get; private set; } = 0.125;
    public int[] FusionWidths { get; private set; } = [256];
    public bool Augments { get; private set; } = true;
    public IReadOnlyList<string> Blendings { get; private set; } = s_allBlendings;
    public Answer Answer { get; private set; } = Answer.Auto;
    public int Epochs { get; private set; } = 24;
    public int SuperEpoch => _superEpoch ?? Math.Min(8, Epochs);
    public int? FirstSuperEpoch { get; private set; }
    public float LearningRate => _learningRate ?? (OptimizerName == "sgd" ? 0.03f : 0.001f);
    public int BatchSize { get; private set; } = 16;
    public string OptimizerName { get; private set; } = "sgd";
    public float WeightDecay { get; private set; } = 0.0005f;
    public int Seeds => _seeds ?? (ManifestFile is null ? 2 : 1);
    public int Parallel { get; private set; } = Environment.ProcessorCount;
    public string ModelFile { get; private set; } = "audiovisual.gblend.zip";
    public string SheetFile { get; private set; } = "audiovisual.png";

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
                case "--manifest": line.ManifestFile = Value(); break;
                case "--media": line.MediaFolder = Value(); break;
                case "--label-column": line.Columns = line.Columns with { Label = Value() }; break;
                case "--split-column": line.Columns = line.Columns with { Split = Value() }; break;
                case "--video-column": line.Columns = line.Columns with { Video = Value() }; break;
                case "--audio-column": line.Columns = line.Columns with { Audio = Value() }; break;
                case "--image-column": line.Columns = line.Columns with { Image = Value() }; break;
                case "--text-column": line.Columns = line.Columns with { Text = Value() }; break;
                case "--no-sound": line.UsesOwnSound = false; break;
                case "--key": line.Columns = line.Columns with { Key = Value() }; break;
                case "--validation-fraction": line.ValidationFraction = (float)Number(option, Value(), 0, 1); break;
                case "--on-bad-media": line.OnBadMedia = Enum.Parse<OnBadMedia>(Choice(option, Value(), ["fail", "skip", "missing"]), ignoreCase: true); break;
                case "--cache": line.CacheFolder = Value(); break;
                case "--clip": line.ClipLength = Count(option, Value()); break;
                case "--stride": line.Stride = Count(option, Value()); break;
                case "--clips": line.Clips = Count(option, Value()); break;
                case "--size": line.Size = Count(option, Value()); break;
                case "--image-size": line.ImageSize = Count(option, Value()); break;
                case "--grayscale": line.Grayscale = true; break;
                case "--spectrogram": line.Spectrogram = Count(option, Value()); break;
                case "--tokens": line.Tokens = Count(option, Value()); break;
                case "--width": line.Width = Number(option, Value(), 0, 16); break;
                case "--fusion": line.FusionWidths = [.. Value().Split(',').Select(part => Count(option, part))]; break;
                case "--no-augmentation": line.Augments = false; break;
                case "--blending": line.Blendings = Choice(option, Value(), ["none", "equal", "offline", "online", "auto", "all"]) is var b && b == "all" ? s_allBlendings : [b]; break;
                case "--answer": line.Answer = AnswerOf(Choice(option, Value(), ["joint", "best", "mean", "pool", "auto"])); break;
                case "--epochs": line.Epochs = Count(option, Value()); break;
                case "--super-epoch": line._superEpoch = Count(option, Value()); break;
                case "--first-super-epoch": line.FirstSuperEpoch = Count(option, Value()); break;
                case "--learning-rate": line._learningRate = (float)Number(option, Value(), 0, double.PositiveInfinity); break;
                case "--batch": line.BatchSize = Count(option, Value()); break;
                case "--optimizer": line.OptimizerName = Choice(option, Value(), ["sgd", "adam", "adamw"]); break;
                case "--weight-decay": line.WeightDecay = (float)Number(option, Value(), -double.Epsilon, double.PositiveInfinity); break;
                case "--seeds": line._seeds = Count(option, Value()); break;
                case "--parallel": line.Parallel = Count(option, Value()); break;
                case "--save": line.ModelFile = Value(); break;
                case "--sheet": line.SheetFile = Value(); break;
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
        if (ManifestFile is null && Columns != new ManifestColumns { Key = Columns.Key })
            throw new UserErrorException("Column names are for a --manifest.");
        if (ManifestFile is null && Columns.Key is not (null or GeneratedSet.Key))
            throw new UserErrorException($"The generated files have no column '{Columns.Key}'; their key column is {GeneratedSet.Key}.");
        foreach (var (option, file) in new[] { ("--save", ModelFile), ("--sheet", SheetFile) })
        {
            string folder = Path.GetDirectoryName(Path.GetFullPath(file))!;
            if (!Directory.Exists(folder))
                throw new UserErrorException($"{option}: there is no folder {folder}.");
            if (Directory.Exists(file))
                throw new UserErrorException($"{option}: {file} is a folder. Name a file.");
        }
        if (!SheetFile.EndsWith(".png", StringComparison.OrdinalIgnoreCase))
            throw new UserErrorException($"--sheet: {SheetFile} does not end in .png.");
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

    private static double Number(string option, string value, double above, double below) =>
        double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && number > above && number < below
            ? number
            : throw new UserErrorException($"{option} is a number above {Math.Max(above, 0)}{(double.IsFinite(below) ? $" and below {below}" : "")}, not '{value}'.");
}
