using OpenCvSharp;

namespace GBlend.MLNet;

/// <summary>How a decoded picture becomes one of a fixed size: scaled by its shorter side and cut in the middle, or stretched.</summary>
internal sealed record FrameShape(int Height, int Width, int Channels, int? ShortSide, bool Stretch)
{
    internal int Size => Height * Width * Channels;

    internal void Validate()
    {
        Check.AtLeast(Height, 1);
        Check.AtLeast(Width, 1);
        if ((long)Height * Width * Channels > Array.MaxLength)
            throw new ArgumentException($"A picture of {Height} x {Width} pixels is more than one vector can hold. Take a smaller one.");
        if (ShortSide is { } side)
        {
            Check.AtLeast(side, 1, nameof(ShortSide));
            if (Stretch)
                throw new ArgumentException("ShortSide and Stretch exclude each other: the one keeps the aspect ratio, the other does not. Leave one of them out.");
        }
    }

    /// <summary>Scales, cuts and converts a picture of 8-bit BGR, grey or BGRA values.</summary>
    /// <param name="picture">The decoded picture.</param>
    /// <param name="work">A picture to work in, kept by the caller so that it is made only once.</param>
    /// <param name="destination">Gets height x width x channels bytes, RGB.</param>
    internal unsafe void Write(Mat picture, Mat work, Span<byte> destination)
    {
        // The part that stays is cut before it is scaled: pixels that will be cut off need no scaling.
        using var part = new Mat(picture, Part(picture.Width, picture.Height));
        bool shrinks = part.Width > Width || part.Height > Height;
        var scaled = part;
        if (part.Width != Width || part.Height != Height)
        {
            Cv2.Resize(part, work, new Size(Width, Height), interpolation: shrinks ? InterpolationFlags.Area : InterpolationFlags.Linear);
            scaled = work;
        }
        fixed (byte* start = destination[..Size])
        {
            using var target = Mat.FromPixelData(Height, Width, MatType.CV_8UC(Channels), (nint)start);
            if (scaled.Channels() == Channels && Channels == 1)
                scaled.CopyTo(target);
            else
                Cv2.CvtColor(scaled, target, Conversion(scaled.Channels()));
        }
    }

    /// <summary>The rectangle of the picture that is shown in the end.</summary>
    internal Rect Part(int width, int height)
    {
        if (Stretch)
            return new Rect(0, 0, width, height);
        double least = Math.Max((double)Width / width, (double)Height / height);
        double scale = ShortSide is { } side ? Math.Max(least, (double)side / Math.Min(width, height)) : least;
        int cutWidth = Math.Clamp((int)Math.Round(Width / scale), 1, width), cutHeight = Math.Clamp((int)Math.Round(Height / scale), 1, height);
        return new Rect((width - cutWidth) / 2, (height - cutHeight) / 2, cutWidth, cutHeight);
    }

    private ColorConversionCodes Conversion(int channels) => (channels, Channels) switch
    {
        (1, 3) => ColorConversionCodes.GRAY2RGB,
        (3, 3) => ColorConversionCodes.BGR2RGB,
        (4, 3) => ColorConversionCodes.BGRA2RGB,
        (3, 1) => ColorConversionCodes.BGR2GRAY,
        (4, 1) => ColorConversionCodes.BGRA2GRAY,
        _ => throw new BadMediaException($"a picture with {channels} channels has no known colors"),
    };
}
