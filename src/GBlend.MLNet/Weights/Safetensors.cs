using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace GBlend.MLNet;

/// <summary>
/// The safetensors format: eight bytes of header length (little-endian), a JSON header of name to dtype, shape and byte range, then the
/// bytes. Nothing in it can execute.
/// </summary>
internal static partial class Safetensors
{
    private const int MaxHeaderBytes = 100_000_000, MostTypeName = 32;
    private const string Metadata = "__metadata__";

    private static readonly (ElementType Type, string Name)[] s_types =
    [
        (ElementType.Bool, "BOOL"), (ElementType.UInt8, "U8"), (ElementType.Int8, "I8"), (ElementType.Int16, "I16"), (ElementType.UInt16, "U16"),
        (ElementType.Int32, "I32"), (ElementType.UInt32, "U32"), (ElementType.Int64, "I64"), (ElementType.UInt64, "U64"),
        (ElementType.Float8E4M3, "F8_E4M3"), (ElementType.Float8E5M2, "F8_E5M2"), (ElementType.Float16, "F16"), (ElementType.BFloat16, "BF16"),
        (ElementType.Float32, "F32"), (ElementType.Float64, "F64"),
    ];

    internal static bool IsOne(ReadOnlySpan<byte> content) => content.Length > 8 && content[8] == (byte)'{';

