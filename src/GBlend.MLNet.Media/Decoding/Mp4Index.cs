using System.Buffers.Binary;

namespace GBlend.MLNet;

/// <summary>Counts what the index of an MP4 or MOV file promises before anything is made of it: a few bytes can promise any number of frames.</summary>
internal static class Mp4Index
{
    private const long Least = 1_000_000, PerByte = 4;
    private const int BoxHeader = 8;

    /// <summary>Boxes in boxes: the index proper is in the fifth.</summary>
    private const int MostDepth = 8;

    /// <summary>Refuses a file whose index lists more than the file has room for.</summary>
    /// <exception cref="BadMediaException">It does.</exception>
    internal static void Require(Stream file)
    {
        long most = Least + PerByte * file.Length;
        if (Count(file, 0, file.Length, most, 0) > most)
            throw new BadMediaException($"its index lists more than {most} packets, and it has {file.Length} bytes");
    }

    /// <summary>The frames that the boxes from a place to another promise.</summary>
    private static double Count(Stream file, long at, long end, double most, int depth)
    {
        double count = 0;
        byte[] head = new byte[16];
        while (end - at >= BoxHeader && count <= most)
        {
            file.Position = at;
            if (file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false) < BoxHeader)
                break;
            // A length of 0 reaches to the end, and 1 says that a longer number follows.
            long size = BinaryPrimitives.ReadUInt32BigEndian(head), content = at + BoxHeader;
            if (size == 1)
                (size, content) = (BinaryPrimitives.ReadInt64BigEndian(head.AsSpan(BoxHeader)), at + 2 * BoxHeader);
            long next = size == 0 ? end : at + size;
            if (next < content)
                break;
            next = Math.Min(next, end);
            var kind = head.AsSpan(4, 4);
            if (kind.SequenceEqual("moov"u8) || kind.SequenceEqual("trak"u8) || kind.SequenceEqual("mdia"u8) || kind.SequenceEqual("minf"u8)
                || kind.SequenceEqual("stbl"u8)
                || kind.SequenceEqual("moof"u8) || kind.SequenceEqual("traf"u8))
                count += depth < MostDepth ? Count(file, content, next, most, depth + 1) : 0;
            else if (kind.SequenceEqual("stsz"u8) || kind.SequenceEqual("stz2"u8))
                count = Math.Max(count, Number(file, content + 8));
            else if (kind.SequenceEqual("trun"u8))
                count += Number(file, content + 4);
            else if (kind.SequenceEqual("stts"u8) || kind.SequenceEqual("ctts"u8))
                count = Math.Max(count, Sum(file, content + 4, next, most));
            at = next;
        }
        return count;
    }

    /// <summary>The frames of a list of runs: how many there are, and then the length of each and something else.</summary>
    private static double Sum(Stream file, long at, long end, double most)
    {
        double sum = 0;
        long runs = Math.Min(Number(file, at), (end - at - 4) / 8);
        for (long run = 0; run < runs && sum <= most; run++)
            sum += Number(file, at + 4 + 8 * run);
        return sum;
    }

    private static long Number(Stream file, long at)
    {
        Span<byte> number = stackalloc byte[4];
        file.Position = at;
        return file.ReadAtLeast(number, 4, throwOnEndOfStream: false) == 4 ? BinaryPrimitives.ReadUInt32BigEndian(number) : 0;
    }
}
