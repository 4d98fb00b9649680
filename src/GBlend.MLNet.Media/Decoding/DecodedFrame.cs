using OpenCvSharp;

namespace GBlend.MLNet;

/// <summary>A decoded picture in managed memory.</summary>
internal sealed record DecodedFrame(byte[] Pixels, int Height, int Width, int Channels)
{
    internal static unsafe DecodedFrame Copy(Mat picture)
    {
        int height = picture.Height, width = picture.Width, channels = picture.Channels();
        byte[] pixels = new byte[height * width * channels];
        fixed (byte* start = pixels)
        {
            using var target = Mat.FromPixelData(height, width, picture.Type(), (nint)start);
            picture.CopyTo(target);
        }
        return new DecodedFrame(pixels, height, width, channels);
    }

    internal unsafe void Use(Action<Mat> action)
    {
        fixed (byte* start = Pixels)
        {
            using var picture = Mat.FromPixelData(Height, Width, MatType.CV_8UC(Channels), (nint)start);
            action(picture);
        }
    }
}
