using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace GBlend.MLNet;

/// <summary>
/// The safetensors format: eight bytes of header length (little-endian), a JSON header of name to dtype, shape and byte range, then the
/// bytes. Nothing in it can execute. Float32 only, which is all that models hold.
/// </summary>
internal static class Safetensors
{
    private const int MaxHeaderBytes = 100_000_000;
    private const string Float32 = "F32";

    internal static void Write(Stream stream, IReadOnlyList<(string Name, long[] Shape, float[] Values)> tensors)
    {
        var header = new JsonObject();
        long offset = 0;
        foreach (var (name, shape, values) in tensors)
        {
            long end = offset + (long)values.Length * sizeof(float);
            header[name] = new JsonObject
            {
                ["dtype"] = Float32,
                ["shape"] = new JsonArray([.. shape.Select(s => (JsonNode)s)]),
                ["data_offsets"] = new JsonArray(offset, end),
            };
            offset = end;
        }
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(header);
        int padded = (json.Length + 7) / 8 * 8;
        var head = new byte[8 + padded];
        BinaryPrimitives.WriteInt64LittleEndian(head, padded);
        json.CopyTo(head, 8);
        head.AsSpan(8 + json.Length).Fill((byte)' ');
        stream.Write(head);
        var buffer = new byte[1 << 16];
        foreach (var (_, _, values) in tensors)
        {
            for (int from = 0; from < values.Length; from += buffer.Length / sizeof(float))
            {
                var part = values.AsSpan(from, Math.Min(buffer.Length / sizeof(float), values.Length - from));
                for (int i = 0; i < part.Length; i++)
                    BinaryPrimitives.WriteSingleLittleEndian(buffer.AsSpan(i * sizeof(float)), part[i]);
                stream.Write(buffer, 0, part.Length * sizeof(float));
            }
        }
    }

    /// <summary>Reads tensors whose names and shapes are known, so that a file can't ask for memory that the model doesn't need.</summary>
    /// <exception cref="InvalidDataException">The file is truncated, damaged or holds other tensors.</exception>
    internal static Dictionary<string, float[]> Read(Stream stream, IReadOnlyDictionary<string, long[]> expected)
    {
        var lengthBytes = new byte[8];
        ReadExactly(stream, lengthBytes);
        long length = BinaryPrimitives.ReadInt64LittleEndian(lengthBytes);
        if (length is < 2 or > MaxHeaderBytes)
            throw new InvalidDataException($"The weights are damaged: a safetensors header of {length} bytes.");
        var header = ParseHeader(ReadGrowing(stream, length));
        if (!header.Keys.ToHashSet().SetEquals(expected.Keys))
        {
            throw new InvalidDataException("The weights don't fit the model's settings: " +
                $"missing [{string.Join(", ", expected.Keys.Except(header.Keys))}], unknown [{string.Join(", ", header.Keys.Except(expected.Keys))}].");
        }
        var result = new Dictionary<string, float[]>();
        long offset = 0;
        foreach (var (name, entry) in header.OrderBy(e => e.Value.Start))
        {
            if (entry.DType != Float32 || !entry.Shape.AsSpan().SequenceEqual(expected[name]))
                throw new InvalidDataException($"The weights don't fit the model's settings: {name} is {entry.DType} [{string.Join(", ", entry.Shape)}], expected {Float32} [{string.Join(", ", expected[name])}].");
            long count = expected[name].Aggregate(1L, (product, size) => product * size);
            if (entry.Start != offset || entry.End - entry.Start != count * sizeof(float))
                throw new InvalidDataException($"The weights are damaged: the bytes of {name} are not where they should be.");
            var bytes = ReadGrowing(stream, entry.End - entry.Start);
            var values = new float[count];
            for (int i = 0; i < values.Length; i++)
                values[i] = BinaryPrimitives.ReadSingleLittleEndian(bytes.AsSpan(i * sizeof(float)));
            result.Add(name, values);
            offset = entry.End;
        }
        if (stream.ReadByte() >= 0)
            throw new InvalidDataException("The weights are damaged: there are bytes after the last tensor.");
        return result;
    }

    private static Dictionary<string, (string DType, long[] Shape, long Start, long End)> ParseHeader(byte[] json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var entries = new Dictionary<string, (string, long[], long, long)>();
            foreach (var property in document.RootElement.EnumerateObject())
            {
                if (property.Name == "__metadata__")
                    continue;
                var offsets = property.Value.GetProperty("data_offsets");
                entries.Add(property.Name, (property.Value.GetProperty("dtype").GetString()!, [.. property.Value.GetProperty("shape").EnumerateArray().Select(s => s.GetInt64())], offsets[0].GetInt64(), offsets[1].GetInt64()));
            }
            return entries;
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or ArgumentException or IndexOutOfRangeException)
        {
            throw new InvalidDataException("The weights are damaged: their safetensors header can't be read.", e);
        }
    }

    /// <summary>Reads so many bytes without trusting that they are there: memory grows with what really comes.</summary>
    private static byte[] ReadGrowing(Stream stream, long count)
    {
        if (count > Array.MaxLength)
            throw new InvalidDataException($"The weights are damaged: a part of {count} bytes.");
        var bytes = new byte[Math.Min(count, 1 << 20)];
        int read = 0;
        while (true)
        {
            ReadExactly(stream, bytes.AsSpan(read));
            read = bytes.Length;
            if (read == count)
                return bytes;
            Array.Resize(ref bytes, (int)Math.Min(count, 2L * read));
        }
    }

    private static void ReadExactly(Stream stream, Span<byte> bytes)
    {
        if (stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) < bytes.Length)
            throw new InvalidDataException("The weights are truncated: the file ends too early.");
    }
}
