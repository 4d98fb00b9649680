using Microsoft.ML;
using Microsoft.ML.Data;

namespace GBlend.MLNet.Media.Tests.Components;

public sealed class VideoClipTests : IDisposable
{
    private readonly MLContext _ml = new(1);
    private readonly TestMedia _media = new();

    public void Dispose() => _media.Dispose();

    private static VideoClipOptions Options(int frames = 8, int stride = 2) =>
        new() { FrameCount = frames, FrameStride = stride, Width = TestMedia.Width, Height = TestMedia.Height };

    private int[] Numbers(string path, VideoClipOptions options)
    {
        byte[] clip = Assert.Single(_ml.Transforms.LoadVideoClip("Out", "Path", options).Read<byte>(_ml.Paths(path)));
        return TestMedia.Numbers(clip, options.FrameCount * options.ClipsPerVideo, options.Width, options.Height, options.Grayscale ? 1 : 3);
    }

    private static int[] Every(int stride, int first, int count) => [.. Enumerable.Range(0, count).Select(i => first + i * stride)];

    [Theory]
    [InlineData("a.mkv", "FFV1")]
    [InlineData("a.avi", "FFV1")]
    [InlineData("a.avi", "MJPG")]
    [InlineData("a.mp4", "mp4v")]
    public void Center_clip_has_the_frames_of_the_middle(string name, string coding) =>
        // 200 frames, of which a clip spans 15: 92 before it.
        Assert.Equal(Every(2, 92, 8), Numbers(_media.Video(name, 200, coding: coding), Options()));

    [Fact]
    public void Lossless_frames_come_out_as_they_went_in()
    {
        string path = _media.Video("a.mkv", 3);
        byte[] clip = Assert.Single(_ml.Transforms.LoadVideoClip("Out", "Path", Options(3, 1)).Read<byte>(_ml.Paths(path)));
        byte[] written = [.. Enumerable.Range(0, 3).SelectMany(i => TestMedia.Frame(i))];
        // FFV1 keeps every bit of what it gets, which is 4:2:0 or RGB by the writer's choice: colors may move by a rounding.
        Assert.Equal(written.Length, clip.Length);
        Assert.All(written.Zip(clip), pair => Assert.InRange(pair.Second, pair.First - 3, pair.First + 3));
    }

    [Trait("Speed", "Slow")]
    [Theory]
    [InlineData("h264.mp4", "libx264")]
    [InlineData("h264.mkv", "libx264")]
    [InlineData("h264.ts", "libx264")]
    [InlineData("mpeg4.avi", "mpeg4")]
    [InlineData("hevc.mp4", "libx265")]
    [InlineData("vp8.webm", "libvpx")]
    [InlineData("vp9.webm", "libvpx-vp9")]
    public void Coded_with_b_frames_every_position_gives_its_frames(string name, string coding)
    {
        string path = _media.Convert(_media.Video("a.mkv", 200), name, "-c:v", coding, "-pix_fmt", "yuv420p", "-bf", "2", "-b:v", "400k", "-g", "100",
            "-auto-alt-ref", "1", "-lag-in-frames", "12");
        Assert.Equal(Every(2, 92, 8), Numbers(path, Options()));
        var options = Options();
        (options.Position, options.ClipsPerVideo) = (ClipPosition.Even, 3);
        Assert.Equal([.. Every(2, 0, 8), .. Every(2, 92, 8), .. Every(2, 185, 8)], Numbers(path, options));
    }

    [Theory]
    [InlineData("vfr.mp4")]
    [InlineData("vfr.mkv")]
    public void Variable_rate_is_read_in_order_and_counted(string name)
    {
        string path = _media.Convert(_media.Video("a.mkv", 100), name, "-vf", "setpts='if(lt(N,50),N*2,100+(N-50))/25/TB'", "-vsync", "vfr", "-c:v", "libx264");
        var options = Options();
        Assert.Equal(Every(2, 42, 8), Numbers(path, options));
        (options.Position, options.ClipsPerVideo) = (ClipPosition.Even, 2);
        Assert.Equal([.. Every(2, 0, 8), .. Every(2, 85, 8)], Numbers(path, options));
    }

    [Trait("Speed", "Slow")]
    [Theory]
    [InlineData("long.mkv", "ffv1", "pcm_s16le")]
    [InlineData("long.mkv", "libx264", "aac")]
    [InlineData("long.avi", "libx264", "libmp3lame")]
    [InlineData("long.avi", "mpeg4", "libmp3lame")]
    [InlineData("long.webm", "libvpx", "libvorbis")]
    [InlineData("long.mp4", "libx264", "aac")]
    public void Sound_that_outlasts_the_video_adds_no_frames(string name, string video, string sound)
    {
        string path = _media.PathTo(name);
        MediaFiles.RunFfmpeg("-i", _media.Video("a.mkv", 50), "-i", _media.Wav("a.wav", TestMedia.Tone(500, 3)), "-c:v", video, "-pix_fmt", "yuv420p", "-b:v",
            "400k", "-c:a", sound, path);
        var options = Options(10, 1);
        Assert.Equal(Every(1, 20, 10), Numbers(path, options));
        (options.Position, options.ClipsPerVideo) = (ClipPosition.Even, 2);
        Assert.Equal([.. Every(1, 0, 10), .. Every(1, 40, 10)], Numbers(path, options));
        (options.Position, options.ClipsPerVideo) = (ClipPosition.Random, 20);
        Assert.All(Numbers(path, options).Chunk(10), clip => Assert.Equal(Every(1, clip[0], 10), clip));
        Assert.Equal(Every(1, 0, 50), Numbers(path, Options(50, 1)));
        Assert.Equal(50, VideoInfo.Read(path).Frames);
    }

