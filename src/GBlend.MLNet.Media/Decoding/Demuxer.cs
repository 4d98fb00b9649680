using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace GBlend.MLNet;

/// <summary>
/// An open container, read packet by packet. FFmpeg gets the bytes of this one file by a function of ours and can open nothing else, whatever the file
/// says; and its content alone decides what it is taken for.
/// </summary>
internal sealed unsafe class Demuxer : IDisposable
{
    internal const long NoTime = long.MinValue;

    /// <summary>
    /// The kinds of files that are opened: containers and plain streams of video and sound. Playlists, manifests, scripts and lists of images are
    /// none.
    /// </summary>
    private const string Kinds = "mov,matroska,avi,mpegts,mpeg,mpegvideo,m4v,h264,hevc,obu,ivf,mjpeg,flv,asf,ogg,nut,mxf,gxf,dv,rm,wtv,yuv4mpegpipe,gif,apng,"
        + "wav,w64,aiff,au,caf,mp3,aac,ac3,eac3,dts,truehd,flac,wv,tta,tak,ape,mpc,mpc8,amr,amrnb,amrwb,dsf,nistsphere,sox,voc";

    private const int BufferSize = 1 << 16, SizeOfFile = 0x10000, DiscardsAll = 48, Default = 1, Cover = 0x400, Thumbnails = 0x800;
    private const int MatrixData = 5, SkipData = 11, ByHeader = 1;

    private readonly Ffmpeg _ffmpeg = Ffmpeg.Library;
    private readonly ReadingRules _rules;
    private readonly Stream _stream;
    private readonly byte* _packet;
    private GCHandle _self;
    private nint _context, _io;
    private ExceptionDispatchInfo? _trouble;
    private string[] _names = [];

    // A file may lead its reader in circles. What is read and what comes out stay within a multiple of its size.
    private long _readable, _packable;

