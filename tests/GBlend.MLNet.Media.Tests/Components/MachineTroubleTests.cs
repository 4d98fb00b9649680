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
        var step = _ml.Transforms.LoadVideoClip("Out", "Path", new() { FrameCount = 4, Width = 64, Height = 48, OnBadMedia = OnBadMedia.Skip, Cache = MediaCache.InFolder(folder) }).Fit(view);
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
}
