using System.Globalization;
using System.Text;

namespace Recipes;

/// <summary>What a recipe needs: files, time, memory and disk.</summary>
/// <param name="Recipe">The recipe.</param>
/// <param name="Costs">Of the modalities' networks, in their order.</param>
/// <param name="Hardware">What it would run on.</param>
internal sealed record Requirements(Recipe Recipe, IReadOnlyList<NetworkCost> Costs, Hardware Hardware)
{
    /// <summary>Seconds of decoding and scaling a clip of 16 frames on one core, from this project's measurements on 320 x 240 videos.</summary>
    private const double DecodeSeconds = 0.05;

    /// <summary>Bytes a second of video at a short side of about 340, as these sets are usually kept.</summary>
    private const double VideoBytesPerSecond = 150_000;

    /// <summary>Numbers kept for each parameter: itself, its gradient, its momentum; estimates train copies of the network beside it.</summary>
    private const int NumbersPerParameter = 3, Copies = 3;

    public int TrainVideos => Recipe.Subset?.TrainVideos ?? Layout.Of(Recipe.Data).TrainVideos;

    public int TestVideos => Recipe.Subset?.TestVideos ?? Layout.Of(Recipe.Data).TestVideos;

    /// <summary>Clips whose activations are in memory together.</summary>
    private int Together => Recipe.Training.MicroBatchSize ?? Recipe.Training.BatchSize;

    private NetworkCost Network => Costs.Aggregate((a, b) => a + b);

    /// <summary>Clips that are trained on in an epoch.</summary>
    public double ClipsPerEpoch => (double)TrainVideos * Recipe.Training.ClipsPerVideo * (1 - Recipe.Training.HeldOut);

    /// <summary>Seconds of one of the networks of a target: its training passes and its test.</summary>
    public double SecondsOf(Method method)
    {
        var network = Recipe.Modalities.Zip(Costs).Where(m => method.Modalities.Contains(m.First)).Select(m => m.Second).Aggregate((a, b) => a + b);
        double training = method.Cost * Recipe.Training.Epochs * ClipsPerEpoch * network.MultiplyAdds * Hardware.StepCost;
        double testing = (double)TestVideos * Recipe.Test.Clips * Recipe.Test.Crops * network.MultiplyAdds;
        return (training + testing) / Hardware.MultiplyAddsPerSecond;
    }

    /// <summary>Seconds of everything, decoding left out.</summary>
    public double Seconds => Targets.Sum(target => Blends.Of(Recipe, target).Sum(SecondsOf));

    /// <summary>Bytes for the weights of all copies and the activations of a batch.</summary>
    public double NetworkBytes =>
        sizeof(float) * (Network.Parameters * NumbersPerParameter * Copies + Network.Activations * Together / (Recipe.Training.BFloat16 ? 2 : 1));

    /// <summary>Bytes of all decoded clips.</summary>
    public double ClipBytes => Recipe.Modalities.Sum(m => (double)Networks.BytesOf(Recipe, m)) * (
        (double)TrainVideos * Recipe.Training.ClipsPerVideo + (double)TestVideos * Recipe.Test.Clips);

    private double DecodingSeconds => ((double)TrainVideos * Recipe.Training.ClipsPerVideo
        + (double)TestVideos * Recipe.Test.Clips) * Recipe.Clip.Frames / 16 * DecodeSeconds / Hardware.Processors;

    private IReadOnlyList<string> Targets => Recipe.Data == DataSetKind.EpicKitchens ? ["verb", "noun"] : ["class"];

