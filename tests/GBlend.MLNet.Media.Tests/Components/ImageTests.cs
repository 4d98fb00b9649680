using Microsoft.ML;
using Microsoft.ML.Transforms.Image;
using OpenCvSharp;

namespace GBlend.MLNet.Media.Tests.Components;

public sealed class ImageTests : IDisposable
{
    private readonly MLContext _ml = new(1);
    private readonly TestMedia _media = new();

    public void Dispose() => _media.Dispose();

    private byte[] Image(string path, ImageOptions options) => Assert.Single(_ml.Transforms.LoadImage("Out", "Path", options).Read<byte>(_ml.Paths(path)));

    /// <summary>An image of four quarters: red, green, blue, white.</summary>
    private string Quarters(string name, int width = 40, int height = 40)
    {
        using var picture = new Mat(height, width, MatType.CV_8UC3, Scalar.White);
        Scalar[] colors = [Scalar.Red, Scalar.Green, Scalar.Blue];
        for (int i = 0; i < 3; i++)
            Cv2.Rectangle(picture, new Rect(i % 2 * width / 2, i / 2 * height / 2, width / 2, height / 2), colors[i], -1);
        Cv2.ImWrite(_media.PathTo(name), picture);
        return _media.PathTo(name);
    }

    private static readonly byte[] Red = [255, 0, 0], Green = [0, 128, 0], Blue = [0, 0, 255], White = [255, 255, 255];

    private static void AssertColors(byte[] image, int tolerance, params byte[][] colors)
    {
        // Of an image of 20 x 20: the middles of its quarters.
        int[] middles = [5 * 20 + 5, 5 * 20 + 15, 15 * 20 + 5, 15 * 20 + 15];
        for (int i = 0; i < 4; i++)
        {
            for (int c = 0; c < 3; c++)
                Assert.InRange(image[middles[i] * 3 + c], colors[i][c] - tolerance, colors[i][c] + tolerance);
        }
    }

    [Theory]
    [InlineData("a.png", 0)]
    [InlineData("a.bmp", 0)]
    [InlineData("a.jpg", 8)]
    [InlineData("a.webp", 8)]
    [InlineData("a.tif", 0)]
    public void Images_come_out_as_red_green_and_blue(string name, int tolerance) =>
        AssertColors(Image(Quarters(name), new() { Height = 20, Width = 20 }), tolerance, Red, Green, Blue, White);

    [Theory]
    [InlineData(20, 20)]
    [InlineData(1, 1)]
    [InlineData(7, 33)]
    [InlineData(90, 31)]
    [InlineData(31, 90)]
    public void Every_size_gives_the_size_asked_for(int width, int height)
    {
        string path = Quarters("a.png", width, height);
        Assert.Equal(20 * 20 * 3, Image(path, new() { Height = 20, Width = 20 }).Length);
        Assert.Equal(20 * 30, Image(path, new() { Height = 20, Width = 30, ShortSide = 25, Grayscale = true }).Length);
        Assert.Equal(20 * 30 * 3, Image(path, new() { Height = 20, Width = 30, Stretch = true }).Length);
    }

    [Fact]
    public void Unscaled_pixels_are_untouched()
    {
        string path = _media.PathTo("a.png");
        using var picture = new Mat(6, 8, MatType.CV_8UC3);
        Cv2.Randu(picture, Scalar.All(0), Scalar.All(255));
        Cv2.ImWrite(path, picture);
        byte[] image = Image(path, new() { Height = 4, Width = 4, ShortSide = 6 });
        for (int y = 0; y < 4; y++)
        {
            for (int x = 0; x < 4; x++)
            {
                var pixel = picture.At<Vec3b>(y + 1, x + 2);
                Assert.Equal([pixel.Item2, pixel.Item1, pixel.Item0], image[((y * 4 + x) * 3)..((y * 4 + x) * 3 + 3)]);
            }
        }
    }

    [Fact]
    public void Grayscale_alpha_and_sixteen_bits_are_read()
    {
        using var gray = new Mat(20, 20, MatType.CV_8UC1, new Scalar(77));
        using var alpha = new Mat(20, 20, MatType.CV_8UC4, new Scalar(10, 20, 30, 128));
        using var deep = new Mat(20, 20, MatType.CV_16UC3, new Scalar(10 * 257, 20 * 257, 30 * 257));
        byte[] First(string name, Mat picture, bool grayscale)
        {
            Cv2.ImWrite(_media.PathTo(name), picture);
            return Image(_media.PathTo(name), new() { Height = 20, Width = 20, Grayscale = grayscale })[..(grayscale ? 1 : 3)];
        }
        Assert.Equal([77, 77, 77], First("gray.png", gray, false));
        Assert.Equal([77], First("gray.png", gray, true));
        Assert.Equal([30, 20, 10], First("alpha.png", alpha, false));
        Assert.Equal([30, 20, 10], First("deep.png", deep, false));
    }

    [Theory]
    [InlineData(1, "RGBW")]
    [InlineData(3, "WBGR")]
    [InlineData(6, "BRWG")]
    [InlineData(8, "GWRB")]
    public void Exif_orientation_is_honored(byte orientation, string quarters)
    {
        byte[] jpeg = File.ReadAllBytes(Quarters("a.jpg"));
        // The smallest EXIF: one little-endian directory with the one entry 0x0112.
        byte[] exif =
        [
            0xFF, 0xE1, 0, 34, .. "Exif\0\0"u8, .. "II*\0"u8, 8, 0, 0, 0, 1, 0, 0x12, 0x01, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0, 0, 0, 0, 0,
        ];
        string path = _media.Bytes("turned.jpg", [.. jpeg[..2], .. exif, .. jpeg[2..]]);
        var colors = new Dictionary<char, byte[]> { ['R'] = Red, ['G'] = Green, ['B'] = Blue, ['W'] = White };
        AssertColors(Image(path, new() { Height = 20, Width = 20 }), 8, [.. quarters.Select(q => colors[q])]);
    }

    [Fact]
    public void Bytes_and_images_in_memory_are_read_like_files()
    {
        string path = Quarters("a.png");
        byte[] expected = Image(path, new() { Height = 20, Width = 20 });
        var bytes = _ml.Data.LoadFromEnumerable([new BytesRow { File = File.ReadAllBytes(path) }]);
        Assert.Equal(expected, Assert.Single(_ml.Transforms.LoadImage("Out", "File", new() { Height = 20, Width = 20 }).Read<byte>(bytes)));
        var paths = _ml.Paths(path);
        var images = _ml.Transforms.LoadImages("Image", _media.Folder, "Path").Fit(paths).Transform(paths);
        Assert.IsType<ImageDataViewType>(images.Schema["Image"].Type);
        Assert.Equal(expected, Assert.Single(_ml.Transforms.LoadImage("Out", "Image", new() { Height = 20, Width = 20 }).Read<byte>(images)));
    }

    [Fact]
    public void Folder_is_what_paths_are_relative_to()
    {
        Quarters("a.png");
        AssertColors(Image("a.png", new() { Height = 20, Width = 20, Folder = _media.Folder }), 0, Red, Green, Blue, White);
    }
}
