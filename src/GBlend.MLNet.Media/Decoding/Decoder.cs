using System.Globalization;

namespace GBlend.MLNet;

/// <summary>Makes frames of the packets of one track.</summary>
internal sealed unsafe class Decoder : IDisposable
{
    private const int CorruptFrame = 1, HiddenFrame = 4;

    private readonly Ffmpeg _ffmpeg = Ffmpeg.Library;
    private readonly byte* _frame;
    private readonly long _pixels;
    private nint _context;

    /// <exception cref="BadMediaException">The coding is not known.</exception>
    internal Decoder(Demuxer demuxer, MediaTrack track, ReadingRules rules)
    {
        using var listener = FfmpegLog.Listen();
        nint codec = _ffmpeg.avcodec_find_decoder(track.CodingId);
        if (codec == 0)
            throw new BadMediaException($"it is coded as {track.Coding}, which FFmpeg's libraries on this machine can't decode");
        _pixels = (long)track.Width * track.Height;
        _context = MemoryShortageException.Made(_ffmpeg.avcodec_alloc_context3(codec));
        int code = _ffmpeg.avcodec_parameters_to_context(_context, demuxer.Coding(track));
        nint options = _ffmpeg.Options([.. Options(rules.Limits), ("pkt_timebase", track.Tick), ("err_detect", Detected(track.Coding, rules))]);
        code = code < 0 ? code : _ffmpeg.avcodec_open2(_context, codec, &options);
        _ffmpeg.av_dict_free(&options);
        _frame = code < 0 ? null : _ffmpeg.av_frame_alloc();
        if (_frame is null)
        {
            Dispose();
            MemoryShortageException.ThrowIfShort(_pixels);
            throw new BadMediaException($"ffmpeg can't decode it ({FfmpegLog.First ?? _ffmpeg.Error(code)})");
        }
    }

    /// <summary>Opens a file to decode one of its tracks from the start.</summary>
    /// <returns>What reads the packets and what decodes them, both the caller's to dispose of.</returns>
    /// <exception cref="BadMediaException">It can't be decoded.</exception>
    internal static (Demuxer, Decoder) Open(MediaItem item, MediaTrack track, ReadingRules rules)
    {
        var demuxer = new Demuxer(item, rules);
        try
        {
            demuxer.Only(track);
            return (demuxer, new Decoder(demuxer, track, rules));
        }
        catch
        {
            demuxer.Dispose();
            throw;
        }
    }

    /// <summary>What became of a call.</summary>
    internal enum Result
    {
        /// <summary>There is a frame.</summary>
        Frame,

        /// <summary>The next packet is needed.</summary>
        NeedsPacket,

        /// <summary>No frame will follow.</summary>
        Ended,

        /// <summary>The packet can't be decoded.</summary>
        Failed,
    }

    /// <summary>What was said where a packet could not be decoded.</summary>
    internal string Problem { get; private set; } = "";

    /// <summary>The current frame, until the next.</summary>
    internal byte* Frame => _frame;

    /// <summary>When it is shown, in ticks of the track, or <see cref="Demuxer.NoTime"/>.</summary>
    internal long FrameTime => Ffmpeg.Read<long>((nint)_frame, _ffmpeg.Layout.FrameTime);

    /// <summary>Whether parts of it could not be decoded and were filled in.</summary>
    internal bool IsConcealed =>
        Ffmpeg.Read<int>((nint)_frame, _ffmpeg.Layout.FrameErrors) != 0 || (Flags & CorruptFrame) != 0;

    private int Flags => Ffmpeg.Read<int>((nint)_frame, _ffmpeg.Layout.FrameFlags);

    /// <summary>Settings of all decoders: rows are decoded side by side, so one thread each, and no picture beyond the limit.</summary>
    internal static IEnumerable<(string Name, string Value)> Options(MediaLimits limits) =>
        [("threads", "1"), ("max_pixels", limits.MaxFramePixels.ToString(CultureInfo.InvariantCulture))];

    /// <summary>Takes a packet, or the end of the track.</summary>
    /// <returns><see cref="Result.NeedsPacket"/> where it was taken; frames may come.</returns>
    internal Result Send(byte* packet)
    {
        using var listener = FfmpegLog.Listen();
        int code = _ffmpeg.avcodec_send_packet(_context, packet);
        return code >= 0 || code == Ffmpeg.EndOfFile ? Result.NeedsPacket : Fail(code);
    }

    /// <summary>Gives the next frame.</summary>
    internal Result Receive()
    {
        using var listener = FfmpegLog.Listen();
        int code;
        // Some decoders of FFmpeg 5 hand out frames that are not to be shown.
        do
            code = _ffmpeg.avcodec_receive_frame(_context, _frame);
        while (code >= 0 && (Flags & HiddenFrame) != 0);
        return code >= 0 ? Result.Frame : code == Ffmpeg.Again ? Result.NeedsPacket : code == Ffmpeg.EndOfFile ? Result.Ended : Fail(code);
    }

    /// <summary>Forgets what came before, after a jump.</summary>
    internal void Flush() => _ffmpeg.avcodec_flush_buffers(_context);

    public void Dispose()
    {
        nint context = _context;
        byte* frame = _frame;
        if (context == 0)
            return;
        _ffmpeg.avcodec_free_context(&context);
        _ffmpeg.av_frame_free(&frame);
        _context = 0;
    }

    /// <summary>
    /// What damage is looked for, besides the damage that no decoder can pass over: checksums, but for those of MPEG's sound, which some programs
    /// write wrongly; and
    /// anything behind the last macroblock of H.264. Where damage is not tolerated small faults are errors too, as in ffmpeg's own strict mode.
    /// </summary>
    private static string Detected(string coding, ReadingRules rules) =>
        (coding is "mp1" or "mp2" or "mp3" ? "0" : coding == "h264" ? "crccheck+aggressive" : "crccheck") + (rules.TolerateDamage ? "" : "+explode");

    private Result Fail(int code)
    {
        MemoryShortageException.ThrowIfShort(_pixels);
        Problem = FfmpegLog.First ?? _ffmpeg.Error(code);
        return Result.Failed;
    }
}
