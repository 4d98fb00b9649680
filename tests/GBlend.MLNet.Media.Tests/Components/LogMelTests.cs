using System.Buffers.Binary;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace GBlend.MLNet.Media.Tests.Components;

public sealed class LogMelTests : IDisposable
{
    private const int Bands = 40;

    private readonly MLContext _ml = new(1);
    private readonly TestMedia _media = new();

    public void Dispose() => _media.Dispose();

    private float[] LogMel(string path, LogMelOptions? options = null) =>
        Assert.Single(_ml.Transforms.LoadAudioLogMel("Out", "Path", options).Read<float>(_ml.Paths(path)));

    private static LogMelOptions Htk(int frames = 100) => new() { Spectrum = LogMelSpectrum.Htk, FrameCount = frames };

    /// <summary>The band with the most energy in each frame.</summary>
    private static int[] Loudest(float[] logMel) => [.. logMel.Chunk(Bands).Select(frame => Array.IndexOf(frame, frame.Max()))];

    public static TheoryData<int, bool, int, bool> Formats()
    {
        var data = new TheoryData<int, bool, int, bool>();
        foreach (var (bits, isFloat) in new[] { (8, false), (16, false), (24, false), (32, false), (32, true), (64, true) })
        {
            foreach (int channels in (int[])[1, 2, 3, 6])
                data.Add(bits, isFloat, channels, channels > 2);
        }
        return data;
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Wave_files_of_every_format_sound_the_same(int bits, bool isFloat, int channels, bool isExtensible)
    {
        float[] tone = TestMedia.Tone(1000, 1);
        float[] expected = LogMel(_media.Wav("plain.wav", tone), Htk());
        float[] found = LogMel(
            _media.Bytes("odd.wav", MediaFiles.Wav(Code(tone, bits, isFloat, channels), 16000, channels, bits, isFloat, isExtensible)), Htk());
        // What is loud is the same; 8 bits have noise where the tone is not.
        Assert.All(expected.Zip(found).Where(pair => pair.First > 2), pair => Assert.Equal(pair.First, pair.Second, bits == 8 ? 0.1 : 0.005));
        Assert.Equal(Loudest(expected), Loudest(found));
    }

    [Theory]
    [InlineData(8000)]
    [InlineData(11025)]
    [InlineData(22050)]
    [InlineData(44100)]
    [InlineData(48000)]
    public void Other_rates_are_resampled(int rate)
    {
        float[] expected = LogMel(_media.Wav("16000.wav", TestMedia.Tone(1000, 1)), Htk()),
            found = LogMel(_media.Wav("other.wav", TestMedia.Tone(1000, 1, rate), rate), Htk());
        int loud = Loudest(expected)[50];
        for (int frame = 5; frame < 95; frame++)
            Assert.Equal(expected[frame * Bands + loud], found[frame * Bands + loud], 0.02);
        Assert.Equal(Loudest(expected)[5..95], Loudest(found)[5..95]);
    }

    [Fact]
    public void Frequencies_above_half_the_new_rate_are_gone()
    {
        float[] sound = Sound(_media.Wav("high.wav", TestMedia.Tone(10000, 1, 44100), 44100));
        Assert.Equal(16000, sound.Length);
        Assert.True(sound[1000..15000].Max(Math.Abs) < 1e-3, $"A tone of 10 kHz left {sound[1000..15000].Max(Math.Abs)} at 16 kHz.");
        float[] kept = Sound(_media.Wav("low.wav", TestMedia.Tone(7000, 1, 44100), 44100));
        Assert.Equal(0.5, kept[1000..15000].Max(Math.Abs), 0.01);
    }

    [Fact]
    public void Default_is_the_papers_spectrum()
    {
        var view = _ml.Paths(_media.Wav("tone.wav", TestMedia.Tone(1000, 2)));
        Assert.Equal(new VectorDataViewType(NumberDataViewType.Single, 100, 40),
            _ml.Transforms.LoadAudioLogMel("Out", "Path").Fit(view).GetOutputSchema(view.Schema)["Out"].Type);
        float[] values = LogMel(_media.PathTo("tone.wav"));
        // Half of full scale through a Hann window: the tone's bin has (0.5 * 128 / 2)^2 = 1024, times the gain, times a weight of 0.1 to 1.
        Assert.InRange(values.Max(), Math.Log(1024 * 1.08e9 * 0.1), Math.Log(1024 * 1.08e9));
        // Band b is centered at mel (b + 1) / 41 of the whole scale; 1000 Hz is mel 1000 of 2840.
        Assert.All(Loudest(values), band => Assert.InRange(band, 13, 14));
    }

    [Fact]
    public void Silence_is_finite_and_even()
    {
        string path = _media.Wav("silence.wav", new float[32000]);
        Assert.All(LogMel(path), v => Assert.Equal(0, v));
        Assert.All(LogMel(path, Htk()), v => Assert.Equal(Math.Log(1e-6), v, 1e-4));
    }

    [Fact]
    public void Short_sound_is_followed_by_silence()
    {
        float[] values = LogMel(_media.Wav("short.wav", TestMedia.Tone(1000, 0.3)));
        Assert.True(values[25 * Bands + 14] > 10);
        Assert.All(values[(31 * Bands)..], v => Assert.Equal(0, v));
    }

    [Fact]
    public void Positions_are_taken_where_asked()
    {
        // 4 seconds, each of its own pitch.
        string path = _media.Wav("steps.wav", [.. new[] { 400.0, 1000, 2200, 4500 }.SelectMany(hertz => TestMedia.Tone(hertz, 1))]);
        int[] pitch = [.. Enumerable.Range(0, 4).Select(i => Loudest(LogMel(path, new LogMelOptions { FrameCount = 400 }))[i * 100 + 50])];
        Assert.Equal(4, pitch.Distinct().Count());
        var even = new LogMelOptions { Position = ClipPosition.Even, ClipsPerFile = 4 };
        Assert.Equal(pitch, LogMel(path, even).Chunk(100 * Bands).Select(clip => Loudest(clip)[50]));
        Assert.Equal([pitch[1], pitch[2]], new[] { 20, 80 }.Select(frame => Loudest(LogMel(path))[frame]));
    }

    [Trait("Speed", "Slow")]
    [Theory]
    [InlineData("a.m4a", "aac")]
    [InlineData("a.mp3", "libmp3lame")]
    [InlineData("a.flac", "flac")]
    [InlineData("a.ogg", "libvorbis")]
    public void Other_containers_are_decoded_by_ffmpeg(string name, string coding)
    {
        string wav = _media.Wav("a.wav", TestMedia.Tone(1000, 3, 44100), 44100), path = _media.Convert(wav, name, "-c:a", coding);
        Assert.Equal(Loudest(LogMel(wav)), Loudest(LogMel(path)));
        float[] expected = LogMel(wav), found = LogMel(path);
        // mp3 ends the tone a little differently where it pads its last block.
        Assert.Equal(expected.Max(), found.Max(), 0.2);
    }

    [Fact]
    public void Videos_own_sound_is_aligned_with_its_clips()
    {
        // Second s of six has the pitch of s; the video shows frame numbers at 20 per second.
        double[] hertz = [300, 700, 1300, 2200, 3600, 5800];
        string path = _media.VideoWithSound("av.mkv", 120, [.. hertz.SelectMany(h => TestMedia.Tone(h, 1))], 16000, rate: 20);
        int[] pitch = [.. Loudest(LogMel(path, new LogMelOptions { FrameCount = 600 })).Chunk(100).Select(second => second[50])];
        foreach (var position in (ClipPosition[])[ClipPosition.Random, ClipPosition.Even])
        {
            var clip = new VideoClipOptions
            {
                FrameCount = 5,
                FrameStride = 2,
                Width = TestMedia.Width,
                Height = TestMedia.Height,
                Position = position,
                ClipsPerVideo = 4,
                Seed = 5
            };
            var view = _ml.Paths(path);
            var rows = _ml.Transforms.LoadVideoClip("Clip", "Path", clip).Append(
                _ml.Transforms.LoadAudioLogMel("LogMel", "Path", new() { AlignWith = clip, FrameCount = 10 })).Fit(view).Transform(view);
            int[] frames = TestMedia.Numbers(Assert.Single(rows.GetColumn<byte[]>("Clip")), 20);
            int[] heard = Loudest(Assert.Single(rows.GetColumn<float[]>("LogMel")));
            for (int i = 0; i < 4; i++)
            {
                // A clip of 9 frames lasts 0.45 s. Its first and last spectrum frame are heard in the seconds that its first and last frame are seen in.
                int first = frames[i * 5];
                Assert.Equal(pitch[(int)((first + 0.5) / 20)], heard[i * 10]);
                if ((first + 8) % 20 != 0)
                    Assert.Equal(pitch[(first + 8) / 20], heard[i * 10 + 9]);
            }
        }
    }

    [Fact]
    public void Sound_that_begins_later_than_the_video_keeps_its_time()
    {
        string video = _media.Video("v.mkv", 60, rate: 20), wav = _media.Wav("a.wav", TestMedia.Tone(1000, 2));
        string path = _media.PathTo("late.mp4");
        MediaFiles.RunFfmpeg("-i", video, "-itsoffset", "1", "-i", wav, "-c:v", "libx264", "-c:a", "aac", path);
        float[] values = LogMel(path, new LogMelOptions { FrameCount = 300 });
        Assert.All(values.Chunk(Bands).Skip(5).Take(85), frame => Assert.True(frame.Max() < 5));
        Assert.All(values.Chunk(Bands).Skip(110).Take(150), frame => Assert.True(frame.Max() > 15));
    }

    [Trait("Speed", "Slow")]
    [Theory]
    [InlineData("ts", 0, 0)]
    [InlineData("ts", 0, 0.5)]
    [InlineData("ts", 0.5, 0)]
    [InlineData("mp4", 0, 0)]
    [InlineData("mp4", 0, 0.5)]
    [InlineData("mp4", 0.5, 0)]
    [InlineData("mkv", 0, 0)]
    [InlineData("mkv", 0, 0.5)]
    [InlineData("mkv", 0.5, 0)]
    public void Spectrogram_is_of_the_clips_moments_whichever_track_begins_later(string container, double videoDelay, double soundDelay)
    {
        // Frame 25 of 75 is shown when the beep is heard, 1 s after the earlier track's start.
        int beep = (int)((1 - soundDelay) * 16000), flash = (int)((1 - videoDelay) * 25);
        string video = _media.Convert(_media.Video("v.mkv", 75), "v.mp4", "-c:v", "libx264", "-pix_fmt", "yuv420p");
        string sound = _media.Wav("s.wav", [.. new float[beep], .. TestMedia.Tone(1000, 0.2), .. new float[32000]]);
        string path = _media.PathTo("delayed." + container);
        string Text(double seconds) => seconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
        MediaFiles.RunFfmpeg("-itsoffset", Text(videoDelay), "-i", video, "-itsoffset", Text(soundDelay), "-i", sound, "-map", "0:v", "-map", "1:a", "-c:v",
            "copy", "-c:a", "aac", path);
        // A clip of all frames, whose spectrogram has 8 columns a frame.
        var clip = new VideoClipOptions { FrameCount = 75, FrameStride = 1, Width = TestMedia.Width, Height = TestMedia.Height };
        Assert.Equal(
            Enumerable.Range(0, 75), TestMedia.Numbers(Assert.Single(_ml.Transforms.LoadVideoClip("Out", "Path", clip).Read<byte>(_ml.Paths(path))), 75));
        float[][] frames = [.. LogMel(path, new() { AlignWith = clip, FrameCount = 600, Spectrum = LogMelSpectrum.Htk }).Chunk(Bands)];
        double loud = frames.Max(f => f.Max());
        int first = Array.FindIndex(frames, f => f.Max() > loud - 3), last = Array.FindLastIndex(frames, f => f.Max() > loud - 3);
        Assert.InRange(first, flash * 8 - 8, flash * 8 + 8);
        Assert.InRange(last, flash * 8 + 40 - 8, flash * 8 + 40 + 8);
    }

    [Fact]
    public void Bytes_in_memory_are_read_like_files()
    {
        string wav = _media.Wav("a.wav", TestMedia.Tone(1000, 1)), flac = _media.Convert(wav, "a.flac");
        var view = _ml.Data.LoadFromEnumerable(new[] { wav, flac }.Select(path => new BytesRow { File = File.ReadAllBytes(path) }));
        var rows = _ml.Transforms.LoadAudioLogMel("Out", "File").Read<float>(view);
        Assert.Equal(LogMel(wav), rows[0]);
        Assert.Equal(rows[0], rows[1]);
    }

    /// <summary>All samples at 16 kHz.</summary>
    private static float[] Sound(string path)
    {
        using var file = new SoundFile(MediaItem.OfFile(path), 16000, ReadingRules.Plain(null));
        return file.Read(0, (int)file.Describe().Samples);
    }

    private static byte[] Code(float[] samples, int bits, bool isFloat, int channels)
    {
        byte[] data = new byte[samples.Length * channels * bits / 8];
        int size = bits / 8;
        for (int i = 0; i < samples.Length; i++)
        {
            for (int channel = 0; channel < channels; channel++)
            {
                // The channels differ; their mean is the sample.
                double value = samples[i] * (channels == 1 ? 1 : 1 + 0.4 * (2.0 * channel / (channels - 1) - 1));
                var place = data.AsSpan((i * channels + channel) * size, size);
                switch (bits, isFloat)
                {
                    case (8, _): place[0] = (byte)Math.Round(value * 128 + 128); break;
                    case (16, _): BinaryPrimitives.WriteInt16LittleEndian(place, (short)Math.Round(value * 32768)); break;
                    case (24, _): for (int b = 0; b < 3; b++) place[b] = (byte)((int)Math.Round(value * 8388608) >> (8 * b)); break;
                    case (32, false): BinaryPrimitives.WriteInt32LittleEndian(place, (int)Math.Round(value * 2147483648)); break;
                    case (32, true): BinaryPrimitives.WriteSingleLittleEndian(place, (float)value); break;
                    default: BinaryPrimitives.WriteDoubleLittleEndian(place, value); break;
                }
            }
        }
        return data;
    }
}
