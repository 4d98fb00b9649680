using Microsoft.ML;
using Microsoft.ML.Data;

namespace GBlend.MLNet.Media.Tests.Decoding;

/// <summary>Files whose packets are not their frames, or whose tracks are of different lengths: one timeline tells for frames and sound what is shown
/// when.</summary>
[Trait("Speed", "Slow")]
public sealed class TimelineTests : IDisposable
{
    private const int Bands = 40;

    private readonly MLContext _ml = new(1);
    private readonly TestMedia _media = new();

    public void Dispose() => _media.Dispose();

    private static int[] Every(int stride, int first, int count) => [.. Enumerable.Range(0, count).Select(i => first + i * stride)];

    private static VideoClipOptions Clip(int frames, int stride, ClipPosition position = ClipPosition.Center, int clips = 1) =>
        new() { FrameCount = frames, FrameStride = stride, Width = TestMedia.Width, Height = TestMedia.Height, Position = position, ClipsPerVideo = clips };

    private int[] Numbers(string path, VideoClipOptions options) =>
        TestMedia.Numbers(
            Assert.Single(_ml.Transforms.LoadVideoClip("Out", "Path", options).Read<byte>(_ml.Paths(path))), options.FrameCount * options.ClipsPerVideo);

    private string Made(string name, params string[] arguments)
    {
        MediaFiles.RunFfmpeg([.. arguments, _media.PathTo(name)]);
        return _media.PathTo(name);
    }

    /// <summary>Numbered frames, 20 a second, and sound whose pitch tells the second.</summary>
    private string Numbered(string name, params string[] coding)
    {
        double[] hertz = [300, 500, 750, 1100, 1600, 2200, 3000, 4000, 5200, 6800];
        string source = _media.VideoWithSound("source.mkv", 200, [.. hertz.SelectMany(h => TestMedia.Tone(h, 1))], 16000, rate: 20);
        return _media.Convert(source, name, ["-pix_fmt", "yuv420p", .. coding]);
    }

    [Theory]
    [InlineData("mp4", "libx264 -bf 2")]
    [InlineData("mov", "libx264 -bf 0")]
    [InlineData("mp4", "libx265 -x265-params log-level=none")]
    [InlineData("mp4", "mpeg4 -bf 2")]
    [InlineData("mp4", "libaom-av1 -cpu-used 8 -usage realtime")]
    public void Packets_that_an_edit_list_hides_are_no_frames(string container, string coding)
    {
        string whole = Numbered("whole." + container, ["-g", "64", "-c:a", "aac", "-c:v", .. coding.Split(' ')]);
        // The key frame before is frame 64, so 26 packets lead in.
        string cut = Made("cut." + container, "-ss", "4.5", "-i", whole, "-map", "0", "-c", "copy");
        Assert.Equal(110, VideoInfo.Read(cut).Frames);
        Assert.Equal(Every(2, 90 + 47, 8), Numbers(cut, Clip(8, 2)));
        Assert.Equal([.. Every(1, 90, 4), .. Every(1, 143, 4), .. Every(1, 196, 4)], Numbers(cut, Clip(4, 1, ClipPosition.Even, 3)));
        Assert.Equal(Every(1, 90, 110), Numbers(cut, Clip(110, 1)));
        CheckSound(cut, toleratesDamage: false);
    }

    [Theory]
    [InlineData("a.mp4", "-c:v libx264 -c:a aac -movflags frag_keyframe+empty_moov+default_base_moof -g 10")]
    [InlineData("a.mp4", "-c:v libx264 -c:a aac -movflags dash")]
    [InlineData("a.flv", "-c:v libx264 -c:a aac")]
    [InlineData("a.flv", "-c:v flv -c:a libmp3lame -ar 44100")]
    [InlineData("a.wmv", "-c:v wmv2 -b:v 1M -c:a wmav2")]
    [InlineData("a.nut", "-c:v mpeg4 -b:v 1M -c:a libmp3lame")]
    [InlineData("a.webm", "-c:v libvpx -b:v 1M -c:a libopus")]
    public void Sound_that_outlasts_the_video_is_no_sign_of_damage_where_the_container_has_no_number_of_frames(string name, string coding)
    {
        string path = Made(
            name, ["-i", _media.Video("v.mkv", 50), "-i", _media.Wav("a.wav", TestMedia.Tone(500, 6)), "-pix_fmt", "yuv420p", .. coding.Split(' ')]);
        Assert.Equal(50, VideoInfo.Read(path).Frames);
        Assert.Equal(Every(1, 20, 10), Numbers(path, Clip(10, 1)));
        Assert.Equal([.. Every(1, 0, 10), .. Every(1, 40, 10)], Numbers(path, Clip(10, 1, ClipPosition.Even, 2)));
        Assert.Equal(Every(1, 0, 50), Numbers(path, Clip(50, 1)));
    }

