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
                                   online, auto; on the made files without equal where it would take more than five minutes)
          --answer NAME            what a joint network answers with: joint, best, mean, pool or auto (auto)
          --epochs N               (24)
          --super-epoch N          epochs between two estimates of online G-Blend (8)
          --first-super-epoch N    the same for the first estimate (as --super-epoch)
          --learning-rate X        (0.03; 0.001 for adam and adamw); it rises over 3 epochs and falls to 0 along a cosine
          --batch N                (16)
          --optimizer NAME         sgd, adam or adamw (sgd)
          --weight-decay X         (0.0005)
          --parallel N             fits side by side, each in one thread (as many as there are processors)
          --seeds N                every network is trained N times (1; on the made files 2 where that takes less than five minutes)
        what is written
          --save FILE              where the last network goes (audiovisual.gblend.zip)
          --sheet FILE             the contact sheet of test rows with predictions (audiovisual.png)
          --report FILE            the report of the saved model (audiovisual-report.html)
          --help
        """;

    private static readonly string[] s_allBlendings = ["none", "equal", "online", "auto"];

    private double? _learningRate;
    private int? _superEpoch, _seeds;
    private IReadOnlyList<string>? _blendings;

    public string? ManifestFile { get; private set; }
    public string MediaFolder { get; private set; } = Path.Combine(
        Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.Create), "GBlend.MLNet", "media");
    public ManifestColumns Columns { get; private set; } = new();
    public bool UsesOwnSound { get; private set; } = true;
    public double? ValidationFraction { get; private set; }
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
    public IReadOnlyList<string> Blendings => _blendings ?? s_allBlendings;
    public Answer Answer { get; private set; } = Answer.Auto;
    public int Epochs { get; private set; } = 24;
    public int SuperEpoch => _superEpoch ?? Math.Min(8, Epochs);
    public int? FirstSuperEpoch { get; private set; }
    public double LearningRate => _learningRate ?? (OptimizerName == "sgd" ? 0.03 : 0.001);
    public int BatchSize { get; private set; } = 16;
    public string OptimizerName { get; private set; } = "sgd";
    public double WeightDecay { get; private set; } = 0.0005;
    public int Seeds => _seeds ?? (ManifestFile is null ? 2 : 1);
    public int Parallel { get; private set; } = Environment.ProcessorCount;
    public string ModelFile { get; private set; } = "audiovisual.gblend.zip";
    public string SheetFile { get; private set; } = "audiovisual.png";
    public string ReportFile { get; private set; } = "audiovisual-report.html";

    public Optimizer Optimizer => NamedChoices.Optimizers.First(o => o.Name == OptimizerName).Value;

    public static CommandLine Parse(string[] args)
    {
        var line = new CommandLine();
        var options = new OptionReader(args, Help);
        while (options.Next())
        {
            switch (options.Option)
            {
                case "--manifest": line.ManifestFile = options.Value(); break;
                case "--media": line.MediaFolder = options.Value(); break;
                case "--label-column": line.Columns = line.Columns with { Label = options.Value() }; break;
                case "--split-column": line.Columns = line.Columns with { Split = options.Value() }; break;
                case "--video-column": line.Columns = line.Columns with { Video = options.Value() }; break;
                case "--audio-column": line.Columns = line.Columns with { Audio = options.Value() }; break;
                case "--image-column": line.Columns = line.Columns with { Image = options.Value() }; break;
                case "--text-column": line.Columns = line.Columns with { Text = options.Value() }; break;
                case "--no-sound": line.UsesOwnSound = false; break;
                case "--key": line.Columns = line.Columns with { Key = options.Value() }; break;
                case "--validation-fraction": line.ValidationFraction = options.Number(below: 1); break;
                case "--on-bad-media":
                    line.OnBadMedia = options.Choice(
                        ("fail", OnBadMedia.Fail), ("skip", OnBadMedia.Skip), ("missing", OnBadMedia.Missing));
                    break;
                case "--cache": line.CacheFolder = options.Value(); break;
                case "--clip": line.ClipLength = options.Count(); break;
                case "--stride": line.Stride = options.Count(); break;
                case "--clips": line.Clips = options.Count(); break;
                case "--size": line.Size = options.Count(); break;
                case "--image-size": line.ImageSize = options.Count(); break;
                case "--grayscale": line.Grayscale = true; break;
                case "--spectrogram": line.Spectrogram = options.Count(); break;
                case "--tokens": line.Tokens = options.Count(); break;
                case "--width": line.Width = options.Number(below: 16); break;
                case "--fusion": line.FusionWidths = options.Counts(); break;
                case "--no-augmentation": line.Augments = false; break;
                case "--blending":
                    line._blendings = options.Choice("none", "equal", "offline", "online", "auto", "all") is var b && b == "all"
                    ? s_allBlendings : [b]; break;
                case "--answer": line.Answer = options.Choice(NamedChoices.Answers); break;
                case "--epochs": line.Epochs = options.Count(); break;
                case "--super-epoch": line._superEpoch = options.Count(); break;
                case "--first-super-epoch": line.FirstSuperEpoch = options.Count(); break;
                case "--learning-rate": line._learningRate = options.Number(); break;
                case "--batch": line.BatchSize = options.Count(); break;
                case "--optimizer": line.OptimizerName = options.Choice([.. NamedChoices.Optimizers.Select(o => o.Name)]); break;
                case "--weight-decay": line.WeightDecay = options.Number(includesLeast: true); break;
                case "--seeds": line._seeds = options.Count(); break;
                case "--parallel": line.Parallel = options.Count(); break;
                case "--save": line.ModelFile = options.NewFile(); break;
                case "--sheet": line.SheetFile = options.NewFile(); break;
                case "--report": line.ReportFile = options.NewFile(); break;
                default: throw options.Unknown();
            }
        }
        line.CheckTogether();
        return line;
    }

    /// <summary>Leaves out a part of the default that nobody asked for.</summary>
    /// <returns>How to ask for it; <see langword="null"/> where nothing can be left out.</returns>
    public string? LeaveOut()
    {
        if (ManifestFile is not null)
            return null;
        if (_seeds is null)
        {
            _seeds = 1;
            return "--seeds 2";
        }
        if (_blendings is not null)
            return null;
        _blendings = [.. s_allBlendings.Where(b => b != "equal")];
        return "--blending all";
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
        if (!SheetFile.EndsWith(".png", StringComparison.OrdinalIgnoreCase))
            throw new UserErrorException($"--sheet: {SheetFile} does not end in .png.");
    }
}