    /// <summary>What <c>RECIPE</c> without data prints.</summary>
    public string Print()
    {
        var layout = Layout.Of(Recipe.Data);
        var text = new StringBuilder();
        text.AppendLine($"{Recipe.Name} ({Recipe.Variant}): {Recipe.About}");
        text.AppendLine();
        text.AppendLine("Put into a folder and name it by --data FOLDER:");
        text.AppendLine();
        text.AppendLine("FOLDER/");
        foreach (var slot in layout.Annotations)
            text.AppendLine($"  {string.Join(" or ", slot.Names)}    ({slot.Content}; from {slot.Source}; annotations/ is looked into too)");
        text.AppendLine($"  {layout.Videos[0]}");
        foreach (string line in layout.Videos.Skip(1))
            text.AppendLine($"    {line}");
        text.AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture, $"The published lists have about {layout.TrainVideos:N0} {What} to train on and {layout.TestVideos:N0} "
            + $"to test on; this recipe takes {TrainVideos:N0} and {TestVideos:N0}. Those that are missing are listed and left out.");
        text.AppendLine(
            CultureInfo.InvariantCulture, $"The videos take about {Bytes((layout.TrainVideos + layout.TestVideos) * layout.Seconds * VideoBytesPerSecond)} at "
            + $"a short side of 340 pixels. Programs: ffmpeg; system libraries: build/install-media-libraries.sh.");
        text.AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture, $"Networks for a clip of {Recipe.Clip.Frames} x {Recipe.Clip.Crop} x {Recipe.Clip.Crop}:");
        foreach (var (modality, cost) in Recipe.Modalities.Zip(Costs))
            text.AppendLine(CultureInfo.InvariantCulture, $"  {modality}: {Networks.EncoderOf(Recipe, modality)}, {cost.Parameters / 1e6:0.0} million "
                + $"parameters, {cost.MultiplyAdds / 1e9:0.0} billion multiply-adds");
        text.AppendLine();
        text.AppendLine(
            CultureInfo.InvariantCulture,
            $"Time on {Hardware.Device} at {Hardware.MultiplyAddsPerSecond / 1e9:0.0} billion multiply-adds a second (measured now, float32), for "
            + $"{Recipe.Training.Epochs} epochs of {ClipsPerEpoch:N0} clips and a test of {Recipe.Test.Clips} clips x {Recipe.Test.Crops} crops:");
        foreach (string target in Targets)
        {
            foreach (var method in Blends.Of(Recipe, target))
                text.AppendLine($"  {(Targets.Count > 1 ? target + ", " : "")}{method.Title}: about {Time(SecondsOf(method))}");
        }
        text.AppendLine($"  all: about {Time(Seconds)}; decoding beside it: about {Time(DecodingSeconds)}");
        text.AppendLine($"Memory: about {Bytes(NetworkBytes)} for the networks and {Together} clips at a time (there are {Bytes(Hardware.MemoryBytes)}); --set "
            + $"training.microBatchSize=N computes a batch in parts");
        text.AppendLine($"Disk: about {Bytes(2 * ClipBytes)} for decoded clips, kept once beside the results and once for the training under way (free: "
            + $"{Bytes(Hardware.FreeDiskBytes)})");
        text.AppendLine();
        text.AppendLine(
            $"To see the recipe run here and now on a set made up in this layout: --stand-in. To change it: --show prints it, --set and --recipe change it.");
        return text.ToString();
    }

    private string What => Recipe.Data == DataSetKind.EpicKitchens ? "segments" : "videos";

    private static string Time(double seconds) => seconds switch
    {
        < 90 => Invariant($"{seconds:0} seconds"),
        < 5400 => Invariant($"{seconds / 60:0} minutes"),
        < 172_800 => Invariant($"{seconds / 3600:0} hours"),
        < 63_072_000 => Invariant($"{seconds / 86_400:0} days"),
        _ => Invariant($"{seconds / 31_536_000:N0} years"),
    };

    private static string Bytes(double bytes) => bytes switch
    {
        < 1e9 => Invariant($"{bytes / 1e6:0} MB"),
        < 1e12 => Invariant($"{bytes / 1e9:0} GB"),
        _ => Invariant($"{bytes / 1e12:0.0} TB"),
    };

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
