using AudioVisual;
using GBlend.MLNet.Tests;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace GBlend.MLNet.Media.Tests.Components;

/// <summary>Files after public reports of people who load media for training, and what each must give.</summary>
public sealed class SharedCasesTests
{
    private readonly MLContext _ml = new(1);

    private static string PathTo(string name) => SharedFolder.PathTo("cases", "media", name);

    /// <summary>The mean level of each frame of the clips of a file.</summary>
    private double[] Levels(string name, int frames, int stride = 1, ClipPosition position = ClipPosition.Center, int clips = 1, bool tolerates = false)
    {
        var options = new VideoClipOptions
        {
            FrameCount = frames,
            FrameStride = stride,
            Width = 32,
            Height = 24,
            Position = position,
            ClipsPerVideo = clips,
            TolerateDamage = tolerates,
            ShortVideo = ShortVideo.Refuse,
        };
        byte[] values = Assert.Single(_ml.Transforms.LoadVideoClip("Out", "Path", options).Read<byte>(_ml.Paths(PathTo(name))));
        return [.. values.Chunk(values.Length / (frames * clips)).Select(frame => frame.Average(v => (double)v))];
    }

    [SharedTheory]
    [InlineData("cut-copy-10s.mp4", 252)]
    [InlineData("cut-copy-av.mp4", 252)]
    [InlineData("fragmented.mp4", 50)]
    [InlineData("sound-longer.flv", 50)]
    [InlineData("size-changes.webm", 50)]
    [InlineData("two-video-tracks.mp4", 50)]
    [InlineData("two-video-tracks-b.mp4", 20)]
    public void A_video_has_the_frames_that_are_shown(string name, int frames)
    {
        Assert.Equal(frames, VideoInfo.Read(PathTo(name)).Frames);
        foreach (var position in Enum.GetValues<ClipPosition>())
            Assert.Equal(8, Levels(name, 8, 2, position).Length);
        Assert.Equal(8 * 3, Levels(name, 8, 1, ClipPosition.Even, 3).Length);
    }

    [SharedFact]
    public void The_center_of_a_cut_video_is_the_center_of_what_is_shown()
    {
        double[] levels = Levels("cut-copy-10s.mp4", 8, 2, ClipPosition.Center);
        Assert.InRange(levels[0], 110, 114);
        Assert.InRange(levels[^1], 124, 128);
    }

    /// <summary>The tone gets quieter by two hundredths of itself in a tenth of a second, so that its level tells when it is heard.</summary>
    [SharedFact]
    public void The_sound_of_a_cut_video_is_that_of_its_frames()
    {
        // The clip in the middle is of the frames 118 to 132, of 25 a second.
        const int First = 118, Frames = 15, Rate = 25, Hertz = 16000, Hops = 40;
        string path = PathTo("cut-copy-av.mp4");
        var clip = new VideoClipOptions { FrameCount = 8, FrameStride = 2, Width = 32, Height = 24 };
        float[] heard = Assert.Single(
            _ml.Transforms.LoadAudioLogMel("Out", "Path", new() { AlignWith = clip, FrameCount = Hops }).Read<float>(_ml.Paths(path)));
        using var media = new TestMedia();
        float[] sound = FfmpegReference.Sound(path);
        float[] expected = Assert.Single(_ml.Transforms.LoadAudioLogMel("Out", "Path", new() { FrameCount = Hops }).Read<float>(
            _ml.Paths(media.Wav("cut.wav", sound[(First * Hertz / Rate)..((First + Frames) * Hertz / Rate)]))));
        // A hop of 0.01 s is 0.004 of the logarithm of the energy. At the ends one has neighbors that the other has not.
        float Level(float[] values) => values.Chunk(values.Length / Hops).Skip(5).SkipLast(5).Average(frame => frame.Max());
        Assert.InRange(Level(heard) - Level(expected), -0.004f, 0.004f);
        float[] later = Assert.Single(_ml.Transforms.LoadAudioLogMel("Out", "Path", new() { FrameCount = Hops }).Read<float>(
            _ml.Paths(media.Wav("later.wav", sound[((First + 2) * Hertz / Rate)..((First + 2 + Frames) * Hertz / Rate)]))));
        Assert.True(Level(later) < Level(expected) - 0.016f);
    }

