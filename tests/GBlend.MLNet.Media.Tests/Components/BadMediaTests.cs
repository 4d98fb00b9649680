using Microsoft.ML;
using Microsoft.ML.Data;

namespace GBlend.MLNet.Media.Tests.Components;

/// <summary>Files that can't be used: each is refused with its reason, left out, or missing; none gives values of its own.</summary>
public sealed class BadMediaTests : IDisposable
{
    private readonly MLContext _ml = new(1);
    private readonly TestMedia _media = new();

    public void Dispose() => _media.Dispose();

    private VideoClipOptions Clip(OnBadMedia onBad = OnBadMedia.Fail) =>
        new() { FrameCount = 8, FrameStride = 4, Width = 64, Height = 48, Position = ClipPosition.Even, ClipsPerVideo = 4, OnBadMedia = onBad };

    private MediaEstimator Step(string kind, OnBadMedia onBad = OnBadMedia.Fail) => kind switch
    {
        "video" => _ml.Transforms.LoadVideoClip("Out", "Path", Clip(onBad)),
        "sound" => _ml.Transforms.LoadAudioLogMel("Out", "Path", new() { OnBadMedia = onBad }),
        "image" => _ml.Transforms.LoadImage("Out", "Path", new() { OnBadMedia = onBad }),
        _ => throw new ArgumentException(kind),
    };

    private string Good(string kind) => kind switch
    {
        "video" => _media.Video("good.mkv", 40),
        "sound" => _media.Wav("good.wav", TestMedia.Tone(500, 1)),
        _ => Picture("good.png"),
    };

    private string Picture(string name)
    {
        using var picture = new OpenCvSharp.Mat(300, 300, OpenCvSharp.MatType.CV_8UC3);
        OpenCvSharp.Cv2.Randu(picture, OpenCvSharp.Scalar.All(0), OpenCvSharp.Scalar.All(255));
        OpenCvSharp.Cv2.ImWrite(_media.PathTo(name), picture);
        return _media.PathTo(name);
    }

    private string Bad(string what)
    {
        string H264(string name) => _media.Convert(_media.Video("source.mkv", 250), name, "-c:v", "libx264", "-bf", "2", "-movflags", "faststart");
        string WithSound(string name, params string[] coding) =>
            _media.Convert(_media.VideoWithSound("sounding.mkv", 100, TestMedia.Tone(500, 4), 16000), name, ["-pix_fmt", "yuv420p", .. coding]);
        string Cut(string path, double share) =>
            _media.Bytes("cut" + Path.GetExtension(path), File.ReadAllBytes(path)[..(int)(new FileInfo(path).Length * share)]);
        switch (what)
        {
            case "missing": return _media.PathTo("missing.mp4");
            case "no path": return "";
            case "a folder": return _media.Folder;
            case "zero bytes": return _media.Bytes("zero.mp4", []);
            case "text": return _media.Text("text.mp4");
            case "truncated mp4": return Cut(H264("a.mp4"), 0.5);
            case "truncated without moov": return Cut(_media.Convert(_media.Video("source.mkv", 250), "b.mp4", "-c:v", "libx264"), 0.5);
            case "truncated avi": return Cut(_media.Video("c.avi", 250, coding: "MJPG"), 0.5);
            case "truncated mkv": return Cut(_media.Video("d.mkv", 250), 0.5);
            case "mkv with an empty end": return Clear(_media.Video("r.mkv", 250));
            case "avi with an empty end": return Clear(_media.Video("s.avi", 250, coding: "MJPG"));
            case "truncated wav": return Cut(_media.Wav("e.wav", TestMedia.Tone(500, 1)), 0.5);
            case "truncated m4a": return Cut(_media.Convert(_media.Wav("f.wav", TestMedia.Tone(500, 3)), "f.m4a", "-movflags", "faststart"), 0.5);
            case "truncated video's sound in mp4": return Cut(WithSound("t.mp4", "-movflags", "faststart"), 0.5);
            case "truncated video's sound in mkv": return Cut(WithSound("u.mkv"), 0.5);
            case "truncated video's sound in webm": return Cut(WithSound("u.webm", "-c:v", "libvpx", "-c:a", "libvorbis"), 0.5);
            case "truncated video's sound in avi": return Cut(WithSound("w.avi"), 0.5);
            case "truncated png": return Cut(Picture("g.png"), 0.5);
            case "truncated jpeg": return Cut(Picture("h.jpg"), 0.5);
            case "flipped mp4": return Flip(H264("i.mp4"));
            case "flipped png": return Flip(Picture("j.png"));
            case "flipped flac": return Flip(_media.Convert(_media.Wav("k.wav", TestMedia.Tone(500, 3)), "k.flac"));
            case "sound only": return _media.Convert(_media.Wav("l.wav", TestMedia.Tone(500, 1)), "l.mp4", "-c:a", "aac");
            case "video only": return _media.Convert(_media.Video("m.mkv", 20), "m.mp4", "-c:v", "libx264");
            case "wav without samples": return _media.Bytes("n.wav", MediaFiles.Wav([], 16000, 1, 16, false));
            case "wav header only": return _media.Bytes("o.wav", MediaFiles.Wav([1, 2], 16000, 1, 16, false)[..30]);
            case "wav of nan": return _media.Bytes("p.wav", MediaFiles.Wav([0, 0, 0xC0, 0x7F], 16000, 1, 32, true));
            case "wav of nonsense": return _media.Bytes("q.wav", MediaFiles.Wav([1, 2, 3, 4], 16000, 0, 16, false));
            default: throw new ArgumentException(what);
        }
    }

