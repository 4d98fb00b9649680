using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace GBlend.MLNet;

/// <summary>
/// FFmpeg's libraries, called in this process: those of the system, or those inside OpenCV's native package. The names of the functions are FFmpeg's.
/// </summary>
internal sealed unsafe class Ffmpeg
{
    /// <summary>Says where the libraries are: a folder, or <c>opencv</c> for those inside OpenCV's native package.</summary>
    internal const string Variable = "GBLEND_FFMPEG";

    internal const int EndOfFile = -0x20464F45, Exit = -0x54495845, InputOutputError = -5;

    /// <summary>The flags of packets: a key frame, damaged, and decoded for others' sake but not shown.</summary>
    internal const int IsKey = 1, IsCorrupt = 2, IsDiscarded = 4;

    /// <summary>For seeking: to the packet at the time asked for or before it.</summary>
    internal const int Backward = 1;

    internal const int VideoType = 0, SoundType = 1;

    private static readonly Lazy<(Ffmpeg? Found, string Problem)> Loaded = new(Find);

    internal readonly delegate* unmanaged<nint> avformat_alloc_context;
    internal readonly delegate* unmanaged<nint*, byte*, nint, nint*, int> avformat_open_input;
    internal readonly delegate* unmanaged<nint, nint*, int> avformat_find_stream_info;
    internal readonly delegate* unmanaged<nint*, void> avformat_close_input;
    internal readonly delegate* unmanaged<nint, int> av_fmt_ctx_get_duration_estimation_method;
    internal readonly delegate* unmanaged<nint, int> avformat_index_get_entries_count;
    internal readonly delegate* unmanaged<nint, int, byte*> avformat_index_get_entry;
    internal readonly delegate* unmanaged<byte*, int, int, nint, delegate* unmanaged[Cdecl]<nint, byte*, int, int>, nint,
        delegate* unmanaged[Cdecl]<nint, long, int, long>, nint> avio_alloc_context;
    internal readonly delegate* unmanaged<nint*, void> avio_context_free;
    internal readonly delegate* unmanaged<nint, byte*, int> av_read_frame;
    internal readonly delegate* unmanaged<nint, int, long, int, int> av_seek_frame;
    internal readonly delegate* unmanaged<nint, int, nuint*, byte*> av_stream_get_side_data;

    internal readonly delegate* unmanaged<int, nint> avcodec_find_decoder;
    internal readonly delegate* unmanaged<int, byte*> avcodec_get_name;
    internal readonly delegate* unmanaged<nint, nint> avcodec_alloc_context3;
    internal readonly delegate* unmanaged<nint, nint, int> avcodec_parameters_to_context;
    internal readonly delegate* unmanaged<nint, nint, nint*, int> avcodec_open2;
    internal readonly delegate* unmanaged<nint, byte*, int> avcodec_send_packet;
    internal readonly delegate* unmanaged<nint, byte*, int> avcodec_receive_frame;
    internal readonly delegate* unmanaged<nint, void> avcodec_flush_buffers;
    internal readonly delegate* unmanaged<nint*, void> avcodec_free_context;
    internal readonly delegate* unmanaged<byte*> av_packet_alloc;
    internal readonly delegate* unmanaged<byte*, void> av_packet_unref;
    internal readonly delegate* unmanaged<byte**, void> av_packet_free;
    internal readonly delegate* unmanaged<byte*, int, nuint*, byte*> av_packet_get_side_data;

    internal readonly delegate* unmanaged<byte*> av_frame_alloc;
    internal readonly delegate* unmanaged<byte**, void> av_frame_free;
    internal readonly delegate* unmanaged<nint*, byte*, byte*, int, int> av_dict_set;
    internal readonly delegate* unmanaged<nint*, void> av_dict_free;
    internal readonly delegate* unmanaged<nuint, byte*> av_malloc;
    internal readonly delegate* unmanaged<void*, void> av_free;
    internal readonly delegate* unmanaged<int, byte*, nuint, int> av_strerror;

