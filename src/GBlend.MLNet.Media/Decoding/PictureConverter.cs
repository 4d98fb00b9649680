using OpenCvSharp;

namespace GBlend.MLNet;

/// <summary>Makes 8-bit RGB pictures of decoded frames by the colors that their stream is tagged with, as the program ffmpeg does. Frames may change their size and kind.</summary>
internal sealed unsafe class PictureConverter(Turn turn, MediaLimits limits) : IDisposable
{
    private const int Rgb24 = 2, Bicubic = 4, FullRange = 2, LastSystem = 10, Unspecified = 2, NoMatrix = 0, CoCg = 8, Standard = 5;

    private readonly Ffmpeg _ffmpeg = Ffmpeg.Library;
    private readonly Mat _picture = new();
    private nint _scaler;
    private (int Width, int Height, int Format, int Colors, int Range) _made;

    /// <summary>The size of a frame as it is shown.</summary>
    internal (int Width, int Height) SizeOf(byte* frame)
    {
        int width = *(int*)(frame + FfmpegLayout.FrameWidth), height = *(int*)(frame + FfmpegLayout.FrameHeight);
        return turn.IsSideways ? (height, width) : (width, height);
    }

    /// <summary>The picture of a frame, valid until the next.</summary>
    /// <exception cref="BadMediaException">It is too large, or of no known kind.</exception>
    internal Mat Convert(byte* frame)
    {
        int width = *(int*)(frame + FfmpegLayout.FrameWidth), height = *(int*)(frame + FfmpegLayout.FrameHeight), format = *(int*)(frame + FfmpegLayout.FrameFormat);
        if (width <= 0 || height <= 0 || (long)width * height > limits.MaxFramePixels)
            throw new BadMediaException($"a frame has {width} x {height} pixels, and {nameof(MediaLimits)}.{nameof(limits.MaxFramePixels)} allows {limits.MaxFramePixels}");
        Prepare((width, height, format, Ffmpeg.Read<int>((nint)frame, _ffmpeg.Layout.FrameColorSpace), Ffmpeg.Read<int>((nint)frame, _ffmpeg.Layout.FrameColorRange)));
        _picture.Create(height, width, MatType.CV_8UC3);
        byte** target = stackalloc byte*[4] { (byte*)_picture.Data, null, null, null };
        int* line = stackalloc int[4] { (int)_picture.Step(), 0, 0, 0 };
        using (FfmpegLog.Listen())
            _ffmpeg.sws_scale(_scaler, (byte**)(frame + FfmpegLayout.FrameData), (int*)(frame + FfmpegLayout.FrameLineSizes), 0, height, target, line);
        turn.Apply(_picture);
        return _picture;
    }

    public void Dispose()
    {
        if (_scaler != 0)
            _ffmpeg.sws_freeContext(_scaler);
        _scaler = 0;
        _picture.Dispose();
    }

    private void Prepare((int Width, int Height, int Format, int Colors, int Range) wanted)
    {
        if (_scaler != 0 && wanted == _made)
            return;
        using var listener = FfmpegLog.Listen();
        if (_scaler != 0)
            _ffmpeg.sws_freeContext(_scaler);
        _scaler = _ffmpeg.sws_getContext(wanted.Width, wanted.Height, wanted.Format, wanted.Width, wanted.Height, Rgb24, Bicubic, 0, 0, 0);
        if (_scaler == 0)
            throw new BadMediaException($"its frames are of a kind that has no known colors ({FfmpegLog.First})");
        _made = wanted;
        int* from, to;
        int fromFull, toFull, brightness, contrast, saturation;
        if (_ffmpeg.sws_getColorspaceDetails(_scaler, &from, &fromFull, &to, &toFull, &brightness, &contrast, &saturation) < 0)
            return;
        bool isTagged = wanted.Colors is not (NoMatrix or Unspecified or CoCg) and <= LastSystem;
        from = _ffmpeg.sws_getCoefficients(isTagged ? wanted.Colors : Standard);
        if (wanted.Range != 0)
            fromFull = wanted.Range == FullRange ? 1 : 0;
        _ffmpeg.sws_setColorspaceDetails(_scaler, from, fromFull, from, toFull, brightness, contrast, saturation);
    }
}