    /// <summary>As it is left by a download that reserved its room.</summary>
    private string Clear(string path)
    {
        byte[] content = File.ReadAllBytes(path);
        content.AsSpan(content.Length / 2).Clear();
        return _media.Bytes("cleared" + Path.GetExtension(path), content);
    }

    private string Flip(string path)
    {
        byte[] content = File.ReadAllBytes(path);
        var random = new Random(1);
        for (int i = 0; i < 60; i++)
            content[random.Next(content.Length / 2, content.Length)] ^= (byte)(1 << random.Next(8));
        return _media.Bytes("flipped" + Path.GetExtension(path), content);
    }

    public static TheoryData<string, string, string> Cases() => new()
    {
        { "video", "missing", "does not exist" },
        { "video", "no path", "no path" },
        { "video", "a folder", "folder" },
        { "video", "zero bytes", "empty" },
        { "video", "text", "no video" },
        { "video", "truncated mp4", "by its own account it has 250, but only" },
        { "video", "truncated without moov", "no video" },
        { "video", "truncated avi", "can be decoded" },
        { "video", "truncated mkv", "can be decoded" },
        { "video", "mkv with an empty end", "can be decoded" },
        { "video", "avi with an empty end", "can be decoded" },
        { "video", "flipped mp4", "by its own account it has 250, but only" },
        { "video", "sound only", "no video track" },
        { "sound", "missing", "does not exist" },
        { "sound", "zero bytes", "empty" },
        { "sound", "text", "ffmpeg can't decode it" },
        { "sound", "truncated wav", "its header promises 16000 samples, but it has" },
        { "sound", "truncated m4a", "ffmpeg can't decode it" },
        { "sound", "truncated video's sound in mp4", "ffmpeg can't decode it" },
        { "sound", "truncated video's sound in mkv", "it is cut off (File ended prematurely" },
        { "sound", "truncated video's sound in webm", "it is cut off (File ended prematurely" },
        { "sound", "truncated video's sound in avi", "cut off" },
        { "sound", "flipped flac", "ffmpeg can't decode it" },
        { "sound", "video only", "it has no audio track" },
        { "sound", "wav without samples", "no samples" },
        { "sound", "wav header only", "" },
        { "sound", "wav of nan", "not numbers" },
        { "sound", "wav of nonsense", "0 channels" },
        { "image", "missing", "does not exist" },
        { "image", "zero bytes", "empty" },
        { "image", "text", "no image" },
        { "image", "truncated png", "truncated" },
        { "image", "truncated jpeg", "truncated" },
        { "image", "flipped png", "" },
    };

