using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using GBlend.MLNet.Media;

namespace AudioVisual;

/// <summary>The set that the example makes for itself: media files and a manifest beside them.</summary>
internal static class GeneratedSet
{
    public const string Key = "Scene";

    // Training, held-out and test rows are of different scenes.
    private const int TrainingScenes = 6, HeldOutScenes = 3;

    internal static MovingShapesOptions Options { get; } = new() { Classes = 8, ClipsPerClass = 56, Scenes = 14 };

    /// <summary>Makes the files, unless a run before has made them.</summary>
    /// <param name="folder">Where they go.</param>
    /// <param name="progress">Called with the number of videos made so far.</param>
    /// <returns>The manifest.</returns>
    internal static string Make(string folder, Action<int> progress)
    {
        // The name says what is in it, so that other settings find other files.
        string settings = $"{Options} {TrainingScenes} {HeldOutScenes}",
            home = Path.Combine(folder, "moving-shapes-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(settings)))[..8]);
        string manifest = Path.Combine(home, "manifest.csv");
        if (File.Exists(manifest))
            return manifest;
        var shapes = MovingShapes.Write(home, Options, progress);
        var lines = new StringBuilder($"VideoPath,AudioPath,Label,{Key},Split\n");
        foreach (var shape in shapes)
        {
            string split = shape.Scene < TrainingScenes ? "train" : shape.Scene < TrainingScenes + HeldOutScenes ? "valid" : "test";
            lines.Append(CultureInfo.InvariantCulture,
                $"{Path.GetFileName(shape.VideoPath)},{Path.GetFileName(shape.AudioPath)},{shape.Label},{shape.SceneName},{split}\n");
        }
        // Last and at once: a folder with a manifest is complete.
        File.WriteAllText(manifest + ".unfinished", lines.ToString());
        File.Move(manifest + ".unfinished", manifest, overwrite: true);
        return manifest;
    }
}
