using System.Text;

namespace GBlend.MLNet;

/// <summary>
/// Writes messages of Protocol Buffers (the wire format's varints, four-byte floats and length-prefixed bytes), of which an ONNX file is one. The
/// numbers of the fields are those of onnx.proto.
/// </summary>
internal sealed class OnnxWriter
{
    private readonly MemoryStream _bytes = new();

    /// <summary>The bytes so far.</summary>
    internal ReadOnlySpan<byte> Bytes => _bytes.GetBuffer().AsSpan(0, (int)_bytes.Length);

    internal OnnxWriter Number(int field, long value)
    {
        Varint((ulong)field << 3);
        Varint((ulong)value);
        return this;
    }

    internal OnnxWriter Float(int field, float value)
    {
        Varint((ulong)field << 3 | 5);
        _bytes.Write(BitConverter.GetBytes(value));
        return this;
    }

    internal OnnxWriter Raw(int field, ReadOnlySpan<byte> value)
    {
        Varint((ulong)field << 3 | 2);
        Varint((ulong)value.Length);
        _bytes.Write(value);
        return this;
    }

    internal OnnxWriter Text(int field, string value) => Raw(field, Encoding.UTF8.GetBytes(value));

    internal OnnxWriter Message(int field, OnnxWriter value) => Raw(field, value.Bytes);

    private void Varint(ulong value)
    {
        for (; value >= 0x80; value >>= 7)
            _bytes.WriteByte((byte)(value | 0x80));
        _bytes.WriteByte((byte)value);
    }
}
