using System.Buffers.Binary;

namespace GBlend.MLNet;

/// <summary>What an image file says before it is decoded. Its content decides what it is; other kinds than these are not decoded.</summary>
/// <param name="Width">In pixels.</param>
/// <param name="Height">In pixels.</param>
/// <param name="Length">Bytes of the image; what follows is something else.</param>
/// <param name="IsWhole">Whether its end is there.</param>
internal sealed record ImageHeader(long Width, long Height, int Length, bool IsWhole)
{
    internal long Pixels => Width * Height;

    /// <summary>Reads JPEG, PNG, GIF, BMP, WebP, TIFF and PNM.</summary>
    /// <returns><see langword="null"/> where the file is none of them, or its header is damaged.</returns>
    internal static ImageHeader? Read(ReadOnlySpan<byte> file)
    {
        try
        {
            return file.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]) ? Jpeg(file)
                : file.StartsWith((ReadOnlySpan<byte>)[0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) ? Png(file)
                : file.StartsWith("GIF8"u8) ? new(Little16(file[6..]), Little16(file[8..]), file.Length, true)
                : file.StartsWith("BM"u8) ? Bmp(file)
                : file.StartsWith("RIFF"u8) && file[8..].StartsWith("WEBP"u8) ? WebP(file)
                : file.StartsWith("II*\0"u8) || file.StartsWith("MM\0*"u8) ? Tiff(file)
                : file.Length > 2 && file[0] == 'P' && file[1] is >= (byte)'1' and <= (byte)'6' ? Pnm(file)
                : null;
        }
        catch (Exception e) when (e is ArgumentOutOfRangeException or IndexOutOfRangeException)
        {
            return null;
        }
    }

    /// <summary>Walks from marker to marker: a thumbnail inside has an end of its own, and a motion photo has a video behind it.</summary>
    private static ImageHeader? Jpeg(ReadOnlySpan<byte> file)
    {
        const int Temporary = 0x01, FirstFrame = 0xC0, LastFrame = 0xCF, Huffman = 0xC4, Extension = 0xC8, Arithmetic = 0xCC;
        const int FirstRestart = 0xD0, LastRestart = 0xD7, Start = 0xD8, End = 0xD9;
        long width = 0, height = 0;
        int at = 2;
        while (true)
        {
            // What is coded lies between markers: 0xFF with a 0 behind it, or a restart, is a part of it.
            int mark = file[at..].IndexOf((byte)0xFF);
            if (mark < 0 || at + mark + 1 >= file.Length)
                break;
            at += mark + 1;
            int marker = file[at];
            if (marker == 0xFF)
                continue;
            at++;
            if (marker == End)
                return width > 0 ? new(width, height, at, true) : null;
            if (marker is 0 or Temporary or (>= FirstRestart and <= LastRestart))
                continue;
            bool isFrame = marker is >= FirstFrame and <= LastFrame and not (Huffman or Extension or Arithmetic);
            // Markers that mean nothing, a further start or a further frame are of something else, which stands where the image's end was.
            if (marker is < FirstFrame or Start || (isFrame && width > 0) || file.Length - at < 2)
                break;
            int size = BinaryPrimitives.ReadUInt16BigEndian(file[at..]);
            if (isFrame)
                (height, width) = (BinaryPrimitives.ReadUInt16BigEndian(file[(at + 3)..]), BinaryPrimitives.ReadUInt16BigEndian(file[(at + 5)..]));
            if (at + size > file.Length)
                break;
            at += size;
        }
        return width > 0 ? new(width, height, file.Length, false) : null;
    }

    private static ImageHeader Png(ReadOnlySpan<byte> file)
    {
        long width = BinaryPrimitives.ReadUInt32BigEndian(file[16..]), height = BinaryPrimitives.ReadUInt32BigEndian(file[20..]);
        long at = 8;
        while (at + 12 <= file.Length)
        {
            var chunk = file[(int)at..];
            at += 12 + BinaryPrimitives.ReadUInt32BigEndian(chunk);
            if (chunk[4..].StartsWith("IEND"u8) && at <= file.Length)
                return new(width, height, (int)at, true);
        }
        return new(width, height, file.Length, false);
    }

    private static ImageHeader Bmp(ReadOnlySpan<byte> file)
    {
        const int Old = 12;
        int kind = BinaryPrimitives.ReadInt32LittleEndian(file[14..]);
        if (kind == Old)
            return new(Little16(file[18..]), Little16(file[20..]), file.Length, true);
        long width = BinaryPrimitives.ReadInt32LittleEndian(file[18..]), height = Math.Abs((long)BinaryPrimitives.ReadInt32LittleEndian(file[22..]));
        long start = BinaryPrimitives.ReadUInt32LittleEndian(file[10..]), row = (width * Little16(file[28..]) + 31) / 32 * 4;
        bool isPlain = BinaryPrimitives.ReadInt32LittleEndian(file[30..]) == 0;
        return new(Math.Abs(width), height, file.Length, !isPlain || start + (double)row * height <= file.Length);
    }

    private static ImageHeader? WebP(ReadOnlySpan<byte> file)
    {
        long end = 8L + BinaryPrimitives.ReadUInt32LittleEndian(file[4..]);
        var (length, isWhole) = ((int)Math.Min(end, file.Length), end <= file.Length);
        var chunk = file[12..];
        if (chunk.StartsWith("VP8X"u8))
            return new(1 + Little24(chunk[12..]), 1 + Little24(chunk[15..]), length, isWhole);
        if (chunk.StartsWith("VP8L"u8))
        {
            uint sizes = BinaryPrimitives.ReadUInt32LittleEndian(chunk[9..]);
            return new(1 + (sizes & 0x3FFF), 1 + (sizes >> 14 & 0x3FFF), length, isWhole);
        }
        return chunk.StartsWith("VP8 "u8) ? new(Little16(chunk[14..]) & 0x3FFF, Little16(chunk[16..]) & 0x3FFF, length, isWhole) : null;
    }

    private static ImageHeader? Tiff(ReadOnlySpan<byte> file)
    {
        const int WidthTag = 256, HeightTag = 257, Short = 3;
        bool isLittle = file[0] == 'I';
        uint U16(ReadOnlySpan<byte> bytes) => isLittle ? BinaryPrimitives.ReadUInt16LittleEndian(bytes) : BinaryPrimitives.ReadUInt16BigEndian(bytes);
        uint U32(ReadOnlySpan<byte> bytes) => isLittle ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) : BinaryPrimitives.ReadUInt32BigEndian(bytes);
        var list = file[(int)Math.Min(U32(file[4..]), int.MaxValue)..];
        long width = 0, height = 0;
        for (int i = (int)U16(list) - 1; i >= 0; i--)
        {
            var entry = list[(2 + 12 * i)..];
            uint tag = U16(entry), value = U16(entry[2..]) == Short ? U16(entry[8..]) : U32(entry[8..]);
            width = tag == WidthTag ? value : width;
            height = tag == HeightTag ? value : height;
        }
        return width > 0 && height > 0 ? new(width, height, file.Length, true) : null;
    }

    private static ImageHeader? Pnm(ReadOnlySpan<byte> file)
    {
        int at = 2;
        return Number(file, ref at) is { } width && Number(file, ref at) is { } height ? new(width, height, file.Length, true) : null;
    }

    /// <summary>A decimal number behind spaces and comments.</summary>
    private static long? Number(ReadOnlySpan<byte> file, ref int at)
    {
        for (bool isComment = false; at < file.Length && (isComment || file[at] is < (byte)'0' or > (byte)'9'); at++)
            isComment = file[at] == '#' || (isComment && file[at] != '\n');
        long number = 0;
        int start = at;
        for (; at < file.Length && at - start < 10 && file[at] is >= (byte)'0' and <= (byte)'9'; at++)
            number = 10 * number + file[at] - '0';
        return at > start ? number : null;
    }

    private static int Little16(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt16LittleEndian(bytes);

    private static int Little24(ReadOnlySpan<byte> bytes) => bytes[0] | bytes[1] << 8 | bytes[2] << 16;
}
