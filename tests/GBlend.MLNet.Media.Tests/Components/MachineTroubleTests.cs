using System.Runtime.Versioning;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace GBlend.MLNet.Media.Tests.Components;

/// <summary>Trouble of the machine is no fault of a file: no healthy row is left out for it.</summary>
public sealed class MachineTroubleTests : IDisposable
{
    private readonly MLContext _ml = new(1);
    private readonly TestMedia _media = new();

    public void Dispose() => _media.Dispose();

    [Fact]
    public void A_cache_that_cannot_be_written_is_warned_of_once_and_done_without()
    {
        var warnings = new List<string>();
        _ml.Log += (_, e) => warnings.AddRange(e.Kind == Microsoft.ML.Runtime.ChannelMessageKind.Warning ? [e.Message] : []);
        // Below a file no folder can be made, whoever asks.
        string folder = Path.Combine(_media.Text("file"), "cache");
        string video = _media.Video("good.mkv", 20);
        var view = _ml.Paths(video, video, video);
        var step = _ml.Transforms.LoadVideoClip(
            "Out", "Path", new() { FrameCount = 4, Width = 64, Height = 48, OnBadMedia = OnBadMedia.Skip, Cache = MediaCache.InFolder(folder) }).Fit(view);
        Assert.Equal(3, step.Transform(view).GetColumn<byte[]>("Out").Count());
        Assert.Empty(step.BadFiles);
        Assert.Contains(folder, Assert.Single(warnings, w => w.Contains("cache", StringComparison.OrdinalIgnoreCase)));
    }

    [Theory]
    [InlineData(OnBadMedia.Fail)]
    [InlineData(OnBadMedia.Skip)]
    [InlineData(OnBadMedia.Missing)]
    public void A_folder_that_is_away_ends_the_run(OnBadMedia onBad)
    {
        string away = _media.PathTo("away");
        var view = _ml.Paths("a.mkv", "b.mkv");
        var step = _ml.Transforms.LoadVideoClip("Out", "Path", new() { FrameCount = 4, OnBadMedia = onBad, Folder = away }).Fit(view);
        var error = Assert.ThrowsAny<IOException>(() => step.Transform(view).GetColumn<byte[]>("Out").Count());
        Assert.Contains(away, error.Message);
        Assert.IsNotType<InvalidDataException>(error);
        Assert.Empty(step.BadFiles);
    }

    /// <summary>However few files the process may still open: all rows, or an end with the path and the remedy.</summary>
    [LinuxFact]
    public void Too_many_open_files_end_the_run()
    {
        string source = _media.VideoWithSound("source.mkv", 20, TestMedia.Tone(500, 1), 16000);
        string[] files =
        [
            _media.Convert(source, "clip.mp4", "-c:v", "libx264", "-pix_fmt", "yuv420p", "-c:a", "aac"), _media.Convert(source, "sound.flac"),
                _media.Convert(source, "sound.wav"),
            _media.Convert(source, "picture.png", "-frames:v", "1"),
        ];
        string[] outcomes = Child.Run("ulimit -n 300;", _media.Folder, ["full table", .. files]);
        Assert.Equal(9 * files.Length, outcomes.Length);
        foreach (string[] parts in outcomes.Select(line => line.Split('|')))
        {
            if (parts[2] == "3 rows")
                continue;
            Assert.StartsWith("IOException", parts[2]);
            Assert.Contains(parts[1], parts[2]);
            Assert.Contains("ulimit -n", parts[2]);
        }
        // Where none is left nothing can be read, and where there are enough all is.
        Assert.All(outcomes[..files.Length], line => Assert.DoesNotContain("3 rows", line));
        Assert.All(outcomes[^files.Length..], line => Assert.EndsWith("3 rows", line));
    }

