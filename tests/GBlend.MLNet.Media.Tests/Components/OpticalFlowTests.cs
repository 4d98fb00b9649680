using Microsoft.ML;
using Microsoft.ML.Data;

namespace GBlend.MLNet.Media.Tests.Components;

public sealed class OpticalFlowTests : IDisposable
{
    private const int Size = 64;

    private readonly MLContext _ml = new(1);
    private readonly TestMedia _media = new();

    public void Dispose() => _media.Dispose();

    /// <summary>A texture that moves so many pixels a frame.</summary>
    private string Moving(string name, int across, int down, int frames = 6)
    {
        static byte Texture(int x, int y) => (byte)(128 + 60 * Math.Sin(x * 0.35 + 0.2 * Math.Sin(y * 0.3)) + 60 * Math.Sin(y * 0.31 + 0.1 * x));
        MediaFiles.WriteVideo(_media.PathTo(name), Enumerable.Range(0, frames).Select(f =>
        {
            byte[] frame = new byte[Size * Size * 3];
            for (int i = 0; i < frame.Length; i++)
                frame[i] = Texture(i / 3 % Size - f * across, i / 3 / Size - f * down);
            return frame;
        }), Size, Size);
        return _media.PathTo(name);
    }

    private IDataView Flow(string[] paths, OpticalFlowOptions? options = null, int clips = 1, OnBadMedia onBad = OnBadMedia.Fail)
    {
        var view = _ml.Paths(paths);
        return _ml.Transforms.LoadVideoClip("Clip", "Path",
            new() { FrameCount = 4, FrameStride = 1, Width = Size, Height = Size, ClipsPerVideo = clips, Position = ClipPosition.Even, OnBadMedia = onBad })
            .Append(_ml.Transforms.OpticalFlow("Flow", "Clip", options)).Fit(view).Transform(view);
    }

    /// <summary>The mean motion in pixels in the middle of each flow.</summary>
    private static (double Across, double Down)[] Motion(byte[] flow, float bound) => [.. flow.Chunk(Size * Size * 2).Select(picture =>
    {
        var middle = Enumerable.Range(16, 32).SelectMany(y => Enumerable.Range(16, 32).Select(x => (y * Size + x) * 2)).ToArray();
        return (middle.Average(i => (picture[i] - 128) * bound / 127.5), middle.Average(i => (picture[i + 1] - 128) * bound / 127.5));
    })];

    [Theory]
    [InlineData(2, 0)]
    [InlineData(-1, 0)]
    [InlineData(0, 2)]
    [InlineData(1, -1)]
    [InlineData(0, 0)]
    public void Motion_is_found(int across, int down)
    {
        var flow = Flow([Moving("a.mkv", across, down)], new() { Bound = 8 });
        Assert.Equal(new VectorDataViewType(NumberDataViewType.Byte, 3, Size, Size, 2), flow.Schema["Flow"].Type);
        Assert.All(Motion(Assert.Single(flow.GetColumn<byte[]>("Flow")), 8), motion =>
        {
            Assert.Equal(across, motion.Across, 0.35);
            Assert.Equal(down, motion.Down, 0.35);
        });
    }

    [Fact]
    public void No_motion_is_128_and_motion_beyond_the_bound_is_cut_off()
    {
        byte[] still = Assert.Single(Flow([Moving("still.mkv", 0, 0)]).GetColumn<byte[]>("Flow"));
        Assert.All(still, b => Assert.InRange(b, 127, 129));
        // The method is not exact at the very border.
        Assert.InRange(still.Count(b => b != 128), 0, still.Length / 500);
        byte[] flow = Assert.Single(Flow([Moving("fast.mkv", 3, 0)], new() { Bound = 0.5f }).GetColumn<byte[]>("Flow"));
        Assert.Equal(255, flow[(32 * Size + 32) * 2]);
    }

    [Fact]
    public void Several_clips_and_kept_frame_counts_have_their_dimensions()
    {
        var flow = Flow([Moving("a.mkv", 1, 0, 12)], new() { KeepFrameCount = true, Bound = 8 }, clips: 2);
        Assert.Equal(new VectorDataViewType(NumberDataViewType.Byte, 2, 4, Size, Size, 2), flow.Schema["Flow"].Type);
        byte[] values = Assert.Single(flow.GetColumn<byte[]>("Flow"));
        Assert.All(Motion(values, 8), motion => Assert.Equal(1, motion.Across, 0.35));
        int size = Size * Size * 2;
        Assert.Equal(values[(2 * size)..(3 * size)], values[(3 * size)..(4 * size)]);
    }

    [Fact]
    public void Missing_clip_has_missing_flow()
    {
        byte[][] flows = [.. Flow(["missing.mkv", Moving("a.mkv", 1, 0)], onBad: OnBadMedia.Missing).GetColumn<byte[]>("Flow")];
        Assert.Empty(flows[0]);
        Assert.Equal(3 * Size * Size * 2, flows[1].Length);
    }

    [Fact]
    public void Clip_is_decoded_once_for_itself_and_its_flow()
    {
        string path = Moving("a.mkv", 1, 0);
        var rows = Flow([path]);
        using var cursor = rows.GetRowCursor(rows.Schema);
        Assert.True(cursor.MoveNext());
        VBuffer<byte> flow = default, clip = default;
        cursor.GetGetter<VBuffer<byte>>(rows.Schema["Flow"])(ref flow);
        File.Delete(path);
        cursor.GetGetter<VBuffer<byte>>(rows.Schema["Clip"])(ref clip);
        Assert.Equal(4 * Size * Size * 3, clip.Length);
    }

    [Fact]
    public void Columns_without_frames_are_refused()
    {
        var view = _ml.Data.LoadFromEnumerable([new BytesRow()]);
        Assert.Contains("'File'", Assert.Throws<ArgumentOutOfRangeException>(() => _ml.Transforms.OpticalFlow("Flow", "File").Fit(view)).Message);
    }
}
