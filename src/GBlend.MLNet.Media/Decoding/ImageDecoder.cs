using OpenCvSharp;

namespace GBlend.MLNet;

/// <summary>Decodes image files, turned upright as their EXIF orientation says.</summary>
internal static class ImageDecoder
{
    /// <summary>Decodes to 8-bit BGR or grey.</summary>
    /// <param name="file">The content of the file.</param>
    /// <param name="shape">What will be made of it.</param>
    /// <exception cref="BadMediaException">It is no image that OpenCV knows, or a damaged one.</exception>
    internal static Mat Decode(byte[] file, FrameShape shape)
    {
        RequireWhole(file);
        var picture = Cv2.ImDecode(file, shape.Channels == 1 ? ImreadModes.Grayscale : ImreadModes.Color);
        if (!picture.Empty())
            return picture;
        picture.Dispose();
        throw new BadMediaException("it is no image that can be decoded, or a damaged one");
    }

    /// <summary>The decoders fill what is missing of a truncated JPEG or PNG with grey or black and say nothing; the end marks tell.</summary>
    private static void RequireWhole(ReadOnlySpan<byte> file)
    {
        bool isJpeg = file.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]), isPng = file.StartsWith((ReadOnlySpan<byte>)[0x89, 0x50, 0x4E, 0x47]);
        // The last end mark after the last start of a scan: a thumbnail inside the file has an end of its own.
        bool hasEnd = isJpeg ? file.LastIndexOf((ReadOnlySpan<byte>)[0xFF, 0xD9]) > file.LastIndexOf((ReadOnlySpan<byte>)[0xFF, 0xDA]) : !isPng || file.LastIndexOf("IEND"u8) > 0;
        if (!hasEnd)
            throw new BadMediaException("the end of the image is missing: the file is truncated");
    }
}
