using System.Buffers.Binary;
using System.Diagnostics;
using System.Reflection;
using Microsoft.ML;
using Microsoft.ML.Data;
using Xunit.Abstractions;

namespace GBlend.MLNet.Media.Tests.Components;

/// <summary>No file takes time without end: what may be decoded has a limit, and who does not want to wait can cancel.</summary>
public sealed class LongFileTests(ITestOutputHelper output) : IDisposable
{
    private const int Width = 2048, Height = 1152, Repeats = 600;

    private readonly MLContext _ml = new(1);
    private readonly TestMedia _media = new();

    public void Dispose() => _media.Dispose();

    /// <summary>Few bytes that take minutes to decode: frames that all look like the one before, read from the start since AVI has no times.</summary>
    private string Long(string name, params string[] coding)
    {
        string one = _media.Convert(
            _media.Video("one.mkv", 1), "part.avi", "-vf", $"loop=24:1:0,scale={Width}:{Height}", "-pix_fmt", "yuv420p", "-c:v", "mpeg4", "-g", "1000");
        MediaFiles.RunFfmpeg(["-stream_loop", $"{Repeats - 1}", "-i", one, "-c", "copy", .. coding, _media.PathTo(name)]);
        return _media.PathTo(name);
    }

    private static VideoClipOptions Ends(MediaLimits? limits = null) =>
        new() { FrameCount = 1, Width = 64, Height = 48, ClipsPerVideo = 2, Position = ClipPosition.Even, Limits = limits ?? MediaLimits.Default };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_decode_of_minutes_is_cancelled(bool inMemory)
    {
        string path = Long("long.avi");
        var data = inMemory ? _ml.Data.LoadFromEnumerable([new BytesRow { File = File.ReadAllBytes(path) }]) : _ml.Paths(path);
        var rows = _ml.Transforms.LoadVideoClip("Out", inMemory ? "File" : "Path", Ends()).Fit(data).Transform(data);
        var since = new Stopwatch();
        using var timer = new Timer(_ =>
        {
            since.Start();
            Cancel(_ml);
        }, null, 2000, Timeout.Infinite);
        Assert.Throws<OperationCanceledException>(() => rows.GetColumn<byte[]>("Out").Count());
        output.WriteLine($"Decoding ended {since.ElapsedMilliseconds} ms after it was cancelled.");
    }

    /// <summary>ML.NET 5 keeps the method to itself; programs reach it as this does.</summary>
    private static void Cancel(MLContext ml) =>
        typeof(MLContext).GetMethod("CancelExecution", BindingFlags.Instance | BindingFlags.NonPublic)!.Invoke(ml, null);

    /// <summary>Another pipeline that is at the same file at the same time is not cancelled, nor is it kept from being cancelled.</summary>
    [Fact]
    public async Task Only_the_context_that_is_cancelled_ends()
    {
        var shared = new SharedDecodes<string>(1000, s => s.Length);
        using ManualResetEventSlim begun = new(), cancelled = new();
        var first = Task.Run(() => shared.Get("key", () =>
        {
            begun.Set();
            cancelled.Wait();
            throw new OperationCanceledException();
        }));
        begun.Wait();
        var second = Task.Run(() => shared.Get("key", () => "made"));
        int asked = 0;
        await Assert.ThrowsAsync<OperationCanceledException>(() => Task.Run(() => shared.Get("key", () => "never", () =>
        {
            if (++asked > 2)
                throw new OperationCanceledException();
        })));
        cancelled.Set();
        await Assert.ThrowsAsync<OperationCanceledException>(() => first);
        Assert.Equal("made", await second);
        Assert.Equal("made", shared.Get("key", () => "again"));
    }

    /// <summary>A few bytes a frame can be frames without end.</summary>
    [Theory]
    [InlineData("long.avi")]
    [InlineData("long.mkv")]
    public void Frames_beyond_the_limit_are_not_decoded(string name)
    {
        string path = Long(name);
        const long Limit = 20L * Width * Height;
        var error = Assert.Throws<InvalidDataException>(
            () => _ml.Transforms.LoadVideoClip("Out", "Path", Ends(new() { MaxDecodedPixels = Limit })).Read<byte>(_ml.Paths(path)));
        Assert.Contains($"MediaLimits.MaxDecodedPixels allows {Limit}", error.Message);
        // Tolerating damage is no way round it.
        var tolerant = Ends(new() { MaxDecodedPixels = Limit });
        tolerant.TolerateDamage = true;
        Assert.Throws<InvalidDataException>(() => _ml.Transforms.LoadVideoClip("Out", "Path", tolerant).Read<byte>(_ml.Paths(path)));
    }

    /// <summary>Frames that are skipped by seeking are not decoded, and do not count.</summary>
    [Fact]
    public void Long_video_is_within_the_limit_where_little_of_it_is_decoded()
    {
        string path = _media.Convert(_media.Video("source.mkv", 200), "keys.mp4", "-c:v", "libx264", "-g", "10", "-pix_fmt", "yuv420p");
        var limits = new MediaLimits { MaxDecodedPixels = 25 * TestMedia.Width * TestMedia.Height };
        Assert.NotEmpty(_ml.Transforms.LoadVideoClip("Out", "Path", Ends(limits)).Read<byte>(_ml.Paths(path)));
    }

    /// <summary>The filter between two rates grows with both, so that a rate that nothing has takes all memory.</summary>
    [Theory]
    [InlineData("caf", 2_000_000_011)]
    [InlineData("au", 1_999_999_973)]
    public void Sound_at_a_rate_that_nothing_has_is_refused(string container, int rate)
    {
        byte[] content = File.ReadAllBytes(_media.Convert(_media.Wav("a.wav", TestMedia.Tone(500, 1)), "a." + container));
        if (container == "au")
            BinaryPrimitives.WriteInt32BigEndian(content.AsSpan(16), rate);
        else
            BinaryPrimitives.WriteDoubleBigEndian(content.AsSpan(content.AsSpan().IndexOf("desc"u8) + 12), rate);
        var error = Assert.Throws<InvalidDataException>(() => SoundInfo.Read(_media.Bytes("fast." + container, content)));
        Assert.Contains($"{rate} Hz", error.Message);
    }
}