    internal readonly delegate* unmanaged<nint, byte*, long, int, int> av_opt_set_int;
    internal readonly delegate* unmanaged<int, int*, int*, int> av_pix_fmt_get_chroma_sub_sample;
    internal readonly delegate* unmanaged<int, nint> av_pix_fmt_desc_get;

    internal readonly delegate* unmanaged<nint> sws_alloc_context;
    internal readonly delegate* unmanaged<nint, nint, nint, int> sws_init_context;
    internal readonly delegate* unmanaged<nint, byte**, int*, int, int, byte**, int*, int> sws_scale;
    internal readonly delegate* unmanaged<int, int*> sws_getCoefficients;
    internal readonly delegate* unmanaged<nint, int**, int*, int**, int*, int*, int*, int*, int> sws_getColorspaceDetails;
    internal readonly delegate* unmanaged<nint, int*, int, int*, int, int, int, int, int> sws_setColorspaceDetails;
    internal readonly delegate* unmanaged<nint, void> sws_freeContext;

    /// <exception cref="EntryPointNotFoundException">A library lacks a function: it is another than its name says.</exception>
    private Ffmpeg(FfmpegLayout layout, nint format, nint codec, nint util, nint scale)
    {
        Layout = layout;
        avformat_alloc_context = (delegate* unmanaged<nint>)NativeLibrary.GetExport(format, nameof(avformat_alloc_context));
        avformat_open_input = (delegate* unmanaged<nint*, byte*, nint, nint*, int>)NativeLibrary.GetExport(format, nameof(avformat_open_input));
        avformat_find_stream_info = (delegate* unmanaged<nint, nint*, int>)NativeLibrary.GetExport(format, nameof(avformat_find_stream_info));
        avformat_close_input = (delegate* unmanaged<nint*, void>)NativeLibrary.GetExport(format, nameof(avformat_close_input));
        av_fmt_ctx_get_duration_estimation_method = (delegate* unmanaged<nint, int>)NativeLibrary.GetExport(
            format, nameof(av_fmt_ctx_get_duration_estimation_method));
        avformat_index_get_entries_count = (delegate* unmanaged<nint, int>)NativeLibrary.GetExport(format, nameof(avformat_index_get_entries_count));
        avformat_index_get_entry = (delegate* unmanaged<nint, int, byte*>)NativeLibrary.GetExport(format, nameof(avformat_index_get_entry));
        avio_alloc_context = (delegate* unmanaged<byte*, int, int, nint, delegate* unmanaged[Cdecl]<nint, byte*, int, int>, nint,
            delegate* unmanaged[Cdecl]<nint, long, int, long>, nint>)NativeLibrary.GetExport(format, nameof(avio_alloc_context));
        avio_context_free = (delegate* unmanaged<nint*, void>)NativeLibrary.GetExport(format, nameof(avio_context_free));
        av_read_frame = (delegate* unmanaged<nint, byte*, int>)NativeLibrary.GetExport(format, nameof(av_read_frame));
        av_seek_frame = (delegate* unmanaged<nint, int, long, int, int>)NativeLibrary.GetExport(format, nameof(av_seek_frame));
        av_stream_get_side_data = NativeLibrary.TryGetExport(format, nameof(av_stream_get_side_data), out nint sideData)
            ? (delegate* unmanaged<nint, int, nuint*, byte*>)sideData : null;

        avcodec_find_decoder = (delegate* unmanaged<int, nint>)NativeLibrary.GetExport(codec, nameof(avcodec_find_decoder));
        avcodec_get_name = (delegate* unmanaged<int, byte*>)NativeLibrary.GetExport(codec, nameof(avcodec_get_name));
        avcodec_alloc_context3 = (delegate* unmanaged<nint, nint>)NativeLibrary.GetExport(codec, nameof(avcodec_alloc_context3));
        avcodec_parameters_to_context = (delegate* unmanaged<nint, nint, int>)NativeLibrary.GetExport(codec, nameof(avcodec_parameters_to_context));
        avcodec_open2 = (delegate* unmanaged<nint, nint, nint*, int>)NativeLibrary.GetExport(codec, nameof(avcodec_open2));
        avcodec_send_packet = (delegate* unmanaged<nint, byte*, int>)NativeLibrary.GetExport(codec, nameof(avcodec_send_packet));
        avcodec_receive_frame = (delegate* unmanaged<nint, byte*, int>)NativeLibrary.GetExport(codec, nameof(avcodec_receive_frame));
        avcodec_flush_buffers = (delegate* unmanaged<nint, void>)NativeLibrary.GetExport(codec, nameof(avcodec_flush_buffers));
        avcodec_free_context = (delegate* unmanaged<nint*, void>)NativeLibrary.GetExport(codec, nameof(avcodec_free_context));
        av_packet_alloc = (delegate* unmanaged<byte*>)NativeLibrary.GetExport(codec, nameof(av_packet_alloc));
        av_packet_unref = (delegate* unmanaged<byte*, void>)NativeLibrary.GetExport(codec, nameof(av_packet_unref));
        av_packet_free = (delegate* unmanaged<byte**, void>)NativeLibrary.GetExport(codec, nameof(av_packet_free));
        av_packet_get_side_data = (delegate* unmanaged<byte*, int, nuint*, byte*>)NativeLibrary.GetExport(codec, nameof(av_packet_get_side_data));

        av_frame_alloc = (delegate* unmanaged<byte*>)NativeLibrary.GetExport(util, nameof(av_frame_alloc));
        av_frame_free = (delegate* unmanaged<byte**, void>)NativeLibrary.GetExport(util, nameof(av_frame_free));
        av_dict_set = (delegate* unmanaged<nint*, byte*, byte*, int, int>)NativeLibrary.GetExport(util, nameof(av_dict_set));
        av_dict_free = (delegate* unmanaged<nint*, void>)NativeLibrary.GetExport(util, nameof(av_dict_free));
        av_malloc = (delegate* unmanaged<nuint, byte*>)NativeLibrary.GetExport(util, nameof(av_malloc));
        av_free = (delegate* unmanaged<void*, void>)NativeLibrary.GetExport(util, nameof(av_free));
        av_strerror = (delegate* unmanaged<int, byte*, nuint, int>)NativeLibrary.GetExport(util, nameof(av_strerror));

        av_opt_set_int = (delegate* unmanaged<nint, byte*, long, int, int>)NativeLibrary.GetExport(util, nameof(av_opt_set_int));
        av_pix_fmt_get_chroma_sub_sample = (delegate* unmanaged<int, int*, int*, int>)NativeLibrary.GetExport(util, nameof(av_pix_fmt_get_chroma_sub_sample));
        av_pix_fmt_desc_get = (delegate* unmanaged<int, nint>)NativeLibrary.GetExport(util, nameof(av_pix_fmt_desc_get));

        sws_alloc_context = (delegate* unmanaged<nint>)NativeLibrary.GetExport(scale, nameof(sws_alloc_context));
        sws_init_context = (delegate* unmanaged<nint, nint, nint, int>)NativeLibrary.GetExport(scale, nameof(sws_init_context));
        sws_scale = (delegate* unmanaged<nint, byte**, int*, int, int, byte**, int*, int>)NativeLibrary.GetExport(scale, nameof(sws_scale));
        sws_getCoefficients = (delegate* unmanaged<int, int*>)NativeLibrary.GetExport(scale, nameof(sws_getCoefficients));
        sws_getColorspaceDetails = (delegate* unmanaged<nint, int**, int*, int**, int*, int*, int*, int*, int>)NativeLibrary.GetExport(
            scale, nameof(sws_getColorspaceDetails));
        sws_setColorspaceDetails = (delegate* unmanaged<nint, int*, int, int*, int, int, int, int, int>)NativeLibrary.GetExport(
            scale, nameof(sws_setColorspaceDetails));
        sws_freeContext = (delegate* unmanaged<nint, void>)NativeLibrary.GetExport(scale, nameof(sws_freeContext));

        FfmpegLog.Attach(util);
    }

