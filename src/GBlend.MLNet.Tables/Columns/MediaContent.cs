using GBlend.MLNet.Native;

namespace GBlend.MLNet.Tables;

/// <summary>Says whether a file is a picture, a video or sound, by its first bytes.</summary>
internal static class MediaContent
{
    private const int HeadLength = 16;

    private static readonly string[] s_extensions =
    [
        "jpg", "jpeg", "png", "bmp", "webp", "gif", "tif", "tiff", "wav", "mp3", "flac", "ogg", "oga", "opus", "m4a", "aac", "mp4", "mov", "m4v", "mkv",
        "webm", "avi", "ts", "mpg", "mpeg", "wmv", "flv", "ogv",
    ];

    private static readonly string[] s_soundExtensions = ["oga", "ogg", "opus", "m4a"];

    /// <summary>Whether a value ends as the path of a media file does.</summary>
    internal static bool HasExtension(string value) =>
        value.LastIndexOf('.') is > 0 and var dot && s_extensions.Contains(value[(dot + 1)..].Trim(), StringComparer.OrdinalIgnoreCase);

    /// <summary>What a file holds; <see langword="null"/> when it is no media file that is known here, or can't be read.</summary>
    internal static ColumnKind? Of(string path)
    {
        var head = new byte[HeadLength];
        try
        {
            // The end of a pipe may never come.
            if (LinkedFile.Of(new(path)) is not { Length: > 0 } file)
                return null;
            using var stream = file.OpenRead();
            if (stream.ReadAtLeast(head, HeadLength, throwOnEndOfStream: false) < 4)
                return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
        return Of(head, Path.GetExtension(path).TrimStart('.'));
    }

    private static ColumnKind? Of(ReadOnlySpan<byte> head, string extension)
    {
        bool isSound = s_soundExtensions.Contains(extension, StringComparer.OrdinalIgnoreCase);
        if (head.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]) || head.StartsWith((ReadOnlySpan<byte>)[0x89, 0x50, 0x4E, 0x47])
            || head.StartsWith("BM"u8) || head.StartsWith("II*\0"u8) || head.StartsWith("MM\0*"u8))
            return ColumnKind.Image;
        if (head.StartsWith("RIFF"u8) || head.StartsWith("RF64"u8))
            return head[8..].StartsWith("WAVE"u8) ? ColumnKind.Sound : head[8..].StartsWith("WEBP"u8) ? ColumnKind.Image : ColumnKind.Video;
        if (head.StartsWith("ID3"u8) || head.StartsWith("fLaC"u8) || (head[0] == 0xFF && (head[1] & 0xE0) == 0xE0))
            return ColumnKind.Sound;
        if (head[4..].StartsWith("ftyp"u8))
            return isSound || head[8..].StartsWith("M4A"u8) ? ColumnKind.Sound : ColumnKind.Video;
        if (head.StartsWith("OggS"u8))
            return isSound ? ColumnKind.Sound : ColumnKind.Video;
        return head.StartsWith((ReadOnlySpan<byte>)[0x1A, 0x45, 0xDF, 0xA3]) || head.StartsWith("FLV"u8) || head.StartsWith((ReadOnlySpan<byte>)[0, 0, 1, 0xBA])
            || head.StartsWith("GIF8"u8) || head[0] == 0x47 || head.StartsWith((ReadOnlySpan<byte>)[0x30, 0x26, 0xB2, 0x75]) ? ColumnKind.Video : null;
    }
}