    [Theory]
    [InlineData("flv", "-c:v libx264 -g 10 -c:a aac")]
    [InlineData("wmv", "-c:v wmv2 -b:v 1M -g 10 -c:a wmav2")]
    [InlineData("mkv", "-c:v libx264 -g 10 -c:a aac")]
    public void File_that_is_shorter_than_its_header_says_is_cut_off(string container, string coding)
    {
        string whole = Numbered("whole." + container, coding.Split(' '));
        byte[] content = File.ReadAllBytes(whole);
        string cut = _media.Bytes("cut." + container, content[..(content.Length * 6 / 10)]);
        Assert.Contains("by its own account it has", Assert.Throws<InvalidDataException>(() => Numbers(cut, Clip(4, 1, ClipPosition.Even, 2))).Message);
        Assert.Contains("cut off", Assert.Throws<InvalidDataException>(() => SoundInfo.Read(cut)).Message);
        CheckSound(cut, toleratesDamage: true);
    }

    [Theory]
    [InlineData("changes.webm", "webm", "libvpx -b:v 1M")]
    [InlineData("changes.ts", "ts", "libx264")]
    [InlineData("changes.mkv", "mkv", "mjpeg -q:v 2")]
    public void Frames_whose_size_changes_in_the_stream_are_all_shown(string name, string container, string coding)
    {
        string source = _media.Video("a.mkv", 60);
        string[] format = ["-pix_fmt", coding.StartsWith("mjpeg", StringComparison.Ordinal) ? "yuvj420p" : "yuv420p", "-c:v", .. coding.Split(' ')];
        Made("one." + container, ["-i", source, "-t", "1.2", .. format]);
        Made("two." + container, ["-ss", "1.2", "-i", source, "-vf", "scale=96:72", .. format]);
        File.WriteAllText(_media.PathTo("list.txt"), $"file one.{container}\nfile two.{container}\n");
        string path = Made(name, "-f", "concat", "-i", _media.PathTo("list.txt"), "-c", "copy");
        Assert.Equal(60, VideoInfo.Read(path).Frames);
        Assert.Equal(Every(1, 0, 60), Numbers(path, Clip(60, 1)));
        Assert.Equal([.. Every(1, 0, 5), .. Every(1, 55, 5)], Numbers(path, Clip(5, 1, ClipPosition.Even, 2)));
    }

    [Theory]
    [InlineData("mp4", 0)]
    [InlineData("mp4", 1)]
    [InlineData("mkv", 1)]
    [InlineData("mov", 1)]
    public void Of_several_tracks_the_default_one_counts_for_everything(string container, int chosen)
    {
        string one = _media.Video("one.mkv", 30), two = _media.Convert(_media.Video("whole.mkv", 100), "two.mkv", "-vf", "select=gte(n\\,60)", "-c:v", "ffv1");
        string low = _media.Wav("low.wav", TestMedia.Tone(500, 1)), high = _media.Wav("high.wav", TestMedia.Tone(4000, 2));
        string[] role(string type) => [$"-disposition:{type}:{chosen}", "default", $"-disposition:{type}:{1 - chosen}", "0"];
        string path = Made("both." + container, ["-i", one, "-i", two, "-i", low, "-i", high, "-map", "0", "-map", "1", "-map", "2", "-map", "3",
            "-c:v", "libx264", "-pix_fmt", "yuv420p", "-c:a", "pcm_s16le", .. container == "mp4" ? ["-c:a", "aac"] : (string[])[], .. role("v"), .. role("a")]);
        int count = chosen == 0 ? 30 : 40, first = chosen == 0 ? 0 : 60;
        Assert.Equal(count, VideoInfo.Read(path).Frames);
        Assert.Equal(Every(1, first, count), Numbers(path, Clip(count, 1)));
        Assert.InRange(SoundInfo.Read(path).Seconds, chosen + 0.9, chosen + 1.2);
        float[] column = [.. Assert.Single(_ml.Transforms.LoadAudioLogMel("Out", "Path").Read<float>(_ml.Paths(path))).Take(Bands)];
        Assert.Equal(chosen == 1, Array.IndexOf(column, column.Max()) > 20);
    }

    [Fact]
    public void Hidden_frames_outside_the_clip_do_not_shift_it()
    {
        // libvpx hides a frame ahead in most groups; each is a packet of its own.
        string path = _media.Convert(_media.Video("a.mkv", 200), "a.webm", "-pix_fmt", "yuv420p", "-c:v", "libvpx", "-b:v", "300k", "-g", "50",
            "-auto-alt-ref", "1", "-lag-in-frames", "16");
        Assert.Equal(200, VideoInfo.Read(path).Frames);
        Assert.Equal(Every(1, 196, 4), Numbers(path, Clip(4, 1, ClipPosition.Even, 2))[4..]);
    }

