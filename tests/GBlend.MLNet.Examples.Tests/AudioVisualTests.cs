using System.Diagnostics;
using System.Globalization;
using GBlend.MLNet.Media;

namespace GBlend.MLNet.Examples.Tests;

/// <summary>The example on media files, as its user runs it: from a manifest to a table, a model and a picture.</summary>
public sealed class AudioVisualTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_manifest_of_videos_with_sound_ends_in_a_table_a_model_and_a_picture()
    {
        string manifest = Write("Path,What,Part");
        var (output, errors, exit) = Run(
            "--manifest", manifest, "--video-column", "Path", "--label-column", "What", "--split-column", "Part", "--blending", "online", "--super-epoch", "1");

        Assert.True(exit == 0, errors + output);
        // Every frame and sample is accounted for: a second of 16 frames and 16,000 samples a file.
        Assert.Contains("Decoded 24 of 24 rows", output);
        Assert.Contains("384 frames", output);
        Assert.Contains("384,000 samples", output);
        Assert.Contains("0 bad files", output);
        Assert.Matches(@"An epoch takes \d+\.\d s\. The 3 trainings, \d+ side by side, will take about \d+\.\d", output);
        Assert.All(new[] { "Video alone", "Audio alone", "online G-Blend" }, row => Assert.Contains($"│ {row}", output));
        Assert.Matches(@"gives\s+the\s+same\s+scores", output);
        Assert.True(new FileInfo(PathTo("model.zip")).Length > 10000);
        Assert.Equal([0x89, (byte)'P', (byte)'N', (byte)'G'], File.ReadAllBytes(PathTo("sheet.png"))[..4]);
    }

    [Fact]
    public void A_bad_file_ends_the_run_with_its_name_and_row_unless_it_is_to_be_left_out()
    {
        string manifest = Write("VideoPath,Label,Split");
        File.WriteAllText(PathTo(Path.Combine("media", File.ReadLines(manifest).ElementAt(3).Split(',')[0])), "no video");
        var (output, errors, exit) = Run("--manifest", manifest, "--blending", "equal");
        Assert.NotEqual(0, exit);
        string name = File.ReadLines(manifest).ElementAt(3).Split(',')[0];
        Assert.Contains(name, (output + errors).ReplaceLineEndings(""));

        (output, errors, exit) = Run("--manifest", manifest, "--blending", "equal", "--on-bad-media", "skip");
        Assert.True(exit == 0, errors + output);
        Assert.Contains("1 bad file", output);
    }

    [Fact]
    public void Holes_in_a_manifest_are_left_out_or_answered_without()
    {
        string manifest = Write("VideoPath,Label,Split");
        string[] lines = File.ReadAllLines(manifest);
        // One row to train on and one to test on.
        foreach (int line in new[] { 2, 20 })
            lines[line] = lines[line][lines[line].IndexOf(',', StringComparison.Ordinal)..];
        File.WriteAllLines(manifest, lines);
        var (output, errors, exit) = Run("--manifest", manifest, "--blending", "equal", "--on-bad-media", "skip");
        Assert.True(exit == 0, errors + output);
        (output, errors, exit) = Run("--manifest", manifest, "--blending", "none", "--on-bad-media", "missing");
        Assert.Equal(2, exit);
        Assert.Contains("--blending", errors, StringComparison.Ordinal);
        // A video whose own sound is all there is has nothing left to answer by.
        (output, errors, exit) = Run("--manifest", manifest, "--blending", "equal", "--on-bad-media", "missing");
        Assert.Equal(2, exit);
        Assert.Contains("row", errors, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("   at ", errors, StringComparison.Ordinal);
    }

    private string PathTo(string name) => Path.Combine(_folder.Path, name);

    /// <summary>24 videos of one second with sound in the file, of two classes.</summary>
    private string Write(string header)
    {
        var shapes = MovingShapes.Write(PathTo("media"),
            new MovingShapesOptions { Classes = 2, ClipsPerClass = 12, Scenes = 6, Seconds = 1, Width = 24, Height = 24, Sound = SoundPlace.InVideo });
        string manifest = PathTo(Path.Combine("media", "manifest.csv"));
        File.WriteAllLines(manifest, shapes.Select((s, i) => string.Create(
            CultureInfo.InvariantCulture, $"{Path.GetFileName(s.VideoPath)},{s.Class},{(i < 12 ? "train" : i < 18 ? "valid" : "test")}")).Prepend(header));
        return manifest;
    }

    private (string Output, string Errors, int Exit) Run(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = _folder.Path };
        string[] small = ["--epochs", "2", "--width", "0.03", "--size", "16", "--clip", "4", "--fusion", "8", "--batch", "6", "--seeds", "1", "--save",
            PathTo("model.zip"), "--sheet", PathTo("sheet.png")];
        foreach (string argument in (string[])[Path.Combine(AppContext.BaseDirectory, "AudioVisual.dll"), .. arguments, .. small])
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (output, errors.Result, process.ExitCode);
    }
}