    [SharedFact]
    public void Frames_of_changing_sizes_are_all_different()
    {
        double[] levels = Levels("size-changes.webm", 50);
        Assert.InRange(levels[0], 12, 19);
        Assert.InRange(levels[^1], 206, 214);
        Assert.All(levels.Zip(levels.Skip(1)), pair => Assert.True(pair.Second > pair.First, $"{pair}"));
    }

    [SharedFact]
    public void The_pictures_and_the_number_of_frames_are_of_the_default_track()
    {
        Assert.Equal(20, Levels("two-video-tracks-b.mp4", 20).Length);
        Assert.Throws<InvalidDataException>(() => Levels("two-video-tracks-b.mp4", 21));
        Assert.Equal(50, Levels("two-video-tracks.mp4", 50).Length);
    }

    [SharedFact]
    public void Concealed_damage_is_refused_unless_it_is_tolerated_and_then_counted()
    {
        var view = _ml.Paths(PathTo("damaged-concealed.mp4"));
        int frames = VideoInfo.Read(PathTo("damaged-concealed.mp4")).Frames;
        Assert.Throws<InvalidDataException>(() => Levels("damaged-concealed.mp4", frames));
        var step = _ml.Transforms.LoadVideoClip("Out", "Path", new() { FrameCount = frames, Width = 32, Height = 24, TolerateDamage = true }).Fit(view);
        Assert.Single(step.Transform(view).GetColumn<byte[]>("Out"));
        var found = Assert.Single(step.BadFiles);
        Assert.True(found.WasUsed);
        Assert.True(found.ConcealedFrames > 0);
    }

    [SharedFact]
    public void Colors_are_converted_by_the_tag_of_the_stream()
    {
        int width = 64, height = 48;
        byte[] frame = Assert.Single(
            _ml.Transforms.LoadVideoClip("Out", "Path", new() { FrameCount = 1, Width = width, Height = height }).Read<byte>(_ml.Paths(PathTo("bt709.mp4"))));
        var seen = Enumerable.Range(0, width * height).Select(i => (frame[3 * i], frame[3 * i + 1], frame[3 * i + 2])).ToHashSet();
        foreach (var (r, g, b) in new[] { (255, 1, 0), (0, 255, 1), (1, 0, 255), (255, 255, 255) })
            Assert.Contains(seen, color => Math.Abs(color.Item1 - r) <= 3 && Math.Abs(color.Item2 - g) <= 3 && Math.Abs(color.Item3 - b) <= 3);
    }

    [SharedFact]
    public void A_motion_photo_is_its_picture() =>
        Assert.NotEmpty(
            Assert.Single(_ml.Transforms.LoadImage("Out", "Path", new() { Width = 32, Height = 24 }).Read<byte>(_ml.Paths(PathTo("motion-photo.jpg")))));

    [SharedFact]
    public void A_cover_picture_is_no_video() =>
        Assert.Contains("no video", Assert.Throws<InvalidDataException>(() => VideoInfo.Read(PathTo("cover.mp3"))).Message);

    [SharedTheory]
    [InlineData("stream-sox.wav")]
    [InlineData("unfinished-recorder.wav")]
    public void A_wave_file_of_a_pipe_or_a_stopped_recorder_has_what_is_there(string name)
    {
        var info = SoundInfo.Read(PathTo(name));
        Assert.Equal(4000, info.Samples);
    }

    [SharedFact]
    public void Zeros_after_the_last_packet_of_a_mp3_are_passed_over() => Assert.Equal(16000, SoundInfo.Read(PathTo("trailing-zeros.mp3")).Samples);

    [SharedFact]
    public void A_manifest_in_another_encoding_is_refused_by_the_place_of_its_byte()
    {
        string message = Assert.Throws<UserErrorException>(() => Manifest.Read(PathTo("latin1-labels.csv"), new(), needsFiles: false)).Message;
        Assert.Contains("latin1-labels.csv, line 2: the byte 0xF6 (number 2 of the line, 24 of the file) is not UTF-8. Save the file as UTF-8", message);
    }
}