    [Theory]
    [InlineData("ts", "mpeg2video -bf 2")]
    [InlineData("ts", "libx264 -bf 2")]
    [InlineData("mpg", "mpeg2video -bf 2")]
    public void Stream_that_begins_in_the_middle_begins_with_the_first_frame_that_can_be_decoded(string container, string coding)
    {
        string whole = Numbered("whole." + container, ["-g", "25", "-c:a", "mp2", "-b:v", "2M", "-c:v", .. coding.Split(' ')]);
        byte[] content = File.ReadAllBytes(whole);
        string path = _media.Bytes("recorded." + container, content[(content.Length / 3)..]);
        int frames = VideoInfo.Read(path).Frames;
        Assert.Equal(FfmpegReference.Frames(path, TestMedia.Width, TestMedia.Height).Length, frames);
        Assert.Equal(Every(1, 200 - frames, frames), Numbers(path, Clip(frames, 1)));
        CheckSound(path, toleratesDamage: false);
    }

    [Theory]
    [InlineData("mp4", "-c:v libx264 -g 40 -bf 2 -c:a aac -movflags faststart")]
    [InlineData("avi", "-c:v mpeg4 -g 40 -b:v 1M -c:a pcm_s16le")]
    [InlineData("mkv", "-c:v mpeg4 -g 40 -bf 2 -b:v 1M -c:a pcm_s16le")]
    [InlineData("ts", "-c:v libx264 -g 40 -c:a aac")]
    public void Sound_follows_the_plan_of_the_clips_of_a_damaged_file(string container, string coding)
    {
        byte[] content = File.ReadAllBytes(Numbered("whole." + container, coding.Split(' ')));
        // A hole in the first half.
        content.AsSpan(content.Length / 4, content.Length / 10).Clear();
        CheckSound(_media.Bytes("damaged." + container, content), toleratesDamage: true);
    }

    /// <summary>Holds the pitch that goes with each clip against the numbers that its frames show.</summary>
    private void CheckSound(string path, bool toleratesDamage)
    {
        string whole = _media.PathTo("source.mkv");
        int[] pitch = [.. Loudest(Assert.Single(_ml.Transforms.LoadAudioLogMel("Out", "Path", new() { FrameCount = 1000 }).Read<float>(_ml.Paths(whole))))
            .Chunk(100).Select(second => second[50])];
        var clip = Clip(4, 1, ClipPosition.Even, 9);
        clip.TolerateDamage = toleratesDamage;
        var logMel = new LogMelOptions { AlignWith = clip, FrameCount = 4, TolerateDamage = toleratesDamage };
        // Read alone, before the clips and after them, the sound is the same.
        float[] alone = Assert.Single(_ml.Transforms.LoadAudioLogMel("Out", "Path", logMel).Read<float>(_ml.Paths(path)));
        var rows = _ml.Transforms.LoadVideoClip("Clip", "Path", clip).Append(_ml.Transforms.LoadAudioLogMel("LogMel", "Path", logMel)).Fit(_ml.Paths(path))
            .Transform(_ml.Paths(path));
        int[] numbers = TestMedia.Numbers(Assert.Single(rows.GetColumn<byte[]>("Clip")), 36);
        float[] sound = Assert.Single(rows.GetColumn<float[]>("LogMel"));
        Assert.Equal(alone, sound);
        int[] heard = Loudest(sound);
        int held = 0;
        for (int i = 0; i < 9; i++)
        {
            int first = numbers[4 * i], second = first / 20;
            // A clip that lies within a second, away from its ends, and that has its sound.
            bool isSteady = numbers[(4 * i)..(4 * i + 4)].SequenceEqual(Every(1, first, 4)) && first % 20 is > 2 and < 14 && second < pitch.Length;
            if (!isSteady || sound.AsSpan((4 * i + 1) * Bands, Bands).IndexOfAnyInRange(15f, float.MaxValue) < 0)
                continue;
            held++;
            Assert.True(Math.Abs(pitch[second] - heard[4 * i + 1]) <= 1, $"{Path.GetFileName(path)}: clip {i} shows frame {first} of second {second}, whose "
                + $"pitch is in band {pitch[second]}; its sound is in band {heard[4 * i + 1]}.");
        }
        Assert.True(held > 1);
    }

    private static int[] Loudest(float[] logMel) => [.. logMel.Chunk(Bands).Select(frame => Array.IndexOf(frame, frame.Max()))];
}
