using Microsoft.ML;
using Microsoft.ML.Data;

namespace GBlend.MLNet.Media.Tests.Decoding;

/// <summary>Containers x codings x what people do to files, against the programs ffmpeg and ffprobe: the same frames, and the sound of the same
/// moments.</summary>
[Trait("Speed", "Slow")]
public sealed class ContainerBatteryTests : IDisposable
{
    private const int Width = 64, Height = 48, Bands = 40, ColumnsPerFrame = 4;

    /// <summary>Encoders that refuse odd sizes, or that write another size than they are given.</summary>
    private static readonly string[] NeedEvenSizes = ["wmv", "huffyuv", "ffvhuff", "utvideo"];

    private readonly MLContext _ml = new(1);
    private readonly TestMedia _media = new();

    public void Dispose() => _media.Dispose();

    public static TheoryData<string, string, string> Codings() => Data(Coding.Usual);

    /// <summary>
    /// Further codings, which take long together: a part of them, another each day, unless the environment variable GBLEND_MEDIA_BATTERY is "all".
    /// </summary>
    public static TheoryData<string, string, string> FurtherCodings()
    {
        const int Parts = 15;
        bool takesAll = Environment.GetEnvironmentVariable("GBLEND_MEDIA_BATTERY") == "all";
        return Data(Coding.Further.Where((_, i) => takesAll || i % Parts == DateTime.UtcNow.DayOfYear % Parts));
    }

    [Theory]
    [MemberData(nameof(Codings))]
    public void Frames_are_ffmpegs_and_the_sound_is_that_of_their_moments(string container, string video, string sound) => Check(container, video, sound);

    [Theory]
    [MemberData(nameof(FurtherCodings))]
    public void Frames_and_sound_of_further_codings_are_ffmpegs(string container, string video, string sound) => Check(container, video, sound);

    private static TheoryData<string, string, string> Data(IEnumerable<Coding> codings)
    {
        var data = new TheoryData<string, string, string>();
        foreach (var coding in codings)
            data.Add(coding.Container, coding.Video, coding.Sound);
        return data;
    }

    private void Check(string container, string video, string sound)
    {
        // Plain streams of frames and GIF are not cut by copying, and GIF has the times of its frames only.
        bool hasClock = container is not ("gif" or "h264" or "ivf"), rotates = container is "mp4" or "mov" or "mkv";
        bool allowsOddSizes = container is not ("wmv" or "mxf") && !video.Contains("+ilme")
            && !NeedEvenSizes.Any(coding => video.StartsWith(coding, StringComparison.Ordinal));
        string plain = Make("plain", container, video, sound);
        CheckBoth(plain, sound);
        if (hasClock || container == "gif")
            CheckBoth(Make("variable", container, video, sound, filter: "setpts='if(lt(N,25),N*2,50+(N-25))/25/TB'"), sound);
        // These two have no odd sizes where colors are shared by two rows or columns.
        if (allowsOddSizes)
            CheckBoth(Make("odd", container, video.Contains("libx26") ? WithAllColors(video) : video, sound, size: "67x51"), sound);
        if (!hasClock)
            return;
        CheckBoth(Make("late", container, video, sound, delay: "0.4"), sound);
        CheckBoth(Make("longer", container, video, sound, soundSeconds: 5), sound);
        string[] format = video.Contains("-movflags") ? ["-movflags", "frag_keyframe+empty_moov"] : [];
        CheckBoth(Remux(plain, "cut." + container, ["-ss", "0.72"], format), sound, plain);
        CheckBoth(Remux(plain, "offset." + container, ["-itsoffset", "3.3"], ["-copyts", .. format]), sound);
        if (rotates)
            CheckBoth(Remux(plain, "rotated." + container, [], ["-metadata:s:v:0", "rotate=90"]), sound);
    }

    private static string WithAllColors(string video) => video.Contains("-pix_fmt") ? video.Replace("yuv420p", "yuv444p") : video + " -pix_fmt yuv444p";

    private void CheckBoth(string path, string sound, string? uncut = null)
    {
        CheckFrames(path);
        CheckSound(path, sound, uncut);
    }

    private string Make(
        string name, string container, string video, string sound, string size = "64x48", double soundSeconds = 2, string? filter = null, string? delay = null)
    {
        string path = _media.PathTo($"{name}.{container}");
        string[] beeps = sound.Length == 0 ? [] : [.. delay is null ? [] : (string[])["-itsoffset", delay], "-f", "lavfi", "-i",
            FormattableString.Invariant($"aevalsrc='0.5*sin(2*PI*1000*t)*between(mod(t,0.5),0.2,0.3)':s=48000:d={soundSeconds}")];
        MediaFiles.RunFfmpeg([
            "-f", "lavfi", "-i", $"testsrc2=s=96x72:r=25:d=2,format=rgb24,scale={size}", .. beeps, "-map", "0:v", .. sound.Length == 0 ? []
                : (string[])["-map", "1:a", "-c:a", .. sound.Split(' ')],
            .. filter is null ? [] : (string[])["-vf", filter, "-fps_mode", "vfr"], .. video.Contains("-pix_fmt") || container == "gif" ? []
                : (string[])["-pix_fmt", "yuv420p"],
            "-c:v", .. video.Split(' '), path]);
        return path;
    }