    /// <summary>The libraries, loaded when they are first needed.</summary>
    /// <exception cref="InvalidOperationException">There are none; the message has the command that cures it.</exception>
    internal static Ffmpeg Library => Loaded.Value.Found ?? throw MediaLibraries.MissingFfmpeg(Loaded.Value.Problem);

    /// <summary>Where the members of its structures are.</summary>
    internal FfmpegLayout Layout { get; }

    /// <summary>What is returned where more packets are needed before a frame comes out.</summary>
    internal static int Again { get; } = OperatingSystem.IsMacOS() ? -35 : -11;

    internal static T Read<T>(nint address, int offset) where T : unmanaged => Unsafe.ReadUnaligned<T>((byte*)address + offset);

    internal static string Text(nint text) => Marshal.PtrToStringUTF8(text) ?? "";

    /// <summary>FFmpeg's words for a number that a function returned.</summary>
    internal string Error(int code)
    {
        byte* text = stackalloc byte[128];
        av_strerror(code, text, 128);
        return Text((nint)text);
    }

    /// <summary>A dictionary of options, to be freed by the caller.</summary>
    internal nint Options(IEnumerable<(string Name, string Value)> options)
    {
        nint dictionary = 0;
        foreach (var (name, value) in options)
        {
            fixed (byte* key = Terminated(name), text = Terminated(value))
            {
                if (av_dict_set(&dictionary, key, text, 0) >= 0)
                    continue;
            }
            av_dict_free(&dictionary);
            throw new MemoryShortageException();
        }
        return dictionary;
    }

