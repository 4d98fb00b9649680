using System.Buffers.Binary;

namespace GBlend.MLNet;

/// <summary>What a wave file says before its samples.</summary>
/// <param name="Format">How they are written.</param>
/// <param name="DataStart">Where they begin, in bytes.</param>
/// <param name="DataSize">How many bytes of them there are.</param>
internal sealed record WavHeader(WavFormat Format, long DataStart, long DataSize)
{
    /// <summary>
    /// From here on lengths say that nobody knew it: programs that write to pipes and recorders that were stopped leave 0x7FFFF000, 0x7FFFFFFF,
    /// 0x80000000, 0xFFFFFFFF or a little less.
    /// </summary>
    private const uint Unknown = 0x7FFFF000;

    private const int MaxChannels = 64;

    internal long Samples => DataSize / Format.Block;

    /// <summary>Reads the header.</summary>
    /// <param name="stream">At its start; left behind the header.</param>
    /// <param name="toleratesDamage">Take what is there of a file that ends early.</param>
    /// <returns><see langword="null"/> where it is no wave file, or of a coding that is not PCM or float.</returns>
    /// <exception cref="BadMediaException">The file is damaged.</exception>
    internal static WavHeader? Read(Stream stream, bool toleratesDamage)
    {
        Span<byte> head = stackalloc byte[12];
        if (stream.ReadAtLeast(head, 12, throwOnEndOfStream: false) < 12 || !(head.StartsWith("RIFF"u8) || head.StartsWith("RF64"u8))
            || !head[8..].SequenceEqual("WAVE"u8))
            return null;
        WavFormat? format = null;
        long? longSize = null;
        Span<byte> chunk = stackalloc byte[8];
        while (stream.ReadAtLeast(chunk, 8, throwOnEndOfStream: false) == 8)
        {
            uint size = BinaryPrimitives.ReadUInt32LittleEndian(chunk[4..]);
            if (chunk.StartsWith("data"u8))
            {
                if (format is null)
                    throw new BadMediaException("its data come before its format");
                return format.IsSupported ? WithData(stream, format, size == uint.MaxValue && longSize is { } known ? known : size, toleratesDamage) : null;
            }
            byte[] content = chunk.StartsWith("fmt "u8) || chunk.StartsWith("ds64"u8) ? new byte[Math.Min(size, 64)] : [];
            if (stream.ReadAtLeast(content, content.Length, throwOnEndOfStream: false) < content.Length)
                break;
            stream.Position = Math.Min(stream.Position + size + (size & 1) - content.Length, stream.Length);
            if (chunk.StartsWith("fmt "u8))
                format = ReadFormat(content);
            else if (chunk.StartsWith("ds64"u8) && content.Length >= 16)
                longSize = (long)BinaryPrimitives.ReadUInt64LittleEndian(content.AsSpan(8));
        }
        throw new BadMediaException("it ends before its samples begin");
    }

    private static WavHeader WithData(Stream stream, WavFormat format, long size, bool toleratesDamage)
    {
        long start = stream.Position, there = stream.Length - start;
        if (size is < 0 or >= Unknown && size > there)
            size = there;
        // An unfinished file says 0 too, and so does one that is empty: then nothing follows, or further chunks.
        else if (size == 0 && !IsChunks(stream, there))
            size = there;
        if (size > there && !toleratesDamage)
            throw new BadMediaException($"its header promises {size / format.Block} samples, but it has {there / format.Block}: it is truncated");
        size = Math.Min(size, there);
        return size >= format.Block ? new WavHeader(format, start, size) : throw new BadMediaException("it has no samples");
    }

    /// <summary>Whether what follows are chunks up to the end of the file, or nothing.</summary>
    private static bool IsChunks(Stream stream, long size)
    {
        Span<byte> chunk = stackalloc byte[8];
        while (size >= 8)
        {
            stream.ReadExactly(chunk);
            foreach (byte letter in chunk[..4])
            {
                if (letter is < 0x20 or > 0x7E)
                    return false;
            }
            long content = BinaryPrimitives.ReadUInt32LittleEndian(chunk[4..]);
            size -= 8 + content + (content & 1);
            if (size < -1)
                return false;
            stream.Position = Math.Min(stream.Position + content + (content & 1), stream.Length);
        }
        return size <= 0;
    }

    private static WavFormat ReadFormat(ReadOnlySpan<byte> content)
    {
        if (content.Length < 16)
            throw new BadMediaException("its format is cut off");
        int coding = BinaryPrimitives.ReadUInt16LittleEndian(content), channels = BinaryPrimitives.ReadUInt16LittleEndian(content[2..]);
        uint rate = BinaryPrimitives.ReadUInt32LittleEndian(content[4..]);
        int block = BinaryPrimitives.ReadUInt16LittleEndian(content[12..]), bits = BinaryPrimitives.ReadUInt16LittleEndian(content[14..]);
        if (coding == WavFormat.Extensible && content.Length >= 26)
            coding = BinaryPrimitives.ReadUInt16LittleEndian(content[24..]);
        if (channels is < 1 or > MaxChannels || !SoundStream.IsRate(rate))
            throw new BadMediaException($"its format makes no sense: {channels} channels at {rate} Hz");
        var format = new WavFormat(coding, channels, (int)rate, bits);
        if (format.IsSupported && block != format.Block)
            throw new BadMediaException($"its format contradicts itself: {channels} channels of {bits} bits in blocks of {block} bytes");
        return format;
    }
}
