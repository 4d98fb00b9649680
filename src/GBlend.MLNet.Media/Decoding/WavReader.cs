using System.Buffers.Binary;

namespace GBlend.MLNet;

/// <summary>Reads wave files of PCM (8, 16, 24 and 32 bits) and of floats (32 and 64 bits), plain or extensible, of any number of channels.</summary>
internal static class WavReader
{
    private const uint UnknownSize = 0xFFFFFFFF;
    private const int MaxChannels = 64;

    /// <summary>Whether the first bytes are those of a wave file.</summary>
    internal static bool IsWav(ReadOnlySpan<byte> head) => head.Length >= 12 && (head.StartsWith("RIFF"u8) || head.StartsWith("RF64"u8)) && head[8..12].SequenceEqual("WAVE"u8);

    /// <summary>Reads all samples.</summary>
    /// <param name="stream">At its start.</param>
    /// <param name="toleratesDamage">Take what is there of a file that ends early.</param>
    /// <returns><see langword="null"/> where the file is of a coding that is not PCM or float.</returns>
    /// <exception cref="BadMediaException">The file is no wave file or damaged.</exception>
    internal static Sound? Read(Stream stream, bool toleratesDamage)
    {
        Span<byte> head = stackalloc byte[12];
        if (stream.ReadAtLeast(head, 12, throwOnEndOfStream: false) < 12 || !IsWav(head))
            throw new BadMediaException("it is no wave file");
        (int Coding, int Channels, int Rate, int Bits)? format = null;
        long? longSize = null;
        Span<byte> chunk = stackalloc byte[8];
        while (stream.ReadAtLeast(chunk, 8, throwOnEndOfStream: false) == 8)
        {
            uint size = BinaryPrimitives.ReadUInt32LittleEndian(chunk[4..]);
            if (chunk.StartsWith("data"u8))
            {
                if (format is not { } known)
                    throw new BadMediaException("its data come before its format");
                return IsSupported(known.Coding, known.Bits) ? ReadSamples(stream, size == UnknownSize ? longSize : size, known, toleratesDamage) : null;
            }
            byte[] content = chunk.StartsWith("fmt "u8) || chunk.StartsWith("ds64"u8) ? new byte[Math.Min(size, 64)] : [];
            if (stream.ReadAtLeast(content, content.Length, throwOnEndOfStream: false) < content.Length || !Skip(stream, size + (size & 1) - content.Length))
                break;
            if (chunk.StartsWith("fmt "u8))
                format = ReadFormat(content);
            else if (chunk.StartsWith("ds64"u8) && content.Length >= 16)
                longSize = (long)BinaryPrimitives.ReadUInt64LittleEndian(content.AsSpan(8));
        }
        throw new BadMediaException("it ends before its samples begin");
    }

    private static bool IsSupported(int coding, int bits) => (coding == WavFormat.Pcm && bits is 8 or 16 or 24 or 32) || (coding == WavFormat.Float && bits is 32 or 64);

    private static (int Coding, int Channels, int Rate, int Bits) ReadFormat(ReadOnlySpan<byte> content)
    {
        if (content.Length < 16)
            throw new BadMediaException("its format is cut off");
        int coding = BinaryPrimitives.ReadUInt16LittleEndian(content), channels = BinaryPrimitives.ReadUInt16LittleEndian(content[2..]);
        uint rate = BinaryPrimitives.ReadUInt32LittleEndian(content[4..]);
        int block = BinaryPrimitives.ReadUInt16LittleEndian(content[12..]), bits = BinaryPrimitives.ReadUInt16LittleEndian(content[14..]);
        if (coding == WavFormat.Extensible && content.Length >= 26)
            coding = BinaryPrimitives.ReadUInt16LittleEndian(content[24..]);
        if (channels is < 1 or > MaxChannels || rate is < 100 or > 1_000_000)
            throw new BadMediaException($"its format makes no sense: {channels} channels at {rate} Hz");
        if (IsSupported(coding, bits) && block != channels * bits / 8)
            throw new BadMediaException($"its format contradicts itself: {channels} channels of {bits} bits in blocks of {block} bytes");
        return (coding, channels, (int)rate, bits);
    }

    private static Sound ReadSamples(Stream stream, long? size, (int Coding, int Channels, int Rate, int Bits) format, bool toleratesDamage)
    {
        int block = format.Channels * format.Bits / 8;
        var samples = new List<float>(size is { } known && stream.CanSeek ? (int)Math.Clamp(Math.Min(known, stream.Length) / block, 0, 1 << 28) : 0);
        byte[] buffer = new byte[block * 4096];
        long left = size ?? long.MaxValue;
        while (left > 0)
        {
            int wanted = (int)Math.Min(left, buffer.Length), count = stream.ReadAtLeast(buffer.AsSpan(0, wanted), wanted, throwOnEndOfStream: false);
            if (samples.Count + (long)(count / block) > Array.MaxLength)
                throw new BadMediaException("it is longer than memory can hold");
            for (int at = 0; at + block <= count; at += block)
                samples.Add(Mean(buffer.AsSpan(at, block), format));
            left -= count;
            if (count < wanted)
                break;
        }
        if (size is not null && left > 0 && !toleratesDamage)
            throw new BadMediaException($"its header promises {size / block} samples, but it has {samples.Count}: it is truncated");
        if (samples.Count == 0)
            throw new BadMediaException("it has no samples");
        return new Sound([.. samples], format.Rate);
    }

    /// <summary>The mean of the channels of one sample.</summary>
    private static float Mean(ReadOnlySpan<byte> block, (int Coding, int Channels, int Rate, int Bits) format)
    {
        int size = format.Bits / 8;
        double sum = 0;
        for (int at = 0; at < block.Length; at += size)
            sum += Value(block.Slice(at, size), format.Coding);
        float mean = (float)(sum / format.Channels);
        return float.IsFinite(mean) ? mean : throw new BadMediaException("it has samples that are not numbers");
    }

    private static double Value(ReadOnlySpan<byte> sample, int coding) => (coding, sample.Length) switch
    {
        (WavFormat.Pcm, 1) => (sample[0] - 128) / 128.0,
        (WavFormat.Pcm, 2) => BinaryPrimitives.ReadInt16LittleEndian(sample) / 32768.0,
        (WavFormat.Pcm, 3) => ((sample[0] << 8) | (sample[1] << 16) | (sample[2] << 24)) / 2147483648.0,
        (WavFormat.Pcm, 4) => BinaryPrimitives.ReadInt32LittleEndian(sample) / 2147483648.0,
        (WavFormat.Float, 4) => BinaryPrimitives.ReadSingleLittleEndian(sample),
        _ => BinaryPrimitives.ReadDoubleLittleEndian(sample),
    };

    private static bool Skip(Stream stream, long count)
    {
        byte[] buffer = new byte[4096];
        while (count > 0)
        {
            int read = stream.Read(buffer, 0, (int)Math.Min(count, buffer.Length));
            if (read == 0)
                return false;
            count -= read;
        }
        return true;
    }
}