    [Trait("Speed", "Slow")]
    [Theory]
    [MemberData(nameof(Cases))]
    public void Bad_file_fails_is_left_out_or_missing_as_asked(string kind, string what, string reason)
    {
        string good = Good(kind), bad = Bad(what);
        var view = _ml.Paths(good, bad, good);
        int Length(IDataView rows, int row) =>
            kind == "sound" ? rows.GetColumn<float[]>("Out").ElementAt(row).Length : rows.GetColumn<byte[]>("Out").ElementAt(row).Length;

        var failing = Step(kind).Fit(view).Transform(view);
        var error = Assert.Throws<InvalidDataException>(() => Length(failing, 2));
        Assert.Contains("row 1", error.Message);
        Assert.Contains($"'{bad}'", error.Message);
        Assert.True(error.Message.Contains(reason), error.Message);

        var skipping = Step(kind, OnBadMedia.Skip).Fit(view);
        var kept = skipping.Transform(view);
        Assert.Equal([0, 2], kept.GetColumn<int>("Id"));
        Assert.Null(kept.GetRowCount());
        Assert.True(Length(kept, 1) > 0);
        var found = Assert.Single(skipping.BadFiles);
        Assert.Equal((bad, 1), (found.File, found.Row));
        Assert.Contains(reason, found.Reason);

        var marking = Step(kind, OnBadMedia.Missing).Fit(view);
        var all = marking.Transform(view);
        Assert.Equal([0, 1, 2], all.GetColumn<int>("Id"));
        if (kind == "sound")
            Assert.All(all.GetColumn<float[]>("Out").ElementAt(1), v => Assert.True(float.IsNaN(v)));
        else
            Assert.Empty(all.GetColumn<byte[]>("Out").ElementAt(1));
        Assert.Equal(Length(kept, 1), Length(all, 2));
        Assert.Equal(bad, Assert.Single(marking.BadFiles).File);
    }

    [Fact]
    public void Damage_is_tolerated_on_request()
    {
        string video = Bad("truncated mp4"), wav = Bad("truncated wav");
        var options = Clip();
        options.TolerateDamage = true;
        byte[] clips = Assert.Single(_ml.Transforms.LoadVideoClip("Out", "Path", options).Read<byte>(_ml.Paths(video)));
        int[] numbers = TestMedia.Numbers(clips, 32);
        Assert.Equal([0, 4, 8, 12, 16, 20, 24, 28], numbers[..8]);
        Assert.Equal([28, 24, 20, 16, 12, 8, 4, 0], numbers[24..].Reverse().Select(n => n - numbers[24]));
        Assert.InRange(numbers[^1], 29, 249);
        float[] values = Assert.Single(_ml.Transforms.LoadAudioLogMel("Out", "Path", new() { TolerateDamage = true }).Read<float>(_ml.Paths(wav)));
        Assert.True(values[..400].Max() > 15);
        Assert.Equal(0, values[^1]);
    }

    [Theory]
    [InlineData("mp4", "-c:a aac -movflags faststart")]
    [InlineData("mkv", "-c:a aac")]
    [InlineData("avi", "-c:a libmp3lame")]
    public void Sound_of_a_video_is_missed_wherever_the_file_is_cut(string container, string coding)
    {
        string path = _media.Convert(
            _media.VideoWithSound("source.mkv", 75, TestMedia.Tone(500, 3), 16000), "whole." + container, ["-c:v", "mpeg4", .. coding.Split(' ')]);
        byte[] whole = File.ReadAllBytes(path);
        Assert.InRange(SoundInfo.Read(path).Seconds, 2.9, 3.2);
        for (int i = 2; i < 9; i++)
        {
            string cut = _media.Bytes($"cut{i}." + container, whole[..(whole.Length * i / 10)]);
            Assert.Throws<InvalidDataException>(() => SoundInfo.Read(cut));
        }
        string last = _media.PathTo("cut8." + container);
        float[] values = Assert.Single(_ml.Transforms.LoadAudioLogMel("Out", "Path", new() { TolerateDamage = true }).Read<float>(_ml.Paths(last)));
        Assert.True(values[..400].Max() > 15);
    }

    [Fact]
    public void Clip_before_the_cut_is_used_rightly()
    {
        var options = Clip();
        (options.ClipsPerVideo, options.Position, options.FrameCount) = (1, ClipPosition.Center, 2);
        string path = _media.Convert(_media.Video("source.mkv", 250), "a.mp4", "-c:v", "libx264", "-movflags", "faststart");
        string cut = _media.Bytes("cut.mp4", File.ReadAllBytes(path)[..(int)(new FileInfo(path).Length * 0.9)]);
        Assert.Equal([122, 126], TestMedia.Numbers(Assert.Single(_ml.Transforms.LoadVideoClip("Out", "Path", options).Read<byte>(_ml.Paths(cut))), 2));
    }

