using OpenCvSharp;

namespace GBlend.MLNet;

/// <summary>Decodes image files, turned upright as their EXIF orientation says.</summary>
internal static class ImageDecoder
{
    /// <summary>Red, green and blue in this order; OpenCV's enumeration lacks it.</summary>
    private const ImreadModes Color = (ImreadModes)256;

    /// <summary>Decodes to 8-bit RGB or gray values.</summary>
    /// <param name="file">The content of the file.</param>
    /// <param name="isGray">Whether gray values are wanted.</param>
    /// <param name="limits">How large the image may be.</param>
    /// <exception cref="BadMediaException">It is no image that is known, a damaged one, or beyond the limit.</exception>
    internal static Mat Decode(byte[] file, bool isGray, MediaLimits limits)
    {
        var header = ImageHeader.Read(file) ?? throw new BadMediaException("it is no image that can be decoded");
        if (header.Pixels > limits.MaxImagePixels)
            throw new BadMediaException(
                $"it has {header.Width} x {header.Height} pixels, and {nameof(MediaLimits)}.{nameof(limits.MaxImagePixels)} allows {limits.MaxImagePixels}");
        // The decoders fill what is missing of a truncated image with gray or black without an error.
        if (!header.IsWhole)
            throw new BadMediaException("the end of the image is missing: the file is truncated");
        // The decoder does not see what follows the image, as in a motion photo.
        var picture = Cv2.ImDecode(file.AsSpan(0, header.Length), isGray ? ImreadModes.Grayscale : Color);
        if (!picture.Empty())
            return picture;
        picture.Dispose();
        MemoryShortageException.ThrowIfShort(header.Pixels);
        throw new BadMediaException("it is no image that can be decoded, or a damaged one");
    }
}
