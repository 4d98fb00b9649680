using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace GBlend.MLNet.Media.Tests.Components;

/// <summary>Files that were made to do harm: content never chooses what is opened, and a small file never asks for much memory.</summary>
public sealed class AttackTests : IDisposable
{
    private readonly MLContext _ml = new(1);
    private readonly TestMedia _media = new();

    public void Dispose() => _media.Dispose();

    public static TheoryData<string, string> Playlists()
    {
        var all = new TheoryData<string, string>();
        foreach (string kind in Playlist.Kinds)
        {
            foreach (string form in new[] { "absolute", "relative", "file", "http" })
                all.Add(kind, form);
        }
        return all;
    }

    /// <summary>Whatever a playlist names, with whatever extension, and in memory: nothing of it is in a row, and nobody is called.</summary>
    [Trait("Speed", "Slow")]
    [Theory]
    [MemberData(nameof(Playlists))]
    public void A_playlist_is_refused_and_nothing_that_it_names_is_opened(string kind, string form)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        string secret = _media.Convert(
            _media.VideoWithSound("source.mkv", 50, TestMedia.Tone(500, 2), 16000), "secret.ts", "-c:v", "mpeg2video", "-c:a", "mp2");
        string name = form switch
        {
            "absolute" => secret,
            "relative" => "secret.ts",
            "file" => "file:" + secret,
            _ => $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/secret.ts",
        };
        byte[] content = Encoding.UTF8.GetBytes(Playlist.Write(kind, name));
        foreach (string extension in new[] { ".m3u8", ".mp4", ".wav", ".jpg" })
        {
            var view = _ml.Paths(_media.Bytes("playlist" + extension, content));
            foreach (var step in new[] { Clip("Path"), Sound("Path"), Picture("Path") })
                Assert.Throws<InvalidDataException>(() => Values(step, view));
        }
        var inMemory = _ml.Data.LoadFromEnumerable([new BytesRow { File = content }]);
        foreach (var step in new[] { Clip("File"), Sound("File"), Picture("File") })
            Assert.Throws<InvalidDataException>(() => Values(step, inMemory));
        Assert.False(listener.Pending());
    }

    /// <summary>A few bytes of an index can promise a billion frames, each of which would take memory before one is read.</summary>
    [Theory]
    [InlineData("stts", 8)]
    [InlineData("stsz", 8)]
    public void An_index_that_promises_more_than_the_file_has_room_for_is_refused(string box, int place)
    {
        string path = _media.Convert(_media.Video("source.mkv", 20), "index.mp4", "-c:v", "libx264");
        byte[] content = File.ReadAllBytes(path);
        Assert.NotEmpty(Values(Clip("Path"), _ml.Paths(path)));
        int at = content.AsSpan().IndexOf(Encoding.ASCII.GetBytes(box)) + 4 + place;
        BinaryPrimitives.WriteUInt32BigEndian(content.AsSpan(at), 0x3FFFFFFF);
        if (box == "stsz")
            BinaryPrimitives.WriteUInt32BigEndian(content.AsSpan(at - 4), 1);
        var error = Assert.Throws<InvalidDataException>(() => Values(Clip("Path"), _ml.Paths(_media.Bytes("promising.mp4", content))));
        Assert.Contains("index lists more", error.Message);
    }

    /// <summary>What an index says may lie anywhere; content in memory has no such places, and a file none with anything in them.</summary>
    [Theory]
    [InlineData(0xF0000000)]
    [InlineData(0x7FFFFFFF)]
    [InlineData(0x10000000)]
    public void A_place_far_behind_the_end_is_refused_in_memory_as_in_a_file(uint place)
    {
        byte[] content = File.ReadAllBytes(_media.Convert(_media.Video("source.mkv", 20), "index.mp4", "-c:v", "libx264"));
        BinaryPrimitives.WriteUInt32BigEndian(content.AsSpan(content.AsSpan().IndexOf("stco"u8) + 12), place);
        Assert.Throws<InvalidDataException>(() => Values(Clip("Path"), _ml.Paths(_media.Bytes("far.mp4", content))));
        Assert.Throws<InvalidDataException>(() => Values(Clip("File"), _ml.Data.LoadFromEnumerable([new BytesRow { File = content }])));
    }

    /// <summary>Boxes in boxes without end lead no reader astray.</summary>
    [Fact]
    public void Boxes_that_are_nested_without_end_are_refused()
    {
        const int Depth = 200_000;
        byte[] content = new byte[Depth * 8];
        for (int i = 0; i < Depth; i++)
        {
            BinaryPrimitives.WriteUInt32BigEndian(content.AsSpan(8 * i), (uint)(content.Length - 8 * i));
            "moov"u8.CopyTo(content.AsSpan(8 * i + 4));
        }
        Assert.Throws<InvalidDataException>(() => Values(Clip("Path"), _ml.Paths(_media.Bytes("nested.mp4", content))));
    }

    /// <summary>A picture of a few bytes must not be given room for a billion pixels.</summary>
    [Fact]
    public void A_picture_beyond_the_limit_is_refused_by_its_header()
    {
        byte[] content = [0x89, .. "PNG\r\n"u8, 0x1A, (byte)'\n', 0, 0, 0, 13, .. "IHDR"u8, 0, 0, 0x7D, 0, 0, 0, 0x7D, 0, 8, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
            0, .. "IDAT"u8, 0, 0, 0, 0];
        var error = Assert.Throws<InvalidDataException>(() => Values(Picture("Path"), _ml.Paths(_media.Bytes("bomb.png", content))));
        Assert.Contains("32000", error.Message);
    }

    /// <summary>A name with a pattern is a name.</summary>
    [Fact]
    public void Paths_are_literal()
    {
        string good = _media.Video("s1.mkv", 20);
        File.Copy(good, _media.PathTo("s%d.mkv"));
        Assert.Equal(Values(Clip("Path"), _ml.Paths(good)), Values(Clip("Path"), _ml.Paths(_media.PathTo("s%d.mkv"))));
        File.Delete(_media.PathTo("s%d.mkv"));
        Assert.Throws<InvalidDataException>(() => Values(Clip("Path"), _ml.Paths(_media.PathTo("s%d.mkv"))));
    }

    private MediaEstimator Clip(string column) => _ml.Transforms.LoadVideoClip("Out", column, new() { FrameCount = 4, Width = 64, Height = 48 });

    private MediaEstimator Sound(string column) => _ml.Transforms.LoadAudioLogMel("Out", column, new() { FrameCount = 20 });

    private MediaEstimator Picture(string column) => _ml.Transforms.LoadImage("Out", column, new() { Width = 64, Height = 48 });

    private static Array Values(MediaEstimator step, IDataView data)
    {
        var rows = step.Fit(data).Transform(data);
        return rows.Schema["Out"].Type is VectorDataViewType { ItemType: NumberDataViewType { RawType: var item } } && item == typeof(float)
            ? rows.GetColumn<float[]>("Out").ToArray()
            : rows.GetColumn<byte[]>("Out").ToArray();
    }
}
