using OpenCvSharp;

namespace GBlend.MLNet;

/// <summary>
/// Makes 8-bit RGB pictures of decoded frames by the colors that their stream is tagged with, as the program ffmpeg does. Frames may change their
/// size and kind.
/// </summary>
internal sealed unsafe class PictureConverter(Turn turn, MediaLimits limits) : IDisposable
{
    private const int Rgb24 = 2, Bicubic = 4, FullRange = 2, LastSystem = 10, Unspecified = 2, NoMatrix = 0, CoCg = 8, Standard = 5, BetweenRows = 128,
        Stride = 32;

    private readonly Ffmpeg _ffmpeg = Ffmpeg.Library;
    private readonly Mat _buffer = new(), _turned = new();
    private readonly Mat[] _planes = [new(), new(), new(), new()];
    private Mat? _picture;
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
        int width = *(int*)(frame + FfmpegLayout.FrameWidth), height = *(int*)(frame + FfmpegLayout.FrameHeight),
            format = *(int*)(frame + FfmpegLayout.FrameFormat);
        if (width <= 0 || height <= 0 || (long)width * height > limits.MaxFramePixels)
            throw new BadMediaException(
                $"a frame has {width} x {height} pixels, and {nameof(MediaLimits)}.{nameof(limits.MaxFramePixels)} allows {limits.MaxFramePixels}");
        byte** source = (byte**)(frame + FfmpegLayout.FrameData), turned = stackalloc byte*[4];
        int* lines = (int*)(frame + FfmpegLayout.FrameLineSizes), turnedLines = stackalloc int[4];
        bool isTurned = turn.IsSideways && TryTurn(width, height, format, source, lines, turned, turnedLines);
        if (isTurned)
        {
            source = turned;
            lines = turnedLines;
            (width, height) = (height, width);
        }
        Prepare((width, height, format, Ffmpeg.Read<int>((nint)frame, _ffmpeg.Layout.FrameColorSpace),
            Ffmpeg.Read<int>((nint)frame, _ffmpeg.Layout.FrameColorRange)));
        byte** target = stackalloc byte*[4] { (byte*)_buffer.Data, null, null, null };
        int* line = stackalloc int[4] { (int)_buffer.Step(), 0, 0, 0 };
        using (FfmpegLog.Listen())
        {
            if (_ffmpeg.sws_scale(_scaler, source, lines, 0, height, target, line) < 0)
            {
                MemoryShortageException.ThrowIfShort((long)width * height);
                throw new BadMediaException($"the colors of a frame can't be converted ({FfmpegLog.First})");
            }
        }
        return turn == default || isTurned ? _picture! : turn.Apply(_picture!, _turned);
    }

    public void Dispose()
    {
        if (_scaler != 0)
            _ffmpeg.sws_freeContext(_scaler);
        _scaler = 0;
        _picture?.Dispose();
        _buffer.Dispose();
        foreach (var plane in _planes)
            plane.Dispose();
        _turned.Dispose();
    }

    /// <summary>
    /// Turns a frame before its colors are converted, as the program ffmpeg does. It makes a difference where several pixels share a color, which
    /// FFmpeg's conversion smooths down the columns but not along the rows.
    /// </summary>
    /// <returns>Whether this is such a frame, and of a kind whose planes can be turned.</returns>
    private bool TryTurn(int width, int height, int format, byte** source, int* lines, byte** turned, int* turnedLines)
    {
        int across, down;
        nint kind = _ffmpeg.av_pix_fmt_desc_get(format);
        if (kind == 0 || _ffmpeg.av_pix_fmt_get_chroma_sub_sample(format, &across, &down) < 0 || across == 0 || across != down)
            return false;
        Span<int> units = stackalloc int[4];
        Span<bool> areColors = stackalloc bool[4];
        for (int i = Ffmpeg.Read<byte>(kind, FfmpegLayout.KindComponents) - 1; i >= 0; i--)
        {
            int place = FfmpegLayout.KindFirst + i * FfmpegLayout.KindSize, plane = Ffmpeg.Read<int>(kind, place);
            units[plane] = Math.Max(units[plane], Ffmpeg.Read<int>(kind, place + 4));
            areColors[plane] |= i is 1 or 2;
        }
        for (int plane = 0; plane < 4; plane++)
        {
            turned[plane] = null;
            turnedLines[plane] = 0;
            if (units[plane] == 0)
                continue;
            if (units[plane] is not (1 or 2 or 4) || source[plane] is null || lines[plane] <= 0)
                return false;
            int shift = areColors[plane] ? across : 0;
            int rows = (height + (1 << shift) - 1) >> shift, columns = (width + (1 << shift) - 1) >> shift;
            var type = units[plane] == 1 ? MatType.CV_8UC1 : units[plane] == 2 ? MatType.CV_16UC1 : MatType.CV_32SC1;
            using var stored = Mat.FromPixelData(rows, columns, type, (nint)source[plane], lines[plane]);
            var upright = turn.Apply(stored, _planes[plane]);
            turned[plane] = (byte*)upright.Data;
            turnedLines[plane] = (int)upright.Step();
        }
        return true;
    }

    private void Prepare((int Width, int Height, int Format, int Colors, int Range) wanted)
    {
        if (_scaler != 0 && wanted == _made)
            return;
        using var listener = FfmpegLog.Listen();
        if (_scaler != 0)
            _ffmpeg.sws_freeContext(_scaler);
        _scaler = 0;
        _scaler = MemoryShortageException.Made(_ffmpeg.sws_alloc_context());
        int across, down;
        // The program ffmpeg takes the colors of pictures with a quarter of them to lie between the rows.
        bool isQuartered = _ffmpeg.av_pix_fmt_get_chroma_sub_sample(wanted.Format, &across, &down) >= 0 && across == 1 && down == 1;
        Set("srcw"u8, wanted.Width);
        Set("srch"u8, wanted.Height);
        Set("src_format"u8, wanted.Format);
        Set("dstw"u8, wanted.Width);
        Set("dsth"u8, wanted.Height);
        Set("dst_format"u8, Rgb24);
        Set("sws_flags"u8, Bicubic);
        if (isQuartered)
            Set("src_v_chr_pos"u8, BetweenRows);
        if (_ffmpeg.sws_init_context(_scaler, 0, 0) < 0)
        {
            MemoryShortageException.ThrowIfShort((long)wanted.Width * wanted.Height);
            throw new BadMediaException($"its frames are of a kind that has no known colors ({FfmpegLog.First})");
        }
        _made = wanted;
        // FFmpeg writes some pixels at once, and none where a row has no room for all of them.
        _buffer.Create(wanted.Height, (wanted.Width / Stride + 2) * Stride, MatType.CV_8UC3);
        _picture?.Dispose();
        _picture = new Mat(_buffer, new Rect(0, 0, wanted.Width, wanted.Height));
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

    private void Set(ReadOnlySpan<byte> name, int value)
    {
        fixed (byte* text = name)
            _ffmpeg.av_opt_set_int(_scaler, text, value, 0);
    }
}