    /// <exception cref="BadMediaException">The content is no container that is known.</exception>
    internal Demuxer(MediaItem item, ReadingRules rules)
    {
        _rules = rules;
        _stream = item.Open(rules);
        try
        {
            using (var index = new BufferedStream(item.Open(rules)))
                Mp4Index.Require(index);
            _readable = _packable = (64 << 20) + 64 * _stream.Length;
            _self = GCHandle.Alloc(this, GCHandleType.Weak);
            _packet = (byte*)MemoryShortageException.Made((nint)_ffmpeg.av_packet_alloc());
            Open();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Whether the container gives every packet its time and seeks to the packet asked for.</summary>
    internal bool IsExact => Is("mov") || Is("matroska");

    /// <summary>Whether files of this kind are plain sound, whose times only count the packets: one that is no sound is no pause either.</summary>
    internal bool IsPlainSound => ((string[])["mp3", "aac", "ac3", "eac3", "dts", "truehd"]).Any(Is);

    /// <summary>Whether files of this kind are pieces of streams that may begin in the middle of a frame, or of frames that build on each other.</summary>
    internal bool BeginsAnywhere => ((string[])["mpegts", "mpeg", "mpegvideo", "m4v", "h264", "hevc"]).Any(Is) || IsPlainSound;

    internal IReadOnlyList<MediaTrack> Tracks { get; private set; } = [];

    /// <summary>How long the header says that the file lasts; <see langword="null"/> where it does not tell.</summary>
    internal double? ClaimedSeconds { get; private set; }

    /// <summary>What was said where reading ended before the end of the file.</summary>
    internal string? Problem { get; private set; }

    /// <summary>The current packet, until the next is read.</summary>
    internal byte* Packet => _packet;

    internal int PacketTrack => *(int*)(_packet + FfmpegLayout.PacketStream);

    internal int PacketFlags => *(int*)(_packet + FfmpegLayout.PacketFlags);

    internal int PacketSize => *(int*)(_packet + FfmpegLayout.PacketSize);

    /// <summary>When it is shown, in ticks of its track, or <see cref="NoTime"/>.</summary>
    internal long PacketTime => *(long*)(_packet + FfmpegLayout.PacketTime);

    internal long PacketDecodingTime => *(long*)(_packet + FfmpegLayout.PacketDecodingTime);

    /// <summary>In ticks of its track; 0 where that is not known.</summary>
    internal long PacketDuration => *(long*)(_packet + FfmpegLayout.PacketDuration);

    internal ReadOnlySpan<byte> PacketData => new(*(byte**)(_packet + FfmpegLayout.PacketData), PacketSize);

    /// <summary>Samples at the end of the packet that are no sound but fill up its block.</summary>
    internal int PacketPadding
    {
        get
        {
            nuint size = 0;
            byte* data = _ffmpeg.av_packet_get_side_data(_packet, SkipData, &size);
            return data is not null && size >= 8 ? Math.Max(0, Unsafe.ReadUnaligned<int>(data + 4)) : 0;
        }
    }

    /// <summary>Whether the container is of a kind, by one of FFmpeg's names for it.</summary>
    internal bool Is(string kind) => _names.Contains(kind);

    /// <summary>Reads the next packet of any track.</summary>
    /// <returns>Whether there was one.</returns>
    /// <exception cref="BadMediaException">The file leads in circles.</exception>
    internal bool Read()
    {
        using var listener = FfmpegLog.Listen();
        while (true)
        {
            _rules.CheckAlive();
            _ffmpeg.av_packet_unref(_packet);
            int code = _ffmpeg.av_read_frame(_context, _packet);
            Check();
            _packable -= PacketSize + 16;
            if (code >= 0)
                return true;
            if (code == Ffmpeg.Again)
                continue;
            if (code != Ffmpeg.EndOfFile)
            {
                MemoryShortageException.ThrowIfShort();
                Problem = FfmpegLog.First ?? _ffmpeg.Error(code);
            }
            return false;
        }
    }

    /// <summary>Goes to the packet of a track that is shown at a time, or the key frame before it.</summary>
    /// <returns>Whether that is possible.</returns>
    internal bool TrySeek(MediaTrack track, long time)
    {
        using var listener = FfmpegLog.Listen();
        int code = _ffmpeg.av_seek_frame(_context, track.Index, time, Ffmpeg.Backward);
        Check();
        return code >= 0;
    }

    /// <summary>Passes over the packets of all other tracks.</summary>
    internal void Only(MediaTrack track)
    {
        for (int i = 0; i < Tracks.Count; i++)
        {
            if (i != track.Index)
                *(int*)(Stream(i) + _ffmpeg.Layout.StreamDiscard) = DiscardsAll;
        }
    }

    /// <summary>The description of a track's coding, for its decoder.</summary>
    internal nint Coding(MediaTrack track) => Ffmpeg.Read<nint>(Stream(track.Index), _ffmpeg.Layout.StreamCodec);

    /// <summary>How many packets of a track the container's own index lists, and how many of them as shown.</summary>
    internal (int All, int Shown) Indexed(MediaTrack track)
    {
        nint stream = Stream(track.Index);
        int all = _ffmpeg.avformat_index_get_entries_count(stream), shown = 0;
        for (int i = 0; i < all; i++)
        {
            // The flags are the two lowest bits behind the position and the time: a key frame, and not shown.
            byte* entry = _ffmpeg.avformat_index_get_entry(stream, i);
            if (entry is not null && (*(int*)(entry + 16) & 2) == 0)
                shown++;
        }
        return (all, shown);
    }

    public void Dispose()
    {
        nint context = _context, io = _io;
        byte* packet = _packet;
        if (context != 0)
            _ffmpeg.avformat_close_input(&context);
        if (io != 0)
        {
            _ffmpeg.av_free(Ffmpeg.Read<nint>(io, FfmpegLayout.IOBuffer) is var buffer ? (void*)buffer : null);
            _ffmpeg.avio_context_free(&io);
        }
        if (packet is not null && _self.IsAllocated)
            _ffmpeg.av_packet_free(&packet);
        (_context, _io) = (0, 0);
        if (_self.IsAllocated)
            _self.Free();
        _stream.Dispose();
    }

    private void Open()
    {
        using var listener = FfmpegLog.Listen();
        byte* room = (byte*)MemoryShortageException.Made((nint)_ffmpeg.av_malloc(BufferSize));
        _io = _ffmpeg.avio_alloc_context(room, BufferSize, 0, GCHandle.ToIntPtr(_self), &Fill, 0, &Move);
        nint context = MemoryShortageException.Made(_io == 0 ? 0 : _ffmpeg.avformat_alloc_context());
        *(nint*)(context + FfmpegLayout.FormatIO) = _io;
        nint options = _ffmpeg.Options([("format_whitelist", Kinds), ("protocol_whitelist", "none")]);
        byte noName = 0;
        int code = _ffmpeg.avformat_open_input(&context, &noName, 0, &options);
        _ffmpeg.av_dict_free(&options);
        _context = context;
        Check();
        Require(code);
        _names = Ffmpeg.Text(Ffmpeg.Read<nint>(Ffmpeg.Read<nint>(_context, FfmpegLayout.FormatInput), FfmpegLayout.InputName)).Split(',');
        Inspect();
        // The other ways than by the header are to look at the file's end, and to guess by its size.
        long duration = Ffmpeg.Read<long>(_context, _ffmpeg.Layout.FormatDuration);
        ClaimedSeconds = duration > 0 && _ffmpeg.av_fmt_ctx_get_duration_estimation_method(_context) == ByHeader ? duration / 1e6 : null;
        Tracks = [.. Enumerable.Range(0, Ffmpeg.Read<int>(_context, FfmpegLayout.FormatStreamCount)).Select(Track)];
    }

    /// <summary>Reads and decodes what FFmpeg needs to know the tracks.</summary>
    private void Inspect()
    {
        int count = Ffmpeg.Read<int>(_context, FfmpegLayout.FormatStreamCount);
        nint[] options = [.. Enumerable.Range(0, count).Select(_ => _ffmpeg.Options(Decoder.Options(_rules.Limits)))];
        int code;
        fixed (nint* first = options)
        {
            code = _ffmpeg.avformat_find_stream_info(_context, count > 0 ? first : null);
            for (int i = 0; i < count; i++)
                _ffmpeg.av_dict_free(first + i);
        }
        Check();
        Require(code);
    }

    private void Require(int code)
    {
        if (code >= 0)
            return;
        MemoryShortageException.ThrowIfShort();
        throw new BadMediaException($"it is no video that can be decoded and no sound: ffmpeg can't decode it ({FfmpegLog.First ?? _ffmpeg.Error(code)})");
    }

    /// <summary>Throws what went wrong while FFmpeg read the file, which it may have taken for the file's end.</summary>
    private void Check()
    {
        _trouble?.Throw();
        if (_packable < 0)
            throw Circles();
    }

    private static BadMediaException Circles() => new("it leads its reader in circles: more comes out of it than its size allows");

    private nint Stream(int index) => Ffmpeg.Read<nint>(Ffmpeg.Read<nint>(_context, FfmpegLayout.FormatStreams), index * sizeof(nint));

    private MediaTrack Track(int index)
    {
        nint stream = Stream(index);
        var layout = _ffmpeg.Layout;
        nint coding = Ffmpeg.Read<nint>(stream, layout.StreamCodec);
        int id = Ffmpeg.Read<int>(coding, FfmpegLayout.CodecId), role = Ffmpeg.Read<int>(stream, layout.StreamDisposition);
        int units = Ffmpeg.Read<int>(stream, layout.StreamTimeBase), perSecond = Ffmpeg.Read<int>(stream, layout.StreamTimeBase + 4);
        int frames = Ffmpeg.Read<int>(stream, layout.StreamRate), seconds = Ffmpeg.Read<int>(stream, layout.StreamRate + 4);
        return new(
            index,
            Ffmpeg.Read<int>(coding, FfmpegLayout.CodecType),
            Ffmpeg.Text((nint)_ffmpeg.avcodec_get_name(id)),
            id,
            (role & Default) != 0,
            (role & (Cover | Thumbnails)) != 0,
            (double)units / Math.Max(perSecond, 1),
            FormattableString.Invariant($"{units}/{Math.Max(perSecond, 1)}"),
            Ffmpeg.Read<long>(stream, layout.StreamFrameCount),
            seconds > 0 ? (double)frames / seconds : 0,
            Ffmpeg.Read<int>(coding, layout.CodecWidth),
            Ffmpeg.Read<int>(coding, layout.CodecWidth + 4),
            Ffmpeg.Read<int>(coding, layout.CodecSampleRate),
            Turn.Of(Matrix(stream, coding)));
    }

    private ReadOnlySpan<byte> Matrix(nint stream, nint coding)
    {
        nuint size = 0;
        if (_ffmpeg.Layout.CodecSideData is not { } place)
        {
            byte* data = _ffmpeg.av_stream_get_side_data is null ? null : _ffmpeg.av_stream_get_side_data(stream, MatrixData, &size);
            return new(data, data is null ? 0 : (int)size);
        }
        // A list of places, sizes and kinds.
        nint list = Ffmpeg.Read<nint>(coding, place);
        for (int i = Ffmpeg.Read<int>(coding, place + sizeof(nint)) - 1; i >= 0; i--)
        {
            nint entry = list + i * 3 * sizeof(nint);
            if (Ffmpeg.Read<int>(entry, 2 * sizeof(nint)) == MatrixData)
                return new((void*)Ffmpeg.Read<nint>(entry, 0), (int)Ffmpeg.Read<nuint>(entry, sizeof(nint)));
        }
        return [];
    }

    private int Fill(Span<byte> buffer)
    {
        int count = _stream.Read(buffer);
        return (_readable -= Math.Max(count, 1)) < 0 ? throw Circles() : count > 0 ? count : Ffmpeg.EndOfFile;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Fill(nint self, byte* buffer, int size)
    {
        var demuxer = (Demuxer)GCHandle.FromIntPtr(self).Target!;
        try
        {
            return demuxer._trouble is null ? demuxer.Fill(new Span<byte>(buffer, size)) : Ffmpeg.Exit;
        }
        catch (Exception e)
        {
            demuxer._trouble ??= ExceptionDispatchInfo.Capture(e);
            return Ffmpeg.Exit;
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static long Move(nint self, long offset, int origin)
    {
        var demuxer = (Demuxer)GCHandle.FromIntPtr(self).Target!;
        try
        {
            if ((origin & SizeOfFile) != 0)
                return demuxer._stream.Length;
            long target = offset + ((origin & 3) switch { 1 => demuxer._stream.Position, 2 => demuxer._stream.Length, _ => 0 });
            if (target < 0)
                return Ffmpeg.InputOutputError;
            // Behind the end there is nothing, and content in memory has no such places.
            demuxer._stream.Position = Math.Min(target, demuxer._stream.Length);
            return target;
        }
        catch (Exception e)
        {
            demuxer._trouble ??= ExceptionDispatchInfo.Capture(e);
            return Ffmpeg.Exit;
        }
    }
}
