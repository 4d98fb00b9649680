using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace GBlend.MLNet;

/// <summary>
/// Hears what FFmpeg says of errors while a thread of ours calls it. FFmpeg has one listener in a process and does not tell who it was: what it says
/// while others call the same libraries is given to its own, which writes to the standard error. A listener that an application has set before is
/// replaced; one that it sets later replaces this one, and messages about bad media then have FFmpeg's general words.
/// </summary>
internal static unsafe class FfmpegLog
{
    private const int Errors = 16, LineSize = 512;

    [ThreadStatic]
    private static int _listeners;

    [ThreadStatic]
    private static string? _first;

    private static delegate* unmanaged<nint, int, byte*, nint, void> _default;
    private static delegate* unmanaged<nint, int, byte*, nint, byte*, int, int*, void> _format;

    /// <summary>What was said first on this thread since <see cref="Listen"/>.</summary>
    internal static string? First => _first;

    /// <summary>Takes the place of the function that writes to the standard error.</summary>
    internal static void Attach(nint library)
    {
        _default = (delegate* unmanaged<nint, int, byte*, nint, void>)NativeLibrary.GetExport(library, "av_log_default_callback");
        _format = (delegate* unmanaged<nint, int, byte*, nint, byte*, int, int*, void>)NativeLibrary.GetExport(library, "av_log_format_line");
        var set = (delegate* unmanaged<delegate* unmanaged[Cdecl]<nint, int, byte*, nint, void>, void>)NativeLibrary.GetExport(library, "av_log_set_callback");
        set(&Write);
    }

    /// <summary>Begins to listen on this thread, until what it returns is disposed of.</summary>
    internal static Listener Listen()
    {
        if (_listeners++ == 0)
            _first = null;
        return default;
    }

    // The list of arguments is passed on as it came: on the systems that .NET runs on it is, or is passed as, one pointer.
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Write(nint context, int level, byte* format, nint arguments)
    {
        if (_listeners == 0)
        {
            _default(context, level, format, arguments);
            return;
        }
        if (level > Errors || _first is not null)
            return;
        byte* line = stackalloc byte[LineSize];
        int prefix = 0;
        _format(context, level, format, arguments, line, LineSize, &prefix);
        string text = (Marshal.PtrToStringUTF8((nint)line) ?? "").Trim();
        if (text.Length > 0)
            _first = text;
    }

    internal readonly ref struct Listener
    {
        public void Dispose() => _listeners--;
    }
}