    private string Remux(string source, string name, string[] before, string[] after)
    {
        MediaFiles.RunFfmpeg([.. before, "-i", source, "-map", "0", "-c", "copy", .. after, _media.PathTo(name)]);
        return _media.PathTo(name);
    }

    private void CheckFrames(string path)
    {
        var info = VideoInfo.Read(path);
        byte[][] expected = FfmpegReference.Frames(path, info.Width, info.Height);
        Assert.True(expected.Length == info.Frames, $"{Path.GetFileName(path)}: ffmpeg shows {expected.Length} frames; we say {info.Frames}.");
        var clip = new VideoClipOptions { FrameStride = 1, Width = info.Width, Height = info.Height, ShortVideo = ShortVideo.Refuse };
        clip.FrameCount = expected.Length;
        Compare("all", Enumerable.Range(0, expected.Length));
        (clip.FrameCount, clip.FrameStride) = (4, 2);
        Compare("center", Enumerable.Range(0, 4).Select(i => (expected.Length - 7) / 2 + 2 * i));
        (clip.FrameCount, clip.FrameStride, clip.Position, clip.ClipsPerVideo) = (3, 1, ClipPosition.Even, 3);
        Compare("even", Enumerable.Range(0, 9).Select(i => (expected.Length - 3) * (i / 3) / 2 + i % 3));

        void Compare(string what, IEnumerable<int> frames)
        {
            byte[][] found = [
                .. Assert.Single(_ml.Transforms.LoadVideoClip("Out", "Path", clip).Read<byte>(_ml.Paths(path))).Chunk(info.Width * info.Height * 3)];
            int worst = frames.Zip(found).Max(pair => expected[pair.First].Zip(pair.Second).Max(v => Math.Abs(v.First - v.Second)));
            Assert.True(worst <= 2, $"{Path.GetFileName(path)}, {what}: a value differs from ffmpeg's by {worst}.");
        }
    }

    private void CheckSound(string path, string coding, string? uncut)
    {
        // Without times of their own frames are shown one after the other from 0 on; ffprobe gives them those of their decoding.
        bool isTimed = Path.GetExtension(path) != ".avi";
        var info = VideoInfo.Read(path);
        int frames = info.Frames;
        double[] times = isTimed ? FfmpegReference.Times(path) : [.. Enumerable.Range(0, frames).Select(i => i / info.FramesPerSecond)];
        // Where ffprobe does not tell a time, or one of another age of the world, there is nothing to compare with.
        if (coding.Length == 0 || times.Any(time => double.IsNaN(time) || Math.Abs(time) > 1e6))
            return;
        // The columns span the time from the first frame to the end of the last.
        double column = (times[^1] + 1 / info.FramesPerSecond - times[0]) / (frames * ColumnsPerFrame);
        double[] ColumnsOf(string heard, double start) => [.. Onsets(FfmpegReference.Sound(heard)).Select(sample => (sample / 16000.0 - start) / column)];
        var options = new LogMelOptions
        {
            AlignWith = new() { FrameCount = frames, FrameStride = 1 },
            FrameCount = frames * ColumnsPerFrame,
            Spectrum = LogMelSpectrum.Htk
        };
        double[] loudness = [.. Assert.Single(_ml.Transforms.LoadAudioLogMel("Out", "Path", options).Read<float>(_ml.Paths(path))).Chunk(Bands).Select(
            column => (double)column.Max())];
        double quiet = loudness.Max() - 5;
        // A column is of one hop, and its window reaches a little over it.
        double[] found = [.. Enumerable.Range(3, loudness.Length - 6).Where(
            i => loudness[i] >= quiet && loudness[i - 1] < quiet && loudness[i - 2] < quiet && loudness[i - 3] < quiet).Select(i => i + 0.5)];
        double[] expected = ColumnsOf(path, times[0]);
        bool isRight = AreIn(expected, 1.6);
        if (!isRight && uncut is not null && !isTimed)
        {
            // A cut loses how far tracks without times are apart. Where frames build on later ones nothing in the file tells the place of the first;
            // the sound lies within a frame of where it was before the cut.
            byte[] shown = FfmpegReference.Frames(path, info.Width, info.Height)[0];
            byte[][] all = FfmpegReference.Frames(uncut, info.Width, info.Height);
            isRight = AreIn(ColumnsOf(uncut, Array.FindIndex(all, frame => frame.AsSpan().SequenceEqual(shown)) / info.FramesPerSecond), ColumnsPerFrame);
        }
        Assert.True(isRight, $"{Path.GetFileName(path)}: by ffmpeg beeps begin in columns {string.Join(' ', expected.Select(onset => Math.Round(onset, 1)))}; "
            + $"ours in {string.Join(' ', found)}.");

        bool AreIn(double[] onsets, double most)
        {
            double[] inside = [.. onsets.Where(onset => onset > 5 && onset < loudness.Length - 5)];
            Assert.NotEmpty(inside);
            return inside.All(onset => found.Any(f => Math.Abs(f - onset) <= most));
        }
    }

    /// <summary>The samples at which beeps begin.</summary>
    private static IEnumerable<int> Onsets(float[] sound)
    {
        int quiet = int.MaxValue / 2;
        for (int i = 0; i < sound.Length; i++, quiet++)
        {
            if (Math.Abs(sound[i]) <= 0.1)
                continue;
            if (quiet > 1600)
                yield return i;
            quiet = 0;
        }
    }
}