    [Fact]
    public void One_frame_is_a_clip_of_itself()
    {
        string path = _media.Video("one.mkv", 1);
        Assert.Equal(new int[32], TestMedia.Numbers(Assert.Single(_ml.Transforms.LoadVideoClip("Out", "Path", Clip()).Read<byte>(_ml.Paths(path))), 32));
        var view = _ml.Paths(_media.VideoWithSound("sound.mkv", 1, TestMedia.Tone(500, 0.04), 16000));
        float[] values = Assert.Single(
            _ml.Transforms.LoadAudioLogMel("Out", "Path", new() { AlignWith = new() { FrameCount = 1 }, FrameCount = 4 }).Read<float>(view));
        Assert.All(values.Chunk(40).Take(3), frame => Assert.True(frame.Max() > 10));
    }

    [Fact]
    public void Huge_images_are_read_and_impossible_ones_refused()
    {
        string path = _media.PathTo("huge.jpg");
        using (var picture = new OpenCvSharp.Mat(6000, 9000, OpenCvSharp.MatType.CV_8UC3, new OpenCvSharp.Scalar(10, 100, 200)))
            OpenCvSharp.Cv2.ImWrite(path, picture);
        byte[] image = Assert.Single(_ml.Transforms.LoadImage("Out", "Path", new() { Height = 8, Width = 8 }).Read<byte>(_ml.Paths(path)));
        Assert.All(image.Chunk(3), pixel => Assert.True(Math.Abs(pixel[0] - 200) < 4 && Math.Abs(pixel[1] - 100) < 4 && Math.Abs(pixel[2] - 10) < 4));
        // A PNG that says it has 60,000 x 60,000 pixels.
        byte[] png = File.ReadAllBytes(Picture("a.png"));
        (png[16], png[17], png[18], png[19], png[20], png[21], png[22], png[23]) = (0, 0, 0xEA, 0x60, 0, 0, 0xEA, 0x60);
        var error = Assert.Throws<InvalidDataException>(() => _ml.Transforms.LoadImage("Out", "Path").Read<byte>(_ml.Paths(_media.Bytes("bomb.png", png))));
        Assert.Contains("bomb.png", error.Message);
    }

    [Fact]
    public void Only_read_rows_can_fail()
    {
        var view = _ml.Paths(Good("video"), "missing.mkv");
        var rows = Step("video").Fit(view).Transform(view);
        Assert.Equal([0, 1], rows.GetColumn<int>("Id"));
        Assert.Single(rows.GetColumn<byte[]>("Out").Take(1));
    }

    [Fact]
    public void Single_prediction_has_no_row_to_leave_out()
    {
        var view = _ml.Paths(Good("image"));
        using var engine = _ml.Model.CreatePredictionEngine<PathRow, ImageRow>(Step("image", OnBadMedia.Skip).Fit(view));
        Assert.NotEmpty(engine.Predict(new PathRow { Path = Good("image") }).Out);
        Assert.Contains("no row to leave out", Assert.Throws<InvalidDataException>(() => engine.Predict(new PathRow { Path = "missing.png" })).Message);
    }

    [Fact]
    public void Skipping_a_video_keeps_other_columns_in_step_with_side_by_side_cursors()
    {
        var view = _ml.Paths(Enumerable.Range(0, 20).Select(i => i % 3 == 1 ? "missing.png" : Good("image")));
        var rows = Step("image", OnBadMedia.Skip).Fit(view).Transform(view);
        var ids = rows.GetRowCursorSet([rows.Schema["Id"]], 3).SelectMany(cursor =>
        {
            using (cursor)
            {
                var getter = cursor.GetGetter<int>(rows.Schema["Id"]);
                var found = new List<int>();
                int id = 0;
                while (cursor.MoveNext())
                {
                    getter(ref id);
                    found.Add(id);
                }
                return found;
            }
        });
        Assert.Equal(Enumerable.Range(0, 20).Where(i => i % 3 != 1), ids.Order());
    }

    [Fact]
    public void Message_for_a_missing_library_has_the_command_that_cures_it()
    {
        string message = MediaLibraries.OpenCvMessage(
            "Unable to load shared library 'OpenCvSharpExtern' or one of its dependencies.\nlibgtk-3.so.0: cannot open shared object file");
        Assert.Contains("apt-get install", message);
        Assert.Contains("libgtk-3-0", message);
        Assert.EndsWith("libgtk-3.so.0: cannot open shared object file", message);
        Assert.DoesNotContain('\n', message);
        Assert.Contains("apt-get install -y --no-install-recommends ffmpeg", MediaLibraries.MissingFfmpeg("").Message);
        MediaLibraries.Require();
    }

    private sealed class ImageRow
    {
        public byte[] Out { get; set; } = [];
    }
}
