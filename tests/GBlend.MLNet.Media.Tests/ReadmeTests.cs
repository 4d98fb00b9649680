using System.Runtime.CompilerServices;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace GBlend.MLNet.Media.Tests;

/// <summary>The docs' program for media, compiled and run as it stands there.</summary>
public sealed class ReadmeTests : IDisposable
{
    private readonly TestMedia _media = new();

    public void Dispose() => _media.Dispose();

    [Fact]
    public void Media_program_runs_and_is_the_one_in_the_readme()
    {
        using (var picture = new OpenCvSharp.Mat(20, 20, OpenCvSharp.MatType.CV_8UC3, OpenCvSharp.Scalar.Red))
            OpenCvSharp.Cv2.ImWrite(_media.PathTo("a.png"), picture);
        var ml = new MLContext(1);
        var view = ml.Data.LoadFromEnumerable([new Row { VideoPath = _media.VideoWithSound("a.mkv", 50, TestMedia.Tone(500, 2), 16000),
            ImagePath = _media.PathTo("a.png"), Text = "a red square" }]);

        // README begins
        var clip = new VideoClipOptions { FrameCount = 16, FrameStride = 2, Height = 112, Width = 112, ClipsPerVideo = 4, Position = ClipPosition.Random };
        var pipeline = ml.Transforms.LoadVideoClip("Clip", "VideoPath", clip)                                 // 4 x 16 x 112 x 112 x 3 bytes, RGB
            .Append(ml.Transforms.LoadAudioLogMel("LogMel", "VideoPath", new() { AlignWith = clip }))         // 4 x 100 x 40 floats, of the same moments
            .Append(ml.Transforms.OpticalFlow("Flow", "Clip"))                                                // 4 x 15 x 112 x 112 x 2 bytes, 128 is no motion
            .Append(ml.Transforms.LoadImage("Image", "ImagePath", new() { Height = 64, Width = 64 }))         // 64 x 64 x 3 bytes
            .Append(ml.Transforms.TokenIds("Tokens", "Text", new() { Length = 32, VocabularySize = 2000 }));  // 32 ids from 1, 0 where the text has ended
        // README ends

        var rows = pipeline.Fit(view).Transform(view);
        string[] expected = ["4 x 16 x 112 x 112 x 3", "4 x 100 x 40", "4 x 15 x 112 x 112 x 2", "64 x 64 x 3", "32"];
        Assert.Equal(expected,
            new[] { "Clip", "LogMel", "Flow", "Image", "Tokens" }.Select(name => string.Join(" x ", ((VectorDataViewType)rows.Schema[name].Type).Dimensions)));
        Assert.Single(rows.Preview().RowView);

        string[] source = File.ReadAllLines(ThisFile()),
            readme = File.ReadAllLines(Path.Combine(Path.GetDirectoryName(ThisFile())!, "..", "..", "docs", "media.md"));
        int begin = Array.FindIndex(source, l => l.Trim() == "// README begins"), end = Array.FindIndex(source, l => l.Trim() == "// README ends");
        Assert.Contains(string.Join('\n', source[(begin + 1)..end].Select(l => l.Trim())), string.Join('\n', readme.Select(l => l.Trim())));
    }

    private static string ThisFile([CallerFilePath] string path = "") => path;

    private sealed class Row
    {
        public string VideoPath { get; set; } = "";

        public string ImagePath { get; set; } = "";

        public string Text { get; set; } = "";
    }
}
