using System.Buffers.Binary;

namespace GBlend.MLNet;

/// <summary>Tells from the lengths that a Matroska, AVI or ASF file has inside whether anything of it is missing.</summary>
internal static class ContainerFile
{
    private const uint Segment = 0x18538067, Cluster = 0x1F43B675;

    /// <summary>
    /// Whether one part follows the other from the start to the promised end. How long the file's tracks are does not matter, so sound that
    /// outlasts the video, or the reverse, is no sign of damage; a cut, a hole or an overwritten end is.
    /// </summary>
    internal static bool IsWhole(Stream file)
    {
        Span<byte> head = stackalloc byte[4];
        file.ReadExactly(head);
        file.Position = 0;
        return head.SequenceEqual("RIFF"u8) ? IsWholeRiff(file, file.Length) : IsWholeMatroska(file);
    }

    /// <summary>Whether an AVI file ends before it promises to; of others this does not tell.</summary>
    internal static bool IsCutAvi(Stream file)
    {
        Span<byte> head = stackalloc byte[12];
        while (file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false) == head.Length && head.StartsWith("RIFF"u8) && head[8..].StartsWith("AVI"u8))
        {
            long size = BinaryPrimitives.ReadUInt32LittleEndian(head[4..]);
            if (size > file.Length - file.Position + 4)
                return true;
            file.Position += size - 4 + (size & 1);
        }
        return false;
    }

    /// <summary>
    /// How long an ASF file (WMV, WMA) says that it lasts, in seconds, if it is shorter in bytes than it says; <see langword="null"/> where it is
    /// whole or does not tell.
    /// </summary>
    internal static double? CutAsf(Stream file)
    {
        ReadOnlySpan<byte> properties = [0xA1, 0xDC, 0xAB, 0x8C, 0x47, 0xA9, 0xCF, 0x11, 0x8E, 0xE4, 0x00, 0xC0, 0x0C, 0x20, 0x53, 0x65];
        const int SizeAt = 40, LengthAt = 64, LeadAt = 80, FlagsAt = 88, IsBroadcast = 1;
        byte[] head = new byte[1 << 16];
        var rest = head.AsSpan(0, file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false));
        int place = rest.IndexOf(properties);
        if (place < 0 || rest.Length - place < FlagsAt + 4)
            return null;
        rest = rest[place..];
        ulong size = BinaryPrimitives.ReadUInt64LittleEndian(rest[SizeAt..]), length = BinaryPrimitives.ReadUInt64LittleEndian(rest[LengthAt..]),
            lead = BinaryPrimitives.ReadUInt64LittleEndian(rest[LeadAt..]);
        return (rest[FlagsAt] & IsBroadcast) == 0 && size > (ulong)file.Length ? length / 1e7 - lead / 1e3 : null;
    }

    private static bool IsWholeMatroska(Stream file)
    {
        long end = file.Length;
        bool hasSegment = false;
        while (file.Position < end)
        {
            if (ReadNumber(file, 4, keepsMarker: true) is not { } id || ReadNumber(file, 8, keepsMarker: false) is not { } size)
                return false;
            if (id == Segment)
            {
                // What comes after the segment is not of the video. Live recordings leave the size open.
                hasSegment = true;
                if (size != ulong.MaxValue && size > (ulong)(end - file.Position))
                    return false;
                end = size == ulong.MaxValue ? end : file.Position + (long)size;
            }
            else if (id != Cluster && !TrySkip(file, size, end))
            {
                return false;
            }
        }
        return hasSegment;
    }

    /// <summary>Walks through chunks, and through those within lists and further RIFF parts.</summary>
    private static bool IsWholeRiff(Stream file, long end)
    {
        Span<byte> head = stackalloc byte[12];
        while (file.Position + 8 <= end)
        {
            file.ReadExactly(head[..8]);
            foreach (byte letter in head[..4])
            {
                if (letter is < 0x20 or > 0x7E)
                    return false;
            }
            uint size = BinaryPrimitives.ReadUInt32LittleEndian(head[4..]);
            if (head.StartsWith("RIFF"u8) || head.StartsWith("LIST"u8))
            {
                if (size < 4 || size > end - file.Position)
                    return false;
                file.ReadExactly(head[..4]);
                continue;
            }
            // Chunks begin at even places.
            if (!TrySkip(file, size + (size & 1UL), end))
                return false;
        }
        return true;
    }

    private static bool TrySkip(Stream file, ulong size, long end)
    {
        if (size > (ulong)(end - file.Position))
            return false;
        file.Position += (long)size;
        return true;
    }

    /// <summary>
    /// A number whose first byte tells its length; the greatest of all where its bits are all set, <see langword="null"/> where there is none.
    /// </summary>
    private static ulong? ReadNumber(Stream file, int longest, bool keepsMarker)
    {
        int first = file.ReadByte();
        if (first <= 0)
            return null;
        int length = 1, marker = 0x80;
        for (; (first & marker) == 0; marker >>= 1)
            length++;
        if (length > longest)
            return null;
        ulong value = (ulong)(keepsMarker ? first : first & ~marker);
        for (int i = 1; i < length; i++)
        {
            int next = file.ReadByte();
            if (next < 0)
                return null;
            value = value << 8 | (uint)next;
        }
        return !keepsMarker && value == (1UL << 7 * length) - 1 ? ulong.MaxValue : value;
    }
}