    /// <summary>However little memory the process may still have: all rows, or an end with the path and the remedy. No healthy row is left out.</summary>
    [LinuxFact]
    public void Too_little_memory_ends_the_run()
    {
        string source = _media.PathTo("source.mp4");
        MediaFiles.RunFfmpeg("-f", "lavfi", "-i", "testsrc2=s=2400x1600:r=25:d=0.4", "-f", "lavfi", "-i", "sine=800:d=0.4",
            "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac", source);
        string[] files =
        [
            source, _media.Convert(source, "picture.png", "-frames:v", "1", "-vf", "scale=4000:3000"), _media.Convert(source, "sound.flac"),
        ];
        string[] outcomes = Child.Run("", _media.Folder, ["little memory", .. files]);
        Assert.Equal(5 * files.Length, outcomes.Length);
        foreach (string[] parts in outcomes.Select(line => line.Split('|')))
        {
            if (parts[2] == "3 rows")
                continue;
            Assert.StartsWith("IOException", parts[2]);
            Assert.Contains(parts[1], parts[2]);
            Assert.Contains("more memory", parts[2]);
        }
        // Where there is enough all is read, and where there is hardly any the large picture is not.
        Assert.All(outcomes[..files.Length], line => Assert.EndsWith("3 rows", line));
        Assert.DoesNotContain("3 rows", outcomes[^2]);
    }

    /// <summary>Images in memory go by way of a temporary file, which needs a place.</summary>
    [LinuxFact]
    public void A_temporary_folder_that_is_not_there_ends_the_run()
    {
        string away = Path.Combine(_media.Text("file"), "temporary");
        CheckTrouble(Child.Run("", away, "images", Picture()), away);
    }

    [LinuxFact]
    [UnsupportedOSPlatform("windows")]
    public void A_temporary_folder_that_cannot_be_written_ends_the_run()
    {
        string folder = _media.PathTo("closed");
        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        // Root may write everywhere, but not where there is no file system to write to.
        CheckTrouble(
            Child.Run("", Environment.IsPrivilegedProcess ? "/proc" : folder, "images", Picture()), Environment.IsPrivilegedProcess ? "/proc" : folder);
    }

    [TmpfsFact]
    public void A_full_drive_of_temporary_files_ends_the_run()
    {
        using var drive = new SmallDrive(_media.PathTo("drive"), "64k");
        Assert.Equal("1 rows", Assert.Single(Child.Run("", drive.Path, "images", Picture())));
        File.WriteAllBytes(Path.Combine(drive.Path, "filling"), new byte[48 << 10]);
        CheckTrouble(Child.Run("", drive.Path, "images", Picture(noisy: true)), drive.Path);
    }

    [TmpfsFact]
    public void A_full_drive_of_the_cache_is_done_without()
    {
        using var drive = new SmallDrive(_media.PathTo("drive"), "64k");
        string video = _media.Video("good.mkv", 20);
        var view = _ml.Paths(video, video, video);
        var step = _ml.Transforms.LoadVideoClip(
            "Out", "Path", new() { FrameCount = 8, Width = 64, Height = 48, OnBadMedia = OnBadMedia.Skip, Cache = MediaCache.InFolder(drive.Path) }).Fit(view);
        Assert.Equal(3, step.Transform(view).GetColumn<byte[]>("Out").Count());
        Assert.Empty(step.BadFiles);
        Assert.DoesNotContain(Directory.GetFiles(drive.Path, "*", SearchOption.AllDirectories), file => file.EndsWith(".row", StringComparison.Ordinal));
    }

    private string Picture(bool noisy = false) =>
        _media.Convert(
            _media.Video("picture.mkv", 1, width: 160, height: 120), "picture.png", ["-frames:v", "1", .. noisy ? (string[])["-vf", "noise=alls=100"] : []]);

    private static void CheckTrouble(string[] outcome, string place)
    {
        string line = Assert.Single(outcome);
        Assert.StartsWith("IOException", line);
        Assert.Contains(place, line);
        Assert.Contains("TMPDIR", line);
    }
}
