using System.Buffers.Binary;
using Microsoft.ML;
using OpenCvSharp;

namespace GBlend.MLNet.Media.Tests.Components;

/// <summary>Where an image ends: thumbnails inside it have ends of their own, and motion photos have a video behind them.</summary>
public sealed class ImageEndTests : IDisposable
{
    private readonly MLContext _ml = new(1);
    private readonly TestMedia _media = new();

    public void Dispose() => _media.Dispose();

    public static TheoryData<string, string> Photos()
    {
        var all = new TheoryData<string, string>();
        foreach (string image in new[] { "baseline", "progressive", "restarts", "gray", "png", "webp" })
        {
            foreach (string behind in new[] { "nothing", "video", "zeros", "padding", "another image", "markers", "random" })
                all.Add(image, behind);
        }
        return all;
    }

    [Theory]
    [MemberData(nameof(Photos))]
    public void What_is_behind_an_image_is_not_of_it(string kind, string behind)
    {
        byte[] image = Image(kind);
        byte[] expected = Read(_media.Bytes("plain.img", image));
        byte[] tail = behind switch
        {
            "nothing" => [],
            "video" => File.ReadAllBytes(_media.Convert(_media.Video("v.mkv", 20), "v.mp4", "-c:v", "libx264", "-pix_fmt", "yuv420p")),
            "zeros" => new byte[3000],
            "padding" => [.. Enumerable.Repeat((byte)0xFF, 3000)],
            "another image" => Image("baseline"),
            "markers" => [0xFF, 0xD8, 0xFF, 0xC0, 0, 17, 8, 0xFF, 0xFF, 0xFF, 0xFF, 3, .. new byte[50], 0xFF, 0xDA],
            _ => Random(3000),
        };
        Assert.Equal(expected, Read(_media.Bytes("photo.img", [.. image, .. tail])));
        // Without its end it is truncated, whatever is behind it. WebP has a length and no end.
        byte[] cut = image[..(image.Length * 3 / 4)];
        Assert.Throws<InvalidDataException>(() => Read(_media.Bytes("cut.img", kind == "webp" ? cut : [.. cut, .. tail])));
    }

    /// <summary>A thumbnail in EXIF, one in an extension of JFIF, and ends in comments and in further data of applications.</summary>
    [Theory]
    [InlineData("baseline")]
    [InlineData("progressive")]
    [InlineData("restarts")]
    public void Thumbnails_inside_have_ends_of_their_own(string kind)
    {
        byte[] image = Image(kind), thumbnail = Small(),
            video = File.ReadAllBytes(_media.Convert(_media.Video("v.mkv", 20), "v.mp4", "-c:v", "libx264", "-pix_fmt", "yuv420p"));
        byte[] expected = Read(_media.Bytes("plain.jpg", image));
        byte[] inside =
        [
            .. Segment(0xE1, [.. "Exif\0\0II*\0"u8, 8, 0, 0, 0, 0, 0, 26, 0, 0, 0, .. thumbnail]), .. Segment(0xE0, [.. "JFXX\0"u8, 0x10, .. thumbnail]),
            .. Segment(0xFE, [0xFF, 0xD9, 0xFF, 0xD9]), .. Segment(0xE2, [.. "MPF\0"u8, .. thumbnail, .. thumbnail]), 0xFF, 0xFF, 0xFF,
                .. Segment(0xED, thumbnail),
        ];
        byte[] photo = [.. image[..2], .. inside, .. image[2..]];
        Assert.Equal(expected, Read(_media.Bytes("thumbnails.jpg", photo)));
        Assert.Equal(expected, Read(_media.Bytes("motion.jpg", [.. photo, .. video])));
        // Cut within the picture: the ends of the thumbnails are not its own.
        Assert.Contains(
            "truncated", Assert.Throws<InvalidDataException>(() => Read(_media.Bytes("cut.jpg", photo[..(photo.Length - image.Length / 3)]))).Message);
    }

    private byte[] Read(string path) => Assert.Single(_ml.Transforms.LoadImage("Out", "Path", new() { Width = 64, Height = 48 }).Read<byte>(_ml.Paths(path)));

    private static byte[] Segment(byte marker, byte[] content)
    {
        byte[] size = new byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(size, (ushort)(content.Length + 2));
        return [0xFF, marker, .. size, .. content];
    }

    private static byte[] Image(string kind)
    {
        using var picture = new Mat(96, 128, kind == "gray" ? MatType.CV_8UC1 : MatType.CV_8UC3);
        new RNG(7).Fill(picture, DistributionType.Uniform, new Scalar(0, 0, 0), new Scalar(255, 255, 255));
        var (extension, parameters) = kind switch
        {
            "progressive" => (".jpg", new[] { new ImageEncodingParam(ImwriteFlags.JpegProgressive, 1) }),
            "restarts" => (".jpg", [new ImageEncodingParam(ImwriteFlags.JpegRstInterval, 3)]),
            "png" => (".png", []),
            "webp" => (".webp", []),
            _ => (".jpg", []),
        };
        Cv2.ImEncode(extension, picture, out byte[] content, parameters);
        return content;
    }

    private static byte[] Small()
    {
        using var picture = new Mat(12, 16, MatType.CV_8UC3, new Scalar(10, 200, 30));
        Cv2.ImEncode(".jpg", picture, out byte[] content);
        return content;
    }

    private static byte[] Random(int count)
    {
        byte[] bytes = new byte[count];
        new Random(5).NextBytes(bytes);
        return bytes;
    }
}
