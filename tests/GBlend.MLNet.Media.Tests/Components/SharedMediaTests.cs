using GBlend.MLNet.Tests;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace GBlend.MLNet.Media.Tests.Components;

/// <summary>Real files: every frame and sample is accounted for.</summary>
public sealed class SharedMediaTests
{
    private readonly MLContext _ml = new(1);

    private sealed class VideoRow
    {
        [LoadColumn(0)]
        public string VideoPath { get; set; } = "";
    }

    private sealed class DigitRow
    {
        [LoadColumn(0)]
        public string ImagePath { get; set; } = "";

        [LoadColumn(1)]
        public string AudioPath { get; set; } = "";
    }

    [SharedFact]
    public void Every_grid_clip_gives_its_16_frames_and_its_sound()
    {
        string folder = SharedFolder.PathTo("data", "grid-media");
        var view = _ml.Data.LoadFromTextFile<VideoRow>(Path.Combine(folder, "manifest.csv"), separatorChar: ',', hasHeader: true);
        // Files that are too short or damaged would fail.
        var clip = new VideoClipOptions { FrameCount = 16, FrameStride = 1, Height = 32, Width = 32, ShortVideo = ShortVideo.Refuse, Folder = folder };
        var rows = _ml.Transforms.LoadVideoClip("Clip", "VideoPath", clip)
            .Append(_ml.Transforms.LoadAudioLogMel("LogMel", "VideoPath", new() { AlignWith = clip, Folder = folder })).Fit(view).Transform(
                _ml.Data.TakeRows(view, 40));
        using var cursor = rows.GetRowCursor(rows.Schema);
        var (clips, sounds) = (cursor.GetGetter<VBuffer<byte>>(rows.Schema["Clip"]), cursor.GetGetter<VBuffer<float>>(rows.Schema["LogMel"]));
        VBuffer<byte> frames = default;
        VBuffer<float> sound = default;
        int count = 0;
        while (cursor.MoveNext())
        {
            clips(ref frames);
            sounds(ref sound);
            Assert.Equal(16 * 32 * 32 * 3, frames.Length);
            Assert.Equal(100 * 40, sound.Length);
            Assert.True(sound.GetValues().ToArray().Chunk(40).Count(frame => frame.Max() > 10) > 30);
            count++;
        }
        Assert.Equal(40, count);
    }

    [SharedFact]
    public void Digits_are_read_with_their_recordings()
    {
        string folder = SharedFolder.PathTo("data", "avdigits-media");
        var view = _ml.Data.TakeRows(_ml.Data.LoadFromTextFile<DigitRow>(Path.Combine(folder, "manifest.csv"), separatorChar: ',', hasHeader: true), 100);
        var rows = _ml.Transforms.LoadImage("Image", "ImagePath", new() { Height = 32, Width = 32, Grayscale = true, Folder = folder })
            .Append(_ml.Transforms.LoadAudioLogMel("LogMel", "AudioPath", new() { Folder = folder })).Fit(view).Transform(view);
        Assert.Equal(100, rows.GetColumn<byte[]>("Image").Count(image => image.Max() > 200));
        Assert.All(rows.GetColumn<float[]>("LogMel"), values => Assert.All(values, v => Assert.True(float.IsFinite(v))));
    }
}
