using System.Buffers.Binary;

namespace GBlend.MLNet;

/// <summary>Reads wave files of PCM (8, 16, 24 and 32 bits) and of floats (32 and 64 bits), plain or extensible, of any number of channels.</summary>
internal sealed class WavStream(Stream stream, WavHeader header) : SoundStream
{
    private const int BlocksAtOnce = 4096;

    private readonly WavFormat _format = header.Format;
    private readonly byte[] _buffer = new byte[header.Format.Block * BlocksAtOnce];

    internal override int Rate => _format.Rate;

    internal override double Origin => 0;

    internal override long Samples => header.Samples;

    internal override void Read(long first, Span<float> destination)
    {
        destination.Clear();
        long begin = Math.Clamp(first, 0, Samples), end = Math.Clamp(first + destination.Length, 0, Samples);
        stream.Position = header.DataStart + begin * _format.Block;
        while (begin < end)
        {
            int count = (int)Math.Min(end - begin, BlocksAtOnce);
            var bytes = _buffer.AsSpan(0, count * _format.Block);
            stream.ReadExactly(bytes);
            for (int i = 0; i < count; i++)
                destination[(int)(begin - first) + i] = Mean(bytes.Slice(i * _format.Block, _format.Block));
            begin += count;
        }
    }

    internal override long Count()
    {
        float[] some = new float[BlocksAtOnce];
        for (long at = 0; at < Samples; at += some.Length)
            Read(at, some);
        return Samples;
    }

    public override void Dispose() => stream.Dispose();

    /// <summary>The mean of the channels of one sample.</summary>
    private float Mean(ReadOnlySpan<byte> block)
    {
        int size = _format.Bits / 8;
        double sum = 0;
        for (int at = 0; at < block.Length; at += size)
            sum += Value(block.Slice(at, size), _format.Coding);
        float mean = (float)(sum / _format.Channels);
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
}
