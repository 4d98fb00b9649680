using OpenCvSharp;

namespace GBlend.MLNet;

/// <summary>Writes decoded pictures as bytes of one shape. Not for several threads at once: it works in a picture of its own.</summary>
internal sealed class PictureWriter(FrameShape shape) : IDisposable
{
    private readonly Mat _work = new();

    /// <summary>Scales, cuts and converts a picture of 8-bit RGB or gray values.</summary>
    /// <param name="picture">The decoded picture.</param>
    /// <param name="destination">Gets height x width x channels bytes, RGB.</param>
    internal unsafe void Write(Mat picture, Span<byte> destination)
    {
        // The part that stays is cut before it is scaled: pixels that will be cut off need no scaling.
        using var part = new Mat(picture, Part(picture.Width, picture.Height));
        bool shrinks = part.Width > shape.Width || part.Height > shape.Height;
        var scaled = part;
        if (part.Width != shape.Width || part.Height != shape.Height)
        {
            Cv2.Resize(part, _work, new Size(shape.Width, shape.Height), interpolation: shrinks ? InterpolationFlags.Area : InterpolationFlags.Linear);
            scaled = _work;
        }
        fixed (byte* start = destination[..shape.Size])
        {
            using var target = Mat.FromPixelData(shape.Height, shape.Width, MatType.CV_8UC(shape.Channels), (nint)start);
            if (scaled.Channels() == shape.Channels)
                scaled.CopyTo(target);
            else
                Cv2.CvtColor(scaled, target, shape.Channels == 1 ? ColorConversionCodes.RGB2GRAY : ColorConversionCodes.GRAY2RGB);
        }
    }

    public void Dispose() => _work.Dispose();

    /// <summary>The rectangle of the picture that is shown in the end.</summary>
    private Rect Part(int width, int height)
    {
        if (shape.Stretch)
            return new Rect(0, 0, width, height);
        double least = Math.Max((double)shape.Width / width, (double)shape.Height / height);
        double scale = shape.ShortSide is { } side ? Math.Max(least, (double)side / Math.Min(width, height)) : least;
        int cutWidth = Math.Clamp((int)Math.Round(shape.Width / scale), 1, width), cutHeight = Math.Clamp((int)Math.Round(shape.Height / scale), 1, height);
        return new Rect((width - cutWidth) / 2, (height - cutHeight) / 2, cutWidth, cutHeight);
    }
}