    /// <summary>Writes header and data in the order given. No metadata, the header padded with spaces to a multiple of eight.</summary>
    /// <exception cref="InvalidOperationException">A name that the format keeps to itself, or too long a header.</exception>
    internal static void Write(Stream stream, IEnumerable<KeyValuePair<string, StateTensor>> tensors)
    {
        var header = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(header))
        {
            long offset = 0;
            json.WriteStartObject();
            foreach (var (name, tensor) in tensors)
            {
                if (name == Metadata)
                    throw new InvalidOperationException($"A tensor can't be named {Metadata}: safetensors keeps that name to itself.");
                json.WriteStartObject(name);
                json.WriteString("dtype", !tensor.IsRead ? tensor.TypeName : Array.Find(s_types, t => t.Type == tensor.Type).Name);
                WriteArray(json, "shape", tensor.Shape);
                WriteArray(json, "data_offsets", [offset, offset += tensor.Bytes.Length]);
                json.WriteEndObject();
            }
            json.WriteEndObject();
        }
        int padded = (header.WrittenCount + 7) / 8 * 8;
        if (padded > MaxHeaderBytes)
            throw new InvalidOperationException($"The names need a header of {padded} bytes; safetensors allows {MaxHeaderBytes}.");
        Span<byte> length = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, padded);
        stream.Write(length);
        stream.Write(header.WrittenSpan);
        stream.Write("       "u8[..(padded - header.WrittenCount)]);
        foreach (var (_, tensor) in tensors)
            stream.Write(tensor.Bytes.Span);
    }

    /// <summary>Reads a whole file. The tensors are views into it, in the header's order.</summary>
    /// <exception cref="InvalidDataException">The file is truncated or breaks a rule of the format: overlaps, holes, names twice, unknown types.</exception>
    internal static StateDict Read(ReadOnlyMemory<byte> content, MemoryBudget budget)
    {
        if (content.Length < 8)
            throw Damaged("the file ends within its first eight bytes");
        long length = BinaryPrimitives.ReadInt64LittleEndian(content.Span);
        if (length is < 2 or > MaxHeaderBytes || length > content.Length - 8)
            throw Damaged($"a header of {length} bytes in a file of {content.Length}");
        var data = content[(8 + (int)length)..];
        var entries = ReadHeader(content.Span.Slice(8, (int)length), budget);
        CheckRanges(entries, data.Length);
        budget.Charge(entries.Count * 128L);
        var tensors = new OrderedDictionary<string, StateTensor>(entries.Count, StringComparer.Ordinal);
        foreach (var entry in entries)
        {
            if (!tensors.TryAdd(entry.Name, StateTensor.Over(entry.Element, entry.Shape, data[(int)entry.Start..(int)entry.End])))
                throw Damaged($"the tensor '{Show.Text(entry.Name)}' is there twice");
        }
        return new StateDict(tensors);
    }

    private static void WriteArray(Utf8JsonWriter json, string name, IEnumerable<long> values)
    {
        json.WriteStartArray(name);
        foreach (long value in values)
            json.WriteNumberValue(value);
        json.WriteEndArray();
    }

    private static List<Entry> ReadHeader(ReadOnlySpan<byte> header, MemoryBudget budget)
    {
        if (header[0] != '{')
            throw Damaged("its header is no JSON object");
        var json = new Utf8JsonReader(header);
        var entries = new List<Entry>();
        bool hasMetadata = false;
        json.Read();
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            budget.Charge(2 * json.ValueSpan.Length + 160);
            string name = json.GetString()!;
            json.Read();
            if (name != Metadata)
                entries.Add(ReadEntry(ref json, name, budget));
            else if (hasMetadata)
                throw Damaged("its metadata is there twice");
            else
                hasMetadata = SkipMetadata(ref json);
        }
        return json.Read() ? throw Damaged("its header goes on behind its end") : entries;
    }

    private static Entry ReadEntry(ref Utf8JsonReader json, string name, MemoryBudget budget)
    {
        ElementFormat? element = null;
        long[]? shape = null, range = null;
        if (json.TokenType != JsonTokenType.StartObject)
            throw Damaged($"'{Show.Text(name)}' is no tensor");
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            if (element is null && json.ValueTextEquals("dtype"))
                element = ReadType(ref json, name, budget);
            else if (shape is null && json.ValueTextEquals("shape"))
                shape = ReadNumbers(ref json, name, StateTensor.MostDimensions, budget);
            else if (range is null && json.ValueTextEquals("data_offsets"))
                range = ReadNumbers(ref json, name, 2, budget);
            else
                throw Damaged($"'{Show.Text(name)}' has something else than one dtype, shape and data_offsets");
        }
        if (element is null || shape is null || range is not [var start, var end])
            throw Damaged($"'{Show.Text(name)}' has no dtype, shape or data_offsets");
        return new Entry(name, element.Value, shape, start, end);
    }

    /// <summary>A type that is not read here is a name of letters, bits and perhaps more, as all of the format have, for example F8_E8M0.</summary>
    private static ElementFormat ReadType(ref Utf8JsonReader json, string name, MemoryBudget budget)
    {
        json.Read();
        foreach (var (type, text) in s_types)
        {
            if (json.ValueTextEquals(text))
                return type;
        }
        string unread = json.TokenType == JsonTokenType.String && json.ValueSpan.Length <= MostTypeName ? json.GetString()! : "";
        budget.Charge(2 * unread.Length + 320);
        return OtherTypes().Match(unread) is { Success: true } match
            ? new(null, unread, int.Parse(match.Groups["bits"].ValueSpan, CultureInfo.InvariantCulture))
            : throw Damaged($"'{Show.Text(name)}' has a dtype that is not known here ('{Show.Text(unread)}')");
    }

    private static long[] ReadNumbers(ref Utf8JsonReader json, string name, int most, MemoryBudget budget)
    {
        Span<long> numbers = stackalloc long[most];
        int count = 0;
        json.Read();
        if (json.TokenType != JsonTokenType.StartArray)
            throw Damaged($"the shape or data_offsets of '{Show.Text(name)}' are no list");
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            if (count == most || !json.TryGetInt64(out long number) || number < 0)
                throw Damaged($"the shape or data_offsets of '{Show.Text(name)}' are too long a list, or not of numbers from 0");
            numbers[count++] = number;
        }
        budget.Charge(24 + 8 * count);
        return numbers[..count].ToArray();
    }

    /// <summary>Metadata is a map of texts to texts and says nothing about the weights.</summary>
    private static bool SkipMetadata(ref Utf8JsonReader json)
    {
        if (json.TokenType != JsonTokenType.StartObject)
            throw Damaged("its metadata is no map");
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            json.Read();
            if (json.TokenType != JsonTokenType.String)
                throw Damaged("its metadata holds something else than texts");
        }
        return true;
    }

    /// <summary>Every byte of the data belongs to exactly one tensor.</summary>
    private static void CheckRanges(List<Entry> entries, long dataBytes)
    {
        long offset = 0;
        foreach (var entry in entries.OrderBy(e => e.Start).ThenBy(e => e.End))
        {
            if (entry.Start != offset || entry.End < entry.Start || entry.End > dataBytes)
                throw Damaged($"the bytes of '{Show.Text(entry.Name)}' overlap others, leave a hole or lie outside the file");
            long bytes = entry.End - entry.Start;
            if (StateTensor.CountOf(entry.Shape) is not { } count || entry.Element.BytesOf(count) != bytes)
                throw Damaged(
                    $"'{Show.Text(entry.Name)}' has {bytes} bytes, which is not what its dtype {entry.Element} and shape {Show.Shape(entry.Shape)} take");
            offset = entry.End;
        }
        if (offset != dataBytes)
            throw Damaged("there are bytes that belong to no tensor, or the file ends too early");
    }

    private static InvalidDataException Damaged(string what) => new($"The weights are truncated or damaged: {what}.");

    [GeneratedRegex("^[A-Z]{1,8}(?<bits>[0-9]{1,3})(_[A-Z0-9]+)?$", RegexOptions.CultureInvariant)]
    private static partial Regex OtherTypes();

    private sealed record Entry(string Name, ElementFormat Element, long[] Shape, long Start, long End);
}