    private static byte[] Terminated(string text) => System.Text.Encoding.UTF8.GetBytes(text + '\0');

    private static (Ffmpeg? Found, string Problem) Find()
    {
        string? place = Environment.GetEnvironmentVariable(Variable);
        if (place is not (null or "" or "opencv"))
            return FfmpegLayout.All.Select(layout => OfSystem(layout, place)).FirstOrDefault(f => f is not null) is { } chosen ? (chosen, "")
                : (null, $"They are not in '{place}', which {Variable} names.");
        if (place != "opencv" && FfmpegLayout.All.Select(layout => OfSystem(layout, folder: null)).FirstOrDefault(f => f is not null) is { } found)
            return (found, "");
        return OfOpenCv() is { } bundled ? (bundled, "") : (null, "");
    }

    private static Ffmpeg? OfSystem(FfmpegLayout layout, string? folder)
    {
        nint Load(string name, int version)
        {
            string file = OperatingSystem.IsWindows() ? $"{name}-{version}.dll" : OperatingSystem.IsMacOS() ? $"lib{name}.{version}.dylib"
                : $"lib{name}.so.{version}";
            return NativeLibrary.TryLoad(folder is null ? file : Path.Combine(folder, file), out nint handle) ? handle : 0;
        }
        // Each finds those that it needs among those that are loaded already.
        nint util = Load("avutil", layout.Util), scale = util == 0 ? 0 : Load("swscale", layout.Scale);
        nint codec = scale == 0 ? 0 : Load("avcodec", layout.Codec), format = codec == 0 ? 0 : Load("avformat", layout.Format);
        return format == 0 ? null : Create(layout, format, codec, util, scale);
    }

    /// <summary>OpenCV's native package for Linux has all of FFmpeg inside.</summary>
    private static Ffmpeg? OfOpenCv()
    {
        if (!NativeLibrary.TryLoad("OpenCvSharpExtern", typeof(OpenCvSharp.Cv2).Assembly, null, out nint all)
            || !NativeLibrary.TryGetExport(all, "swscale_version", out nint version))
            return null;
        uint major = ((delegate* unmanaged<uint>)version)() >> 16;
        return FfmpegLayout.All.FirstOrDefault(l => l.Scale == major) is { } layout ? Create(layout, all, all, all, all) : null;
    }

    private static Ffmpeg? Create(FfmpegLayout layout, nint format, nint codec, nint util, nint scale)
    {
        try
        {
            return new Ffmpeg(layout, format, codec, util, scale);
        }
        catch (EntryPointNotFoundException)
        {
            return null;
        }
    }
}