    [Fact]
    public void Random_clips_depend_on_seed_and_path_and_nothing_else()
    {
        string[] paths = [_media.Video("a.mkv", 120), _media.Video("b.mkv", 120)];
        int First(string path, int seed) => Numbers(path,
            new() { FrameCount = 4, FrameStride = 1, Width = TestMedia.Width, Height = TestMedia.Height, Position = ClipPosition.Random, Seed = seed })[0];
        Assert.Equal(First(paths[0], 1), First(paths[0], 1));
        Assert.True(Enumerable.Range(0, 8).Select(seed => First(paths[0], seed)).Distinct().Count() > 3);
        Assert.Contains(Enumerable.Range(0, 4), seed => First(paths[0], seed) != First(paths[1], seed));
    }

    [Fact]
    public void Short_videos_start_again_hold_their_last_frame_or_are_refused()
    {
        string path = _media.Video("a.mkv", 3);
        var options = Options(8, 1);
        Assert.Equal([0, 1, 2, 0, 1, 2, 0, 1], Numbers(path, options));
        options.ShortVideo = ShortVideo.HoldLastFrame;
        Assert.Equal([0, 1, 2, 2, 2, 2, 2, 2], Numbers(path, options));
        options.ShortVideo = ShortVideo.Refuse;
        Assert.Contains("it has 3 frames, and a clip needs 8", Assert.Throws<InvalidDataException>(() => Numbers(path, options)).Message);
    }

    [Fact]
    public void Type_has_the_dimensions()
    {
        var view = _ml.Paths("none.mkv");
        DataViewType Type(VideoClipOptions? options) => _ml.Transforms.LoadVideoClip("Out", "Path", options).Fit(view).GetOutputSchema(view.Schema)["Out"].Type;
        Assert.Equal(new VectorDataViewType(NumberDataViewType.Byte, 16, 112, 112, 3), Type(null));
        Assert.Equal(new VectorDataViewType(NumberDataViewType.Byte, 5, 4, 20, 30, 1),
            Type(new() { ClipsPerVideo = 5, Position = ClipPosition.Even, FrameCount = 4, Height = 20, Width = 30, Grayscale = true }));
    }

    [Theory]
    [InlineData(64, 96)]
    [InlineData(66, 50)]
    [InlineData(320, 200)]
    public void Any_size_is_scaled_and_cut_in_the_middle(int width, int height)
    {
        string path = _media.Video("a.mkv", 6, width: width, height: height);
        var options = new VideoClipOptions { FrameCount = 6, FrameStride = 1, Height = 24, Width = 32, Stretch = true };
        Assert.Equal(Every(1, 0, 6), Numbers(path, options));
        options.Grayscale = true;
        Assert.Equal(Every(1, 0, 6), Numbers(path, options));
    }

    [Fact]
    public void Bytes_in_memory_are_read_like_files()
    {
        string path = _media.Video("a.mkv", 30);
        var view = _ml.Data.LoadFromEnumerable([new BytesRow { File = File.ReadAllBytes(path) }]);
        byte[] clip = Assert.Single(_ml.Transforms.LoadVideoClip("Out", "File", Options()).Read<byte>(view));
        Assert.Equal(Every(2, 7, 8), TestMedia.Numbers(clip, 8));
    }

    [Fact]
    public void Wrong_settings_are_refused_when_the_step_is_made()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => _ml.Transforms.LoadVideoClip("Out", "Path", new() { FrameCount = 0 }));
        Assert.Throws<ArgumentException>(() => _ml.Transforms.LoadVideoClip("Out", "Path", new() { ShortSide = 120, Stretch = true }));
        Assert.Throws<ArgumentException>(() => _ml.Transforms.LoadVideoClip(
            "Out", "Path", new() { ClipsPerVideo = 1000, Position = ClipPosition.Even, FrameCount = 1000, Height = 1000, Width = 1000 }));
    }

    [Fact]
    public void Several_clips_of_the_middle_are_refused_because_they_are_one()
    {
        void Refused(string setting, Action make) =>
            Assert.Equal($"{setting} is 3, but with Position = ClipPosition.Center all of them would be the same. Set Position to ClipPosition.Even or "
                + $"ClipPosition.Random.", Assert.Throws<ArgumentException>(make).Message);
        Refused("ClipsPerVideo", () => _ml.Transforms.LoadVideoClip("Out", "Path", new() { ClipsPerVideo = 3 }));
        Refused("ClipsPerVideo", () => _ml.Transforms.LoadAudioLogMel("Out", "Path", new() { AlignWith = new() { ClipsPerVideo = 3 } }));
        Refused("ClipsPerFile", () => _ml.Transforms.LoadAudioLogMel("Out", "Path", new() { ClipsPerFile = 3 }));
        Assert.NotNull(_ml.Transforms.LoadAudioLogMel("Out", "Path", new() { ClipsPerFile = 3, AlignWith = new() }));
    }

    [Fact]
    public void Wrong_columns_are_refused_with_their_names()
    {
        var view = _ml.Paths("a.mkv");
        Assert.Contains("'Nothing'", Assert.Throws<ArgumentOutOfRangeException>(() => _ml.Transforms.LoadVideoClip("Out", "Nothing").Fit(view)).Message);
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => _ml.Transforms.LoadVideoClip("Out", "Id").Fit(view));
        Assert.Contains("'Id'", error.Message);
        Assert.Contains("text (paths)", error.Message);
    }
}
